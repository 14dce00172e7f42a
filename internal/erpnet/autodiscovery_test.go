// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnet

import (
	"context"
	"io"
	"slices"
	"strings"
	"testing"
)

func TestAutoDiscoverTriesBothPathsOnce(t *testing.T) {
	sites := step{status: 200, body: `{"WebSites":[{"Type":"ID","Status":"Working","Url":"/id2"}]}`}
	instance, err := ParseInstance("demodb.my.erp.net")
	wantError(t, err, "")
	for name, test := range map[string]struct {
		steps []step
		paths []string
		want  Kind // expected kind of the error; empty for none
	}{
		"first path":  {steps: []step{sites}, paths: autoDiscoveryPaths[:1]},
		"second path": {steps: []step{{status: 404}, sites}, paths: autoDiscoveryPaths[:]},
		"first without sites": {
			steps: []step{{status: 200, body: `{"WebSites":[]}`}, sites}, paths: autoDiscoveryPaths[:],
		},
		"neither": {
			steps: []step{{status: 404}, {status: 503}}, paths: autoDiscoveryPaths[:], want: NotFound,
		},
		"busy":          {steps: []step{{status: 503}}, paths: autoDiscoveryPaths[:], want: Unavailable},
		"no connection": {steps: []step{{broken: io.EOF}}, paths: autoDiscoveryPaths[:1], want: ConnectionLost},
	} {
		t.Run(name, func(t *testing.T) {
			server := &script{steps: test.steps}
			found, err := server.client(Options{MaxRetries: 4}).AutoDiscover(context.Background(), instance)
			if test.want == "" && (err != nil || found.IdentityURL() != instance.URL+"/id2") ||
				test.want != "" && AsError(err).Kind != test.want {
				t.Errorf("got %v", err)
			}
			var paths []string
			for _, request := range server.requests {
				paths = append(paths, request.URL.Path)
			}
			if !slices.Equal(paths, test.paths) {
				t.Errorf("asked for %q", paths)
			}
		})
	}
}

func TestReadAutoDiscoveryTakesWhatFits(t *testing.T) {
	found := readAutoDiscovery([]byte(`{"Host":7,"DbName":null,"WebSites":[null,
		{"Type":"ID","Status":1,"Url":"/id2"},
		{"Type":"DomainAPI","Status":"Working","Url":"https://x.example/api","AdditionalProperties":[]},
		{"Type":"DomainAPI","Status":"Working","Url":"https://x.example/api",
			"AdditionalProperties":{"ODataServiceRoot":"https://y.example/odata/","Other":1}}
	]}`), "https://demodb.my.erp.net")
	want := []WebSite{
		{Type: "ID", Status: "1", URL: "https://demodb.my.erp.net/id2"},
		{Type: "DomainAPI", Status: "Working", URL: "https://x.example/api"},
		{
			Type: "DomainAPI", Status: "Working", URL: "https://x.example/api",
			ODataServiceRoot: "https://y.example/odata/",
		},
	}
	if !slices.Equal(found.WebSites, want) {
		t.Errorf("got %+v", found.WebSites)
	}
}

// The first usable site counts. A site of another type, or one that does not work, is not usable.
func TestSitesOfUse(t *testing.T) {
	const api = "https://x.example/api"
	for name, test := range map[string]struct {
		site              WebSite
		identity, domains string
	}{
		"identity service": {
			site: WebSite{Type: "ID", URL: "https://x.example/id/"}, identity: "https://x.example/id",
		},
		"over http": {site: WebSite{Type: "ID", URL: "http://x.example/id"}},
		"Domain API": {
			site: WebSite{Type: "DomainAPI", Status: "Working", URL: api}, domains: api + "/domain/odata/",
		},
		"API with a slash": {
			site: WebSite{Type: "DomainAPI", Status: "Working", URL: api + "/"}, domains: api + "/domain/odata/",
		},
		"API with a root": {
			site:    WebSite{Type: "DomainAPI", Status: "Working", URL: api, ODataServiceRoot: api + "/v2"},
			domains: api + "/v2/",
		},
		"API that is down":   {site: WebSite{Type: "DomainAPI", Status: "NotWorking", URL: api}},
		"API without a URL":  {site: WebSite{Type: "DomainAPI", Status: "Working", URL: "%"}},
		"another site":       {site: WebSite{Type: "ClientCenter", Status: "Working", URL: api}},
		"nothing about them": {},
	} {
		found := AutoDiscovery{WebSites: []WebSite{test.site}}
		if found.IdentityURL() != test.identity || found.DomainAPIURL() != test.domains {
			t.Errorf("%s: %q, %q", name, found.IdentityURL(), found.DomainAPIURL())
		}
	}
}

func FuzzAutoDiscovery(f *testing.F) {
	f.Add(`{"WebSites":[{"Type":"ID","Status":"Working","Url":"https://x.example/id","AdditionalProperties":null}]}`)
	f.Add(`{"Host":"h","DbName":null,"WebSites":[{"Type":"DomainAPI","Status":"Working",` +
		`"Url":"https://x.example/api","AdditionalProperties":{"ODataServiceRoot":"https://x.example/api/odata/"}}]}`)
	f.Fuzz(func(t *testing.T, body string) {
		found := readAutoDiscovery([]byte(body), "https://demodb.my.erp.net")
		for _, url := range []string{found.IdentityURL(), strings.TrimSuffix(found.DomainAPIURL(), "/")} {
			if again, err := ParseSiteURL(url); url != "" && (err != nil || again != url) {
				t.Errorf("%q is taken, but is no site's URL: %v", url, err)
			}
		}
	})
}
