// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnet

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// Discovery is what an instance's identity service publishes about itself
// (OpenID Connect Discovery 1.0 section 3; protocol section 1.2). The URLs are
// the server's words: no secret and no token is sent to them.
type Discovery struct {
	Issuer              string   `json:"issuer"`
	TokenEndpoint       string   `json:"token_endpoint"`
	JWKSURL             string   `json:"jwks_uri"`
	ScopesSupported     []string `json:"scopes_supported"`
	GrantTypesSupported []string `json:"grant_types_supported"`
}

// DiscoveryURL is where the discovery document is.
func (i Instance) DiscoveryURL() string {
	return i.IdentityURL + "/.well-known/openid-configuration"
}

// Discover gets the discovery document, without credentials. The error is an
// [*Error].
func (c *Client) Discover(ctx context.Context, i Instance) (*Discovery, error) {
	discovery := &Discovery{}
	if failed := c.getJSON(ctx, i.DiscoveryURL(), discovery); failed != nil {
		return nil, failed
	}
	if discovery.Issuer == "" {
		return nil, &Error{Kind: NotJSON, URL: i.DiscoveryURL(), Happened: "was answered with a JSON object that names no issuer"}
	}
	return discovery, nil
}

// getJSON gets a JSON object without credentials.
func (c *Client) getJSON(ctx context.Context, url string, into any) *Error {
	a, failed := c.get(ctx, url)
	if failed != nil {
		return failed
	}
	body := concealJSON(bytes.TrimSpace(bytes.TrimPrefix(a.body, utf8BOM)), c.secrets...)
	err := json.Unmarshal(body, into)
	if failed := unusable(a, body, err == nil && len(body) > 0 && body[0] == '{'); failed != nil {
		failed.URL, failed.Hint = url, redact(failed.Hint, c.secrets)
		return failed
	}
	return nil
}

// courtesyLimit bounds a request whose answer is welcome, but not needed.
const courtesyLimit = 5 * time.Second

// Version gets the version that the instance publishes, such as 26.2.0.76, and
// "" when it publishes none: it is a courtesy, and its failure none of note
// (protocol section 6).
func (c *Client) Version(ctx context.Context, i Instance) string {
	ctx, cancel := context.WithTimeout(withRepetition(ctx, repeatNever), courtesyLimit)
	defer cancel()
	a, failed := c.get(ctx, i.URL+"/tools/ver")
	if failed != nil || a.status != http.StatusOK {
		return ""
	}
	version := string(bytes.TrimSpace(bytes.TrimPrefix(a.body, utf8BOM)))
	for _, part := range bytes.Split([]byte(version), []byte(".")) {
		if _, err := strconv.ParseUint(string(part), 10, 32); err != nil {
			return ""
		}
	}
	return version
}

// sameOrigin reports whether two URLs have the same scheme, host and port.
func sameOrigin(a, b string) bool {
	ua, errA := url.Parse(a)
	ub, errB := url.Parse(b)
	if errA != nil || errB != nil || ua.Host == "" {
		return false
	}
	return siteKey(&url.URL{Scheme: ua.Scheme, Host: ua.Host}) == siteKey(&url.URL{Scheme: ub.Scheme, Host: ub.Host})
}
