// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

func echoed(path ...string) tfjsonpath.Path {
	p := tfjsonpath.New("data")
	for _, name := range path {
		p = p.AtMapKey(name)
	}
	return p
}

func expectEchoed(value knownvalue.Check, path ...string) statecheck.StateCheck {
	return statecheck.ExpectKnownValue("echo.this", echoed(path...), value)
}

// rfc3339In is a time that is so far from now, give or take a minute.
func rfc3339In(distance time.Duration) knownvalue.Check {
	return knownvalue.StringFunc(func(text string) error {
		moment, err := time.Parse(time.RFC3339, text)
		if err != nil {
			return err
		}
		if off := time.Until(moment) - distance; off.Abs() > time.Minute || !strings.HasSuffix(text, "Z") {
			return fmt.Errorf("%s is %s off, or not in UTC", text, off)
		}
		return nil
	})
}

func TestAccessTokenEphemeral(t *testing.T) {
	server, env := startInstance(t)
	run(t, env, resource.TestStep{
		Config: echo(`ephemeral "erpnet_access_token" "this" {
  scopes = ["read"]
}`, `{
  token  = ephemeral.erpnet_access_token.this
  claims = provider::erpnet::decode_access_token(ephemeral.erpnet_access_token.this.access_token)
}`),
		ConfigStateChecks: []statecheck.StateCheck{
			expectEchoed(knownvalue.StringRegexp(regexp.MustCompile(`^eyJ[\w-]+\.[\w-]+\.[\w-]+$`)), "token", "access_token"),
			expectEchoed(knownvalue.StringExact("Bearer"), "token", "token_type"),
			expectEchoed(knownvalue.Int64Exact(3600), "token", "expires_in"),
			expectEchoed(rfc3339In(time.Hour), "token", "expires_at"),
			expectEchoed(knownvalue.SetExact([]knownvalue.Check{knownvalue.StringExact("read")}), "token", "granted_scopes"),
			expectEchoed(knownvalue.Null(), "token", "client_secret"),
			expectEchoed(knownvalue.Bool(false), "claims", "verified"),
			expectEchoed(knownvalue.StringExact("RS256"), "claims", "algorithm"),
			expectEchoed(knownvalue.StringExact("at+jwt"), "claims", "type"),
			expectEchoed(knownvalue.StringExact(server.IdentityURL()), "claims", "issuer"),
			expectEchoed(knownvalue.StringExact(erpnettest.SampleApplication().ApplicationUri), "claims", "client_id"),
			expectEchoed(knownvalue.StringExact("svc.integration"), "claims", "system_user"),
			expectEchoed(rfc3339In(time.Hour), "claims", "expires_at"),
			expectEchoed(rfc3339In(0), "claims", "issued_at"),
		},
	})
}

func TestAccessTokenEphemeralWithoutScopesGetsAll(t *testing.T) {
	_, env := startInstance(t)
	run(t, env, resource.TestStep{
		Config: echo(`ephemeral "erpnet_access_token" "this" {}`, `ephemeral.erpnet_access_token.this.granted_scopes`),
		ConfigStateChecks: []statecheck.StateCheck{
			expectEchoed(knownvalue.SetExact([]knownvalue.Check{knownvalue.StringExact("read"), knownvalue.StringExact("update")})),
		},
	})
}

// A key in the legacy shape has a string as audience, no iat and no user type.
func TestAccessTokenEphemeralTakesTheLegacyShape(t *testing.T) {
	server, env := startInstance(t)
	server.SetClaimShape(erpnettest.Legacy)
	run(t, env, resource.TestStep{
		Config: echo(`ephemeral "erpnet_access_token" "this" {}`, `provider::erpnet::decode_access_token(ephemeral.erpnet_access_token.this.access_token)`),
		ConfigStateChecks: []statecheck.StateCheck{
			expectEchoed(knownvalue.ListExact([]knownvalue.Check{knownvalue.StringExact("DomainApi")}), "audience"),
			expectEchoed(knownvalue.Null(), "issued_at"),
			expectEchoed(knownvalue.Null(), "system_user_type"),
		},
	})
}

func TestAccessTokenEphemeralUsesItsOwnCredentials(t *testing.T) {
	server, env := startInstance(t)
	const secret = "another-secret-of-another-application"
	other := erpnettest.SampleApplication()
	other.ApplicationUri, other.ApplicationSecretHash = "another.app", erpnettest.SecretHash(secret)
	server.AddApplication(other)
	run(t, with(env, "ERPNET_CLIENT_SECRET", "not-the-right-one"), resource.TestStep{
		Config: echo(fmt.Sprintf(`ephemeral "erpnet_access_token" "this" {
  client_id     = "another.app"
  client_secret = %q
}`, secret), `provider::erpnet::decode_access_token(ephemeral.erpnet_access_token.this.access_token).client_id`),
		ConfigStateChecks: []statecheck.StateCheck{expectEchoed(knownvalue.StringExact("another.app"))},
	})
}

