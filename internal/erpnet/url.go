// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnet

import (
	"fmt"
	"net/url"
	"path"
	"strings"
)

// SameSite reports whether two URLs name the same site. It ignores the letter case of the host, a default port, and a
// trailing slash.
func SameSite(a, b string) bool {
	ua, errA := url.Parse(a)
	ub, errB := url.Parse(b)
	return errA == nil && errB == nil && siteKey(ua) == siteKey(ub)
}

// SameOrigin reports whether two URLs have the same scheme, host and port.
func SameOrigin(a, b string) bool {
	ua, errA := url.Parse(a)
	ub, errB := url.Parse(b)
	if errA != nil || errB != nil || ua.Host == "" {
		return false
	}
	return siteKey(&url.URL{Scheme: ua.Scheme, Host: ua.Host}) == siteKey(&url.URL{Scheme: ub.Scheme, Host: ub.Host})
}

func siteKey(u *url.URL) string {
	host := strings.ToLower(u.Host)
	switch scheme := strings.ToLower(u.Scheme); scheme {
	case "https":
		host = strings.TrimSuffix(host, ":443")
	case "http":
		host = strings.TrimSuffix(host, ":80")
	}
	return strings.ToLower(u.Scheme) + "://" + host + strings.TrimRight(u.EscapedPath(), "/") + "?" + u.RawQuery
}

// ResolveURL resolves a reference against the URL of the document that contains it. An empty reference stays empty.
func ResolveURL(base, reference string) string {
	b, err := url.Parse(base)
	if err != nil || reference == "" {
		return reference
	}
	resolved, err := b.Parse(reference)
	if err != nil {
		return reference
	}
	return resolved.String()
}

// OwnLink returns the target of a server's link on the origin of root, which ends with a slash, or "" if the link's
// path is not below that of root. It escapes a link that the server did not escape.
func OwnLink(root, link string) string {
	base, err := url.Parse(root)
	if err != nil {
		return ""
	}
	u, err := base.Parse(link)
	if err != nil || u.Opaque != "" || !strings.HasPrefix(path.Clean(u.Path)+"/", base.Path) {
		return ""
	}
	own := url.URL{
		Scheme:   base.Scheme,
		Host:     base.Host,
		Path:     u.Path,
		RawPath:  u.RawPath,
		RawQuery: escapeQuery(u.RawQuery),
	}
	return own.String()
}

// escapeQuery escapes the characters that a query cannot contain (RFC 3986 section 3.4). It does not escape anything
// twice.
func escapeQuery(query string) string {
	var escaped strings.Builder
	for _, b := range []byte(query) {
		if b <= ' ' || b >= 0x7f || strings.IndexByte("\"<>\\^`{|}", b) >= 0 {
			fmt.Fprintf(&escaped, "%%%02X", b)
		} else {
			escaped.WriteByte(b)
		}
	}
	return escaped.String()
}

// origin returns the scheme, host, and port of a URL.
func origin(text string) string {
	u, err := url.Parse(text)
	if err != nil {
		return text
	}
	return u.Scheme + "://" + strings.ToLower(u.Host)
}

// site returns the site on a host that a URL belongs to: its origin and the first part of its path, such as /id or
// /api.
func site(text string) string {
	u, err := url.Parse(text)
	if err != nil {
		return text
	}
	first, _, _ := strings.Cut(strings.TrimPrefix(u.Path, "/"), "/")
	return origin(text) + "/" + first
}

// WithoutQuery returns a URL as errors show it, without the query: a filter may hold personal data.
func WithoutQuery(url string) string {
	url, _, _ = strings.Cut(url, "?")
	return url
}
