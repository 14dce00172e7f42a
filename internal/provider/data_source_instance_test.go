// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

const instanceConfig = `data "erpnet_instance" "this" {}`

func expectInstance(name string, value knownvalue.Check) statecheck.StateCheck {
	return statecheck.ExpectKnownValue("data.erpnet_instance.this", tfjsonpath.New(name), value)
}

func TestInstance(t *testing.T) {
	server, _ := startInstance(t)
	site := func(kind, status string) knownvalue.Check {
		return knownvalue.ObjectPartial(map[string]knownvalue.Check{"type": knownvalue.StringExact(kind), "status": knownvalue.StringExact(status)})
	}
	run(t, map[string]string{"ERPNET_INSTANCE": server.URL}, resource.TestStep{
		Config: instanceConfig,
		ConfigStateChecks: []statecheck.StateCheck{
			expectInstance("identity_url", knownvalue.StringExact(server.IdentityURL())),
			expectInstance("domain_api_url", knownvalue.StringExact(server.DomainAPIURL())),
			expectInstance("issuer", knownvalue.StringExact(server.IdentityURL())),
			expectInstance("token_endpoint", knownvalue.StringExact(server.IdentityURL()+"/connect/token")),
			expectInstance("jwks_url", knownvalue.StringExact(server.IdentityURL()+"/.well-known/openid-configuration/jwks")),
			expectInstance("scopes_supported", knownvalue.SetPartial([]knownvalue.Check{knownvalue.StringExact("update")})),
			expectInstance("grant_types_supported", knownvalue.SetPartial([]knownvalue.Check{knownvalue.StringExact("client_credentials")})),
			expectInstance("version", knownvalue.StringRegexp(words("26."))),
			expectInstance("web_sites", knownvalue.ListPartial(map[int]knownvalue.Check{0: site("ID", "Working"), 4: site("WebClient", "NotWorking")})),
		},
		PostApplyFunc: func() {
			if n := server.Count(erpnettest.Token); n != 0 {
				t.Errorf("%d token requests", n)
			}
		},
	})
}

// The two documented paths of auto-discovery, unknown types of sites, and a
// server that publishes nothing but its identity service.
func TestInstanceToleratesWhatIsPublished(t *testing.T) {
	for name, test := range map[string]struct {
		change func(*erpnettest.Server)
		checks []statecheck.StateCheck
	}{
		"only the second path": {func(s *erpnettest.Server) {
			s.Configure(func(settings *erpnettest.Settings) { settings.AutoDiscoveryPaths = []string{"/tools/auto-discovery"} })
		}, []statecheck.StateCheck{expectInstance("web_sites", knownvalue.NotNull())}},
		"no auto-discovery, no version": {func(s *erpnettest.Server) {
			s.Inject(erpnettest.AutoDiscovery, erpnettest.Status(404))
			s.Inject(erpnettest.Version, erpnettest.HTML(200))
		}, []statecheck.StateCheck{expectInstance("web_sites", knownvalue.Null()), expectInstance("version", knownvalue.Null())}},
		"unknown fields and types": {func(s *erpnettest.Server) {
			s.Inject(erpnettest.AutoDiscovery, erpnettest.RawField("WebSites", `[{"Type":"Teleport","Status":"Beaming","Url":"https://x.example","New":1,"AdditionalProperties":[1]},{"Type":"DomainAPI","Status":"Working","Url":"https://api.example/x"}]`))
		}, []statecheck.StateCheck{expectInstance("domain_api_url", knownvalue.StringExact("https://api.example/x/domain/odata/")), expectInstance("web_sites", knownvalue.ListSizeExact(2))}},
	} {
		t.Run(name, func(t *testing.T) {
			server, _ := startInstance(t)
			test.change(server)
			run(t, map[string]string{"ERPNET_INSTANCE": server.URL}, resource.TestStep{Config: instanceConfig, ConfigStateChecks: test.checks})
		})
	}
}

// startElsewhere starts an instance whose identity service is at another path.
func startElsewhere(t *testing.T) (*erpnettest.Server, map[string]string) {
	t.Helper()
	server := erpnettest.NewUnstartedServer()
	server.IdentityPath, server.APIPath = "/login/identity", "/services"
	server.Start()
	t.Cleanup(server.Close)
	return server, environment(server)
}

func TestInstanceFindsSitesElsewhere(t *testing.T) {
	server, _ := startElsewhere(t)
	run(t, map[string]string{"ERPNET_INSTANCE": server.URL}, resource.TestStep{
		Config: instanceConfig,
		ConfigStateChecks: []statecheck.StateCheck{
			expectInstance("identity_url", knownvalue.StringExact(server.URL+"/login/identity")),
			expectInstance("issuer", knownvalue.StringExact(server.URL+"/login/identity")),
			expectInstance("domain_api_url", knownvalue.StringExact(server.URL+"/services/domain/odata/")),
		},
	})
}

// The token error says where the identity service is; the secret goes there
// only when the user says so.
func TestTokenErrorSaysWhereTheIdentityServiceIs(t *testing.T) {
	t.Parallel()
	server, env := startElsewhere(t)
	c := newCLI(t, tokenConfig, env)
	code, output := c.run("plan")
	for _, want := range []string{"No Identity Service Here", server.URL + "/login/identity", "set identity_url to it"} {
		if code == 0 || !words(want).MatchString(output) {
			t.Errorf("exit code %d, lacks %q:\n%s", code, want, output)
		}
	}
	if n := server.Count(erpnettest.Token); n != 0 {
		t.Errorf("the secret was sent %d times to a place that the user did not name", n)
	}
	set := newCLI(t, `data "erpnet_credentials_check" "this" {
  probe_domain_api = true
}`, with(with(env, "ERPNET_IDENTITY_URL", server.IdentityURL()), "ERPNET_DOMAIN_API_URL", strings.TrimSuffix(server.DomainAPIURL(), "/")))
	set.succeed("plan")
}
