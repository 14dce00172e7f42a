// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnet

import (
	"context"
	"encoding/json"
	"strings"
)

// AutoDiscovery is what an instance publishes about its web sites (protocol section 6), unchanged. No secret or token
// is sent to these URLs unless the user configures them.
type AutoDiscovery struct{ WebSites []WebSite }

// WebSite is one site of an instance.
type WebSite struct {
	Type   string // such as ID, DomainAPI, ClientCenter; not a complete list
	Status string // Unknown, Working or NotWorking
	URL    string // absolute
	// ODataServiceRoot is the URL of the Domain API of a DomainAPI site, if the site publishes one.
	ODataServiceRoot string
}

// autoDiscoveryPaths are the documented paths. Which of them a version serves is unknown (protocol section 6).
var autoDiscoveryPaths = [...]string{"/sys/auto-discovery", "/tools/auto-discovery"}

// AutoDiscover gets what the instance publishes about its web sites, without credentials, from the first documented
// path that lists any. It requests each path once, because an instance may publish nothing. The error is an [*Error]
// about the first path.
func (c *Client) AutoDiscover(ctx context.Context, i Instance) (*AutoDiscovery, error) {
	var first *Error
	for _, path := range autoDiscoveryPaths {
		var body json.RawMessage
		failed := c.GetJSON(ctx, i.URL+path, &body, Policy{Retry: RetryNever})
		if failed == nil {
			if found := readAutoDiscovery(body, i.URL); len(found.WebSites) > 0 {
				return found, nil
			}
			failed = &Error{Kind: NotJSON, URL: i.URL + path, Happened: "was answered with a JSON object that " +
				"lists no web sites"}
		}
		if first == nil {
			first = failed
		}
		if failed.Status == 0 && failed.Kind != NotJSON {
			break // the host does not respond, so its other path won't either
		}
	}
	return nil, first
}

// readAutoDiscovery reads the known members of a body, whatever else it holds, and makes the URLs absolute: a URL may
// be relative to the instance (protocol section 1.1).
func readAutoDiscovery(body json.RawMessage, root string) *AutoDiscovery {
	var document struct {
		WebSites []map[string]json.RawMessage
	}
	_ = json.Unmarshal(body, &document) // elements of another type stay empty
	found := &AutoDiscovery{}
	for _, members := range document.WebSites[:min(len(document.WebSites), MaxWebSites)] {
		if members == nil {
			continue
		}
		var more struct{ ODataServiceRoot string }
		_ = json.Unmarshal(members["AdditionalProperties"], &more)
		found.WebSites = append(found.WebSites, WebSite{
			Type:             plainText(members["Type"]),
			Status:           plainText(members["Status"]),
			URL:              ResolveURL(root+"/", plainText(members["Url"])),
			ODataServiceRoot: ResolveURL(root+"/", more.ODataServiceRoot),
		})
	}
	return found
}

// plainText returns the text of a JSON string, or the JSON of any other value.
func plainText(value json.RawMessage) string {
	var text string
	if json.Unmarshal(value, &text) != nil {
		return strings.Trim(string(value), `"`)
	}
	return text
}

// IdentityURL returns the published URL of the identity service, without a trailing slash, or "" if there is no valid
// one.
func (d *AutoDiscovery) IdentityURL() string {
	for _, site := range d.WebSites {
		if url, err := ParseSiteURL(site.URL); site.Type == "ID" && err == nil {
			return url
		}
	}
	return ""
}

// DomainAPIURL returns the published URL of a working Domain API, with a trailing slash, or "" if there is no valid
// one.
func (d *AutoDiscovery) DomainAPIURL() string {
	for _, site := range d.WebSites {
		// The type was API until January 2025.
		if site.Type != "DomainAPI" && site.Type != "API" || site.Status != "Working" {
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