// Nothing of the provider's goes to an own instance: neither secret nor URL.
func TestAccessTokenEphemeralUsesItsOwnInstance(t *testing.T) {
	provider, env := startInstance(t)
	own, _ := startInstance(t)
	run(t, with(env, "ERPNET_IDENTITY_URL", provider.IdentityURL()), resource.TestStep{
		Config: echo(fmt.Sprintf(`ephemeral "erpnet_access_token" "this" {
  instance      = %q
  client_id     = %q
  client_secret = %q
}`, own.URL, erpnettest.SampleApplication().ApplicationUri, erpnettest.SampleSecret), `provider::erpnet::decode_access_token(ephemeral.erpnet_access_token.this.access_token).issuer`),
		ConfigStateChecks: []statecheck.StateCheck{expectEchoed(knownvalue.StringExact(own.IdentityURL()))},
		PostApplyFunc: func() {
			if n := len(provider.Requests()); n != 0 {
				t.Errorf("the provider's instance got %d requests", n)
			}
		},
	})
}

func TestAccessTokenEphemeralRefusesIncompleteCredentials(t *testing.T) {
	for name, arguments := range map[string]string{
		"foreign instance alone":      `instance = "INSTANCE"`,
		"instance and client_id":      `instance = "INSTANCE", client_id = "another.app"`,
		"instance and client_secret":  `instance = "INSTANCE", client_secret = "hunter2-hunter2"`,
		"client_id alone":             `client_id = "another.app"`,
		"client_secret alone":         `client_secret = "hunter2-hunter2"`,
		"instance that becomes known": `instance = terraform_data.unknown.output`,
	} {
		t.Run(name, func(t *testing.T) {
			server, env := startInstance(t)
			foreign, _ := startInstance(t)
			arguments := strings.NewReplacer("INSTANCE", foreign.URL, ", ", "\n").Replace(arguments)
			run(t, env, resource.TestStep{
				Config:      fmt.Sprintf("resource \"terraform_data\" \"unknown\" {\n  input = %q\n}\n\nephemeral \"erpnet_access_token\" \"this\" {\n%s\n}", foreign.URL, arguments),
				ExpectError: words("An object's own client_id and client_secret come only together"),
			})
			t.Cleanup(func() {
				if n := len(server.Requests()) + len(foreign.Requests()); n != 0 {
					t.Errorf("%d requests were made", n)
				}
			})
		})
	}
}

// Unknown own credentials are waited for, the one way that works on both CLIs.
func TestAccessTokenEphemeralWaitsForUnknownCredentials(t *testing.T) {
	server, _ := startInstance(t)
	run(t, nil, resource.TestStep{
		Config: fmt.Sprintf(`
resource "terraform_data" "made" {
  input = { instance = %q, id = %q, secret = %q }
}

ephemeral "erpnet_access_token" "this" {
  instance      = terraform_data.made.output.instance
  client_id     = terraform_data.made.output.id
  client_secret = terraform_data.made.output.secret
}

resource "terraform_data" "use" {
  provisioner "local-exec" {
    command     = "test -n \"$TOKEN\""
    environment = { TOKEN = ephemeral.erpnet_access_token.this.access_token }
  }
}`, server.URL, erpnettest.SampleApplication().ApplicationUri, erpnettest.SampleSecret),
		PostApplyFunc: func() {
			if server.Count(erpnettest.Token) == 0 {
				t.Error("no token was requested in apply")
			}
		},
	})
}

func TestAccessTokenEphemeralRefusesBadArguments(t *testing.T) {
	const secret = "hunter2-hunter2-hunter2"
	for name, test := range map[string]struct{ arguments, want string }{
		"empty set of scopes":  {`scopes = []`, "set must contain at least 1"},
		"two scopes in one":    {`scopes = ["read update"]`, "give each scope as its own element"},
		"null among scopes":    {`scopes = ["read",null]`, "null"},
		"empty scope":          {`scopes = [""]`, "it is empty"},
		"instance with a path": {`instance = "https://demodb.my.erp.net/id", client_id = "a", client_secret = "` + secret + `"`, "it has a path"},
		"global authority":     {`instance = "id.erp.net", client_id = "a", client_secret = "` + secret + `"`, "global authority"},
		"empty client_id":      {`client_id = "", client_secret = "` + secret + `"`, "it is empty"},
		"secret with newline":  {`client_id = "a", client_secret = "` + secret + `\n"`, "it ends with a line break"},
		"empty secret":         {`client_id = "a", client_secret = ""`, "it is empty"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCLI(t, "ephemeral \"erpnet_access_token\" \"this\" {\n"+strings.ReplaceAll(test.arguments, ", ", "\n")+"\n}", nil)
			code, output := c.run("validate")
			if code == 0 || !words(test.want).MatchString(output) {
				t.Errorf("exits with %d:\n%s", code, output)
			}
			if strings.Contains(output, secret) {
				t.Errorf("the output repeats the secret:\n%s", output)
			}
		})
	}
}
