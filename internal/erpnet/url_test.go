// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnet

import "testing"

func TestSameSiteAndSameOrigin(t *testing.T) {
	const site = "https://demodb.my.erp.net/id"
	for other, same := range map[string]struct{ site, origin bool }{
		site:                               {site: true, origin: true},
		site + "/":                         {site: true, origin: true},
		"HTTPS://DemoDB.my.erp.net:443/id": {site: true, origin: true},
		"https://demodb.my.erp.net/ID":     {origin: true},
		"https://demodb.my.erp.net":        {origin: true},
		site + "?x":                        {origin: true},
		"https://demodb.my.erp.net:444/id": {},
		"http://demodb.my.erp.net/id":      {},
		"https://id.erp.net/id":            {},
		"https://x@evil.example/id":        {},
		"/id":                              {},
		"":                                 {},
		"%":                                {},
	} {
		if SameSite(site, other) != same.site || SameSite(other, site) != same.site {
			t.Errorf("whether %q is the same site is wrong", other)
		}
		if SameOrigin(site, other) != same.origin || SameOrigin(other, site) != same.origin {
			t.Errorf("whether %q is of the same origin is wrong", other)
		}
	}
	if SameOrigin("", "") || SameOrigin("/a", "/a") {
		t.Error("what names no host has an origin")
	}
}

func TestResolveURL(t *testing.T) {
	for reference, want := range map[string]string{
		"/jwks":                  "https://x.example/jwks",
		"jwks?a":                 "https://x.example/id/jwks?a",
		"https://y.example/jwks": "https://y.example/jwks",
		"":                       "",
		"%":                      "%",
	} {
		if got := ResolveURL("https://x.example/id/document", reference); got != want {
			t.Errorf("%q becomes %q", reference, got)
		}
	}
	if got := ResolveURL("%", "/a"); got != "/a" {
		t.Errorf("against no URL it becomes %q", got)
	}
}
