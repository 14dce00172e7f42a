// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnet

import (
	"context"
	"encoding/json"
	"strings"
)

// AutoDiscovery is what an instance publishes about its web sites (protocol
// section 6). The URLs are the server's words: they are shown, and no secret
// and no token is sent to them unless the user sets them.
type AutoDiscovery struct {
	Host     string    `json:"Host"`
	Database string    `json:"DbName"`
	WebSites []WebSite `json:"WebSites"`
}

// WebSite is one site of an instance.
type WebSite struct {
	Type   string // such as ID, DomainAPI, ClientCenter; others may come
	Status string // Unknown, Working or NotWorking
	URL    string
	// ODataServiceRoot is where a DomainAPI site has its Domain API, if it says.
	ODataServiceRoot string
}

// UnmarshalJSON implements [json.Unmarshaler]. AdditionalProperties differ by
// type, and what does not fit is left out.
func (w *WebSite) UnmarshalJSON(text []byte) error {
	var site struct{ Type, Status, URL string }
	var more struct {
		AdditionalProperties struct{ ODataServiceRoot string }
	}
	if err := json.Unmarshal(text, &site); err != nil {
		return err
	}
	_ = json.Unmarshal(text, &more)
	*w = WebSite{site.Type, site.Status, site.URL, more.AdditionalProperties.ODataServiceRoot}
	return nil
}

// autoDiscoveryPaths are both documented; which one a version serves is unknown
// (protocol section 6).
var autoDiscoveryPaths = [...]string{"/sys/auto-discovery", "/tools/auto-discovery"}

// AutoDiscover gets what the instance publishes about its web sites, without
// credentials, from the first documented path that answers. The error is an
// [*Error], about the first path.
func (c *Client) AutoDiscover(ctx context.Context, i Instance) (*AutoDiscovery, error) {
	var first *Error
	for _, path := range autoDiscoveryPaths {
		found := &AutoDiscovery{}
		failed := c.getJSON(ctx, i.URL+path, found)
		if failed == nil && found.WebSites != nil {
			return found, nil
		}
		if failed == nil {
			failed = &Error{Kind: NotJSON, URL: i.URL + path, Happened: "was answered with a JSON object that lists no web sites"}
		}
		if first == nil {
			first = failed
		}
		if failed.Status == 0 && failed.Kind != NotJSON {
			break // the host does not answer: neither will its other path
		}
	}
	return nil, first
}

// IdentityURL is where the instance says that its identity service is, without
// trailing slash, or "" when it says nothing of use.
func (d *AutoDiscovery) IdentityURL() string {
	for _, site := range d.WebSites {
		if url, err := ParseSiteURL(site.URL); site.Type == "ID" && err == nil {
			return url
		}
	}
	return ""
}

// DomainAPIURL is where the instance says that a working Domain API is, with
// trailing slash, or "" when it says nothing of use.
func (d *AutoDiscovery) DomainAPIURL() string {
	for _, site := range d.WebSites {
		if site.Type != "DomainAPI" || site.Status != "Working" {
			continue
		}
		root := site.ODataServiceRoot
		if root == "" {
			root = strings.TrimSuffix(site.URL, "/") + "/domain/odata"
		}
		if url, err := ParseSiteURL(root); err == nil {
			return url + "/"
		}
	}
	return ""
}

// whereIdentityIs asks an instance that seems to have no identity service at
// the URL that was asked where it has one, and says so in a sentence for the
// remedy.
func (c *Client) whereIdentityIs(ctx context.Context, i Instance, kind Kind) string {
	switch kind {
	case NotFound, NotJSON, Redirected, EmptyAnswer, UnexpectedStatus:
	default:
		return ""
	}
	found, err := c.AutoDiscover(withRepetition(ctx, repeatNever), i)
	if err != nil {
		return ""
	}
	if url := found.IdentityURL(); url != "" && !sameSite(url, i.IdentityURL) {
		return "The instance's auto-discovery says that its identity service is at " + cleanText(url) + ": if you trust that place, set identity_url to it."
	}
	return ""
}
