// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

import (
	"net/http"
	"net/url"
	"slices"
)

// WebSite is one entry of auto-discovery (protocol 6).
type WebSite struct {
	Type                 string // such as "ID" or "DomainAPI"
	Status               string // "Working", "NotWorking" or "Unknown"
	StatusDescription    string
	Url                  string
	System               bool
	AdditionalProperties map[string]any
}

// respondAutoDiscovery lists the web sites. It needs no token.
func (s *Server) respondAutoDiscovery(x *exchange) response {
	if !slices.Contains(x.settings.AutoDiscoveryPaths, x.request.Path) {
		return emptyResponse(http.StatusNotFound)
	}
	sites := x.settings.WebSites
	if sites == nil {
		sites = s.webSites(x.settings)
	}
	document := map[string]any{"WebSites": sites}
	if !x.settings.AutoDiscoverySitesOnly {
		document["Host"] = hostname(s.publicURL(x.settings))
		document["DbName"] = x.settings.Database
	}
	return jsonResponse(http.StatusOK, document)
}

func (s *Server) webSites(settings Settings) []WebSite {
	root := s.publicURL(settings)
	return []WebSite{
		{Type: "ID", Status: "Working", Url: s.publicIdentityURL(settings), System: true},
		{Type: "UserProfile", Status: "Working", Url: root + "/profile", System: true},
		{Type: "InstanceManager", Status: "Working", Url: root + "/manage", System: true},
		{
			Type: "DomainAPI", Status: "Working", Url: root + s.APIPath,
			AdditionalProperties: map[string]any{"ODataServiceRoot": s.publicDomainAPIURL(settings)},
		},
		{Type: "WebClient", Status: "NotWorking", StatusDescription: "The site is stopped.", Url: root + "/app"},
	}
}

func hostname(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Hostname()
}

// respondVersion returns the version of the application server in either of its
// two documented forms. It needs no token.
func respondVersion(x *exchange) response {
	if x.request.Path == "/tools/ver" {
		return textResponse(http.StatusOK, "text/plain; charset=utf-8", x.settings.Version)
	}
	return jsonResponse(http.StatusOK, map[string]any{
		"version":     x.settings.Version,
		"downloads":   map[string]any{},
		"internalApi": map[string]any{"useHttpCompression": true},
	})
}

func respondOther(x *exchange) response {
	if x.request.Path == "/" {
		const page = "<!DOCTYPE html>\n<html><head><title>ERP.net</title></head><body><h1>ERP.net</h1></body></html>\n"
		return textResponse(http.StatusOK, htmlType, page)
	}
	return emptyResponse(http.StatusNotFound)
}
