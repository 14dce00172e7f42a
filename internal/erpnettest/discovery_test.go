// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

import (
	"net/http"
	"strings"
	"testing"
)

func TestDiscoveryNamesTheEndpoints(t *testing.T) {
	i := newInstance(t)
	document := i.get(i.IdentityURL() + "/.well-known/openid-configuration").object(t)
	for name, want := range map[string]string{
		"issuer":         i.IdentityURL(),
		"token_endpoint": i.IdentityURL() + "/connect/token",
		"jwks_uri":       i.IdentityURL() + "/.well-known/openid-configuration/jwks",
	} {
		if document[name] != want {
			t.Errorf("%s is %v", name, document[name])
		}
	}
	keys, _ := document["jwks_uri"].(string)
	got := i.get(keys)
	got.expect(t, http.StatusOK, i.SigningKeyID())
	if strings.Contains(got.body, `"d":`) {
		t.Errorf("a private key is published: %s", got.body)
	}
	post := i.do(newRequest(t, http.MethodPost, keys, ""))
	post.expect(t, http.StatusMethodNotAllowed, "")
	if allow := post.header.Get("Allow"); allow != "GET, HEAD" {
		t.Errorf("Allow: %s", allow)
	}
}

func TestAutoDiscovery(t *testing.T) {
	i := newInstance(t)
	for _, path := range []string{"/sys/auto-discovery", "/tools/auto-discovery"} {
		got := i.get(i.URL + path)
		for _, part := range []string{
			`"Host":"127.0.0.1"`, `"DbName":"DEMODB"`,
			`"Url":"` + i.IdentityURL() + `"`, `"ODataServiceRoot":"` + i.DomainAPIURL() + `"`,
		} {
			got.expect(t, http.StatusOK, part)
		}
	}
	i.Configure(func(settings *Settings) {
		settings.AutoDiscoveryPaths = []string{"/tools/auto-discovery"}
		settings.AutoDiscoverySitesOnly = true
		settings.WebSites = []WebSite{{Type: "ID", Status: "Working", Url: "https://sso.example/id"}}
	})
	i.get(i.URL+"/sys/auto-discovery").expect(t, http.StatusNotFound, "")
	got := i.get(i.URL + "/tools/auto-discovery")
	got.expect(t, http.StatusOK, "https://sso.example/id")
	if strings.Contains(got.body, "Host") || strings.Contains(got.body, i.URL) {
		t.Errorf("more than the sites that were set: %s", got.body)
	}
}

func TestVersionHasTwoForms(t *testing.T) {
	i := newInstance(t, func(settings *Settings) { settings.Version = "24.1.0.1" })
	if got := i.get(i.URL + "/tools/ver"); got.body != "24.1.0.1" {
		t.Errorf("version %s", got.body)
	}
	i.get(i.URL+"/tools/server-info").expect(t, http.StatusOK, `"version":"24.1.0.1"`)
	i.read("GetVersion").expect(t, http.StatusOK, `"version":"24.1.0.1"`)
}
