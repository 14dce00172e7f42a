// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnet

import (
	"context"
	"encoding/json"
	"net/url"
	"strings"
)

// AutoDiscovery is what an instance publishes about its web sites (protocol
// section 6). The URLs are the server's words: they are shown, and no secret
// and no token is sent to them unless the user sets them.
type AutoDiscovery struct {
	WebSites []WebSite
}

// WebSite is one site of an instance.
type WebSite struct {
	Type   string // such as ID, DomainAPI, ClientCenter; others may come
	Status string // Unknown, Working or NotWorking
	URL    string // absolute
	// ODataServiceRoot is where a DomainAPI site has its Domain API, if it says.
	ODataServiceRoot string
}

// readAutoDiscovery reads what fits of a body, whatever else is in it, and makes
// its URLs absolute: a site may be named relative to the instance (protocol
// section 1.1).
func readAutoDiscovery(body json.RawMessage, root string) *AutoDiscovery {
	var document struct {
		WebSites []map[string]json.RawMessage
	}
	_ = json.Unmarshal(body, &document) // elements that do not fit are left empty
	found := &AutoDiscovery{}
	for _, members := range document.WebSites {
		if members == nil {
			continue
		}
		var more struct{ ODataServiceRoot string }
		_ = json.Unmarshal(members["AdditionalProperties"], &more)
		found.WebSites = append(found.WebSites, WebSite{
			Type: plainText(members["Type"]), Status: plainText(members["Status"]),
			URL: absolute(root+"/", plainText(members["Url"])), ODataServiceRoot: absolute(root+"/", more.ODataServiceRoot),
		})
	}
	return found
}

// plainText is a JSON string's text, and what stands there of anything else.
func plainText(value json.RawMessage) string {
	var text string
	if json.Unmarshal(value, &text) != nil {
		return strings.Trim(string(value), `"`)
	}
	return text
}

// absolute resolves a URL against the document that names it; "" stays.
func absolute(base, reference string) string {
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

// autoDiscoveryPaths are both documented; which one a version serves is unknown
// (protocol section 6).
var autoDiscoveryPaths = [...]string{"/sys/auto-discovery", "/tools/auto-discovery"}

// AutoDiscover gets what the instance publishes about its web sites, without
// credentials, from the first documented path that answers. Each is tried once:
// an instance may do without. The error is an [*Error], about the first path.
func (c *Client) AutoDiscover(ctx context.Context, i Instance) (*AutoDiscovery, error) {
	var first *Error
	for _, path := range autoDiscoveryPaths {
		var body json.RawMessage
		failed := c.getJSON(withRepetition(ctx, repeatNever), i.URL+path, &body)
		if failed == nil {
			if found := readAutoDiscovery(body, i.URL); len(found.WebSites) > 0 {
				return found, nil
			}
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
	found, err := c.AutoDiscover(ctx, i)
	if err != nil {
		return ""
	}
	if url := found.IdentityURL(); url != "" && !sameSite(url, i.IdentityURL) {
		return "The instance's auto-discovery says that its identity service is at " + cleanText(url) + ": if you trust that place, set identity_url to it."
	}
	return ""
}
