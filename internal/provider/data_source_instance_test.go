// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"strings"
	"testing"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

// What the instance publishes is anonymous: reading it requests no token.
func TestInstance(t *testing.T) {
	instance, _ := startInstance(t)
	p := start(t, environment{"ERPNET_INSTANCE": instance.URL}, nil)
	r := p.read("instance", nil).succeeds(t)
	r.has(t, arguments{
		"identity_url":   instance.IdentityURL(),
		"domain_api_url": instance.DomainAPIURL(),
		"issuer":         instance.IdentityURL(),
		"token_endpoint": instance.IdentityURL() + "/connect/token",
		"version":        "26.2.0.76",
		"jwks_url":       instance.IdentityURL() + "/.well-known/openid-configuration/jwks",
	})
	for name, least := range map[string]int{"scopes_supported": 2, "grant_types_supported": 1, "web_sites": 5} {
		if list, _ := r.values[name].([]any); len(list) < least {
			t.Errorf("%s is %v", name, r.values[name])
		}
	}
	if n := instance.Count(erpnettest.Token); n != 0 {
		t.Errorf("%d token requests", n)
	}
}

// Covers the two documented paths of auto-discovery, unknown types of sites, the name that the API had until 2025, and
// a server that publishes nothing but its identity service.
func TestInstanceToleratesWhatIsPublished(t *testing.T) {
	sites := func(text string) func(*erpnettest.Server) {
		return injected(erpnettest.AutoDiscovery, erpnettest.RawField("WebSites", text))
	}
	for name, test := range map[string]struct {
		change func(*erpnettest.Server)
		want   arguments
	}{
		"only the second path": {
			change: func(s *erpnettest.Server) {
				s.Configure(func(settings *erpnettest.Settings) { settings.AutoDiscoveryPaths = []string{"/tools/auto-discovery"} })
			},
			want: arguments{"version": "26.2.0.76"},
		},
		"no auto-discovery, no version": {
			change: all(injected(erpnettest.AutoDiscovery, erpnettest.Status(404)), injected(erpnettest.Version, erpnettest.HTML(200))),
			want:   arguments{"web_sites": nil, "version": nil},
		},
		"unknown members and types": {
			change: sites(`[{"Type":"Teleport","Status":"Beaming","Url":"https://x.example","New":1,"AdditionalProperties":[1]},` +
				`{"Type":"DomainAPI","Status":"Working","Url":"https://api.example/x"}]`),
			want: arguments{"domain_api_url": "https://api.example/x/domain/odata/"},
		},
		"the API's old name": {
			sites(`[{"Type":"API","Status":"Working","Url":"https://api.example/x"}]`),
			arguments{"domain_api_url": "https://api.example/x/domain/odata/"},
		},
		"names that write to a terminal": {
			sites(`[{"Type":"I\u001b[2JD\u202e","Status":"Wor\u0007king","Url":"https://x.example"}]`),
			arguments{
				"web_sites": []any{map[string]any{"type": "I[2JD", "status": "Working", "url": "https://x.example"}},
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			instance, env := startInstance(t)
			test.change(instance)
			r := start(t, env, nil).read("instance", nil).succeeds(t)
			r.has(t, test.want)
		})
	}
}

// startElsewhere starts an instance that hosts its identity service at another path.
func startElsewhere(t *testing.T) (*erpnettest.Server, environment) {
	t.Helper()
	instance := erpnettest.NewUnstartedServer()
	instance.IdentityPath, instance.APIPath = "/login/identity", "/services"
	instance.Start()
	t.Cleanup(instance.Close)
	return instance, environmentOf(instance)
}

func TestInstanceFindsSitesElsewhere(t *testing.T) {
	instance, env := startElsewhere(t)
	start(t, env, nil).read("instance", nil).succeeds(t).has(t, arguments{
		"identity_url": instance.URL + "/login/identity", "issuer": instance.URL + "/login/identity",
		"domain_api_url": instance.URL + "/services/domain/odata/",
	})
}

// The token error says where the identity service is. The secret goes there only if the user says so.
func TestTokenErrorSaysWhereTheIdentityServiceIs(t *testing.T) {
	instance, env := startElsewhere(t)
	start(t, env, nil).open("access_token", nil).
		fails(t, "No Identity Service Here", instance.URL+"/login/identity", "set identity_url to it")
	if n := instance.Count(erpnettest.Token); n != 0 {
		t.Errorf("the secret was sent %d times to a place that the user did not name", n)
	}
	p := start(
		t,
		env,
		arguments{
			"identity_url":   instance.IdentityURL(),
			"domain_api_url": strings.TrimSuffix(instance.DomainAPIURL(), "/"),
		},
	)
	p.read("credentials_check", arguments{"probe_domain_api": true}).succeeds(t)
}
