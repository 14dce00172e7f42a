// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"strings"
	"testing"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

// withReferenceToken starts an instance with a reference token of the sample
// application.
func withReferenceToken(t *testing.T) (*erpnettest.Server, map[string]string, string) {
	t.Helper()
	server, env := startInstance(t)
	uri := erpnettest.SampleApplication().ApplicationUri
	server.ChangeApplication(uri, func(a *erpnettest.TrustedApplication) { a.ReferenceTokens = "AdministratorsOnly" })
	token, err := server.AddReferenceToken(erpnettest.ReferenceToken{Application: uri})
	if err != nil {
		t.Fatal(err)
	}
	return server, env, token
}

func clientless(env map[string]string) map[string]string {
	return without(without(env, "ERPNET_CLIENT_ID"), "ERPNET_CLIENT_SECRET")
}

func TestReferenceTokenRules(t *testing.T) {
	const other = "enrt_0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	both := "Conflicting Credentials"
	for name, test := range map[string]struct {
		provider string
		env      func(env map[string]string, token string) map[string]string
		config   string
		want     []string // of the one error; none for success
	}{
		"both in the environment": {"", func(e map[string]string, token string) map[string]string {
			return with(e, "ERPNET_REFERENCE_TOKEN", token)
		}, query(), []string{both, "in the environment", "ERPNET_REFERENCE_TOKEN", "ERPNET_CLIENT_SECRET"}},
		"both in the configuration": {"client_id = \"x\"\n  client_secret = \"y\"\n  reference_token = \"" + other + "\"", func(e map[string]string, _ string) map[string]string { return clientless(e) }, query(), []string{both, "in the provider's configuration"}},
		"one of them and an id": {"", func(e map[string]string, token string) map[string]string {
			return with(without(e, "ERPNET_CLIENT_SECRET"), "ERPNET_REFERENCE_TOKEN", token)
		}, query(), []string{both}},
		"credentials configured": {"client_id = \"my.trusted.app/service\"\n  client_secret = \"" + erpnettest.SampleSecret + "\"", func(e map[string]string, _ string) map[string]string {
			return with(clientless(e), "ERPNET_REFERENCE_TOKEN", "nonsense")
		}, query(), nil},
		"token configured": {"reference_token = \"TOKEN\"", func(e map[string]string, _ string) map[string]string {
			return with(e, "ERPNET_CLIENT_SECRET", "nonsense")
		}, query(), nil},
		"token objects refuse it":           {"reference_token = \"TOKEN\"", func(e map[string]string, _ string) map[string]string { return e }, `data "erpnet_access_token" "this" {}`, []string{"Reference Token Not Usable Here", "opaque token"}},
		"check without probe":               {"reference_token = \"TOKEN\"", func(e map[string]string, _ string) map[string]string { return e }, `data "erpnet_credentials_check" "this" {}`, []string{"Missing probe_domain_api", "opaque", "set probe_domain_api = true"}},
		"revoked":                           {"reference_token = \"" + other + "\"", func(e map[string]string, _ string) map[string]string { return e }, query(), []string{"Token Refused by the Domain API"}},
		"not one":                           {"reference_token = \"hunter2\"", func(e map[string]string, _ string) map[string]string { return e }, query(), []string{"Invalid reference_token", "enrt_"}},
		"empty":                             {`reference_token = ""`, func(e map[string]string, _ string) map[string]string { return clientless(e) }, query(), []string{"Empty reference_token"}},
		"unknown":                           {"reference_token = terraform_data.unknown.output", func(e map[string]string, _ string) map[string]string { return clientless(e) }, query(), []string{"Unknown reference_token"}},
		"check of a revoked one with probe": {"reference_token = \"" + other + "\"", func(e map[string]string, _ string) map[string]string { return e }, "data \"erpnet_credentials_check\" \"this\" {\n  probe_domain_api = true\n}", []string{"These checks of the reference token", "domain_api: Token Refused"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, env, token := withReferenceToken(t)
			provider := strings.ReplaceAll(test.provider, "TOKEN", token)
			c := newCLI(t, "provider \"erpnet\" {\n  "+provider+"\n}\n\nresource \"terraform_data\" \"unknown\" {\n  input = \"x\"\n}\n\n"+test.config, test.env(env, token))
			code, output := c.run("plan")
			if (code == 0) != (test.want == nil) || test.want != nil && strings.Count(output, "Error: ") != 1 {
				t.Errorf("exit code %d:\n%s", code, output)
			}
			for _, want := range test.want {
				if !words(want).MatchString(output) {
					t.Errorf("lacks %q:\n%s", want, output)
				}
			}
			for _, secret := range []string{token, other, "hunter2", erpnettest.SampleSecret} {
				if strings.Contains(output, secret) {
					t.Errorf("shows a secret:\n%s", output)
				}
			}
			if name == "token configured" && server.Count(erpnettest.Token) != 0 {
				t.Error("the environment's client was asked for a token")
			}
		})
	}
}
