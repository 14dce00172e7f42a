// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnet

import (
	"cmp"
	"errors"
	"net"
	"net/url"
	"strconv"
	"strings"
)

// globalAuthority signs people in to external applications. It issues no token that an instance accepts (protocol
// section 1.1).
const globalAuthority = "id.erp.net"

// Instance holds the URLs of an ERP.net instance and its sites. All of them are absolute. By default, the URLs of the
// two sites derive from URL.
type Instance struct {
	URL          string // without a trailing slash: https://demodb.my.erp.net
	IdentityURL  string // without a trailing slash: https://demodb.my.erp.net/id
	DomainAPIURL string // with a trailing slash: https://demodb.my.erp.net/api/domain/odata/

	// Issuer is the issuer that tokens name if it differs from IdentityURL, for example behind a reverse proxy that
	// terminates TLS. It is only compared: no request is sent to it. Empty: IdentityURL.
	Issuer string
}

// IsIssuer reports whether an issuer is the one of the instance. A configured issuer must match exactly, except for a
// trailing slash. Otherwise, the issuer must name the same site as the identity URL; see [SameSite].
func (i Instance) IsIssuer(issuer string) bool {
	if i.Issuer != "" {
		return strings.TrimSuffix(issuer, "/") == strings.TrimSuffix(i.Issuer, "/")
	}
	return SameSite(issuer, i.IdentityURL)
}

// ExpectedIssuer returns the issuer that tokens should name.
func (i Instance) ExpectedIssuer() string { return cmp.Or(i.Issuer, i.IdentityURL) }

// Reachable returns the URL to request for a URL that the identity service names, or "" if there is none. Behind a
// reverse proxy, the service may know itself by another name, such as http://. So only the path and query of its URL
// count, below the identity URL: those after the configured issuer, or else the whole path if it is below that of the
// identity URL. A URL on the identity URL's own origin may have any path.
func (i Instance) Reachable(url string) string {
	rest, found := strings.CutPrefix(url, strings.TrimSuffix(i.Issuer, "/")+"/")
	switch {
	case i.Issuer != "" && found:
		return i.IdentityURL + "/" + rest
	case SameOrigin(url, i.IdentityURL):
		return url
	}
	return OwnLink(i.IdentityURL+"/", url)
}

// CheckIssuer reports why a text cannot be an issuer, which is an absolute URL without a query or a fragment (OpenID
// Connect Core 1.0 section 2). CheckIssuer accepts http too. The error is a clause that begins with "it" and never
// repeats any of the text.
func CheckIssuer(issuer string) error {
	u, err := url.Parse(issuer)
	switch {
	case strings.TrimSpace(issuer) != issuer:
		return ErrSurroundingSpace
	case err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "":
		return errors.New("it is not an absolute URL, such as https://demodb.my.erp.net/id")
	case u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return errors.New("it holds a user name, a query or a fragment; remove it")
	}
	return nil
}

// ErrInstancePath is the error for an instance that is given with a path, such as that of its identity service.
var ErrInstancePath = errors.New("it has a path; name the host only, such as demodb.my.erp.net")

// ParseInstance parses a host name with an optional port, or an https URL that has nothing else. It accepts http only
// for a loopback host. The error is a clause that begins with "it" and says what is wrong. It never repeats the value,
// which may hold a password by mistake. It is [ErrInstancePath] if a path is the only problem.
func ParseInstance(value string) (Instance, error) {
	if !strings.Contains(value, "://") {
		value = "https://" + value
	}
	u, err := parseBaseURL(value)
	if err != nil {
		return Instance{}, err
	}
	if u.Path != "" {
		return Instance{}, ErrInstancePath
	}
	root := u.String()
	return Instance{URL: root, IdentityURL: root + "/id", DomainAPIURL: root + "/api/domain/odata/"}, nil
}

// ParseSiteURL parses the https URL of one site of an instance, such as its identity service, and returns it without a
// trailing slash. Its rules and errors are those of [ParseInstance], except that a path is allowed.
func ParseSiteURL(value string) (string, error) {
	u, err := parseBaseURL(value)
	if err != nil {
		return "", err
	}
	return u.String(), nil
}

// TokenEndpoint returns the URL that issues access tokens (protocol section 2.1).
func (i Instance) TokenEndpoint() string { return i.IdentityURL + "/connect/token" }

// DiscoveryURL returns the URL of the discovery document (protocol section 1.2).
func (i Instance) DiscoveryURL() string { return i.IdentityURL + "/.well-known/openid-configuration" }

// parseBaseURL parses and normalizes a URL below which secrets may be sent: lower-case scheme and host, no default
// port, no trailing slash.
func parseBaseURL(value string) (*url.URL, error) {
	if strings.TrimSpace(value) != value {
		return nil, errors.New("it begins or ends with a space or a line break; remove it")
	}
	u, err := url.Parse(value)
	if err != nil || u.Opaque != "" {
		return nil, errors.New("it is not a URL; an example is https://demodb.my.erp.net")
	}
	host := strings.ToLower(u.Hostname())
	switch {
	case u.Scheme != "https" && u.Scheme != "http":
		return nil, errors.New("it is not an https URL; an example is https://demodb.my.erp.net")
	case u.User != nil:
		return nil, errors.New("it holds a user name or password; remove it, the client secret has an attribute of " +
			"its own")
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "" || strings.HasSuffix(value, "#"):
		return nil, errors.New("it has a query or a fragment; remove it")
	case !validHost(host):
		return nil, errors.New("it has no valid host name; an example is demodb.my.erp.net")
	case !validPort(u):
		return nil, errors.New("its port is not a number from 1 to 65535")
	case strings.TrimSuffix(host, ".") == globalAuthority:
		return nil, errors.New("it is the global authority id.erp.net, which signs people in and issues no token " +
			"that " +
			"an instance takes; name the instance itself, such as demodb.my.erp.net")
	case u.Scheme == "http" && !isLoopback(host):
		return nil, errors.New("it is an http URL; the client secret is sent over https only, but to a loopback host")
	}
	host = strings.TrimSuffix(host, ".") // a fully qualified name may end with a dot
	if u.Port() == "" || u.Scheme == "https" && u.Port() == "443" || u.Scheme == "http" && u.Port() == "80" {
		u.Host = bracketed(host)
	} else {
		u.Host = net.JoinHostPort(host, u.Port())
	}
	u.Path = strings.TrimRight(u.Path, "/")
	u.RawPath = ""
	return u, nil
}

// validHost accepts an IP address, or a name whose labels have 1 to 63 letters, digits, hyphens, and underscores (RFC
// 1123, plus the underscore, which occurs in private names).
func validHost(host string) bool {
	if net.ParseIP(host) != nil {
		return true
	}
	host = strings.TrimSuffix(host, ".")
	if host == "" || len(host) > 253 {
		return false
	}
	for label := range strings.SplitSeq(host, ".") {
		if label == "" || len(label) > 63 || strings.ContainsFunc(label, notInHostName) {
			return false
		}
	}
	return true
}

func notInHostName(r rune) bool {
	return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' && r != '_'
}

func validPort(u *url.URL) bool {
	if u.Port() == "" {
		return !strings.HasSuffix(u.Host, ":")
	}
	port, err := strconv.Atoi(u.Port())
	return err == nil && port >= 1 && port <= 65535
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func bracketed(host string) string {
	if strings.Contains(host, ":") {
		return "[" + host + "]"
	}
	return host
}
