// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"strings"
	"testing"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

// Each failure is one diagnostic of its own name, which names the server, the
// client_id and the remedy, and shows neither secret nor token.
func TestFailuresAreOneDiagnosticEach(t *testing.T) {
	application := erpnettest.SampleApplication()
	hashBegins := `begins with "` + erpnet.SecretHash("this-is-not-the-right-secret")[:4] + `"`
	for name, test := range map[string]struct {
		change func(*erpnettest.Server, map[string]string)
		want   []string
	}{
		"wrong secret": {func(_ *erpnettest.Server, env map[string]string) {
			env["ERPNET_CLIENT_SECRET"] = "this-is-not-the-right-secret"
		}, []string{"Client Credentials Refused", "invalid_client", "ApplicationUri", "IsEnabled", "ClientType", "ApplicationSecretHash", hashBegins}},
		"short wrong secret": {func(_ *erpnettest.Server, env map[string]string) {
			env["ERPNET_CLIENT_SECRET"] = "this-is-too-short"
		}, []string{"Client Credentials Refused", "secret_matches"}},
		"disabled": {func(s *erpnettest.Server, _ map[string]string) {
			app := application
			app.IsEnabled = false
			s.AddApplication(app)
		}, []string{"Client Credentials Refused", "IsEnabled: true"}},
		"no service access": {func(s *erpnettest.Server, _ map[string]string) {
			app := application
			app.SystemUserAllowed = false
			s.AddApplication(app)
		}, []string{"Trusted Application Not Authorized", "SystemUserAllowed: true", "SystemUser:"}},
		"scope not allowed": {func(s *erpnettest.Server, _ map[string]string) {
			app := application
			app.Scope = "update"
			s.AddApplication(app)
		}, []string{"Scope Not Allowed", "attribute Scope", `Asked for: "read"`}},
		"narrower grant": {func(s *erpnettest.Server, _ map[string]string) {
			s.Inject(erpnettest.Token, erpnettest.GrantedScopes("update"))
		}, []string{"Scope Not Granted", `lacks "read"`}},
		"foreign issuer": {func(s *erpnettest.Server, _ map[string]string) {
			s.Inject(erpnettest.Token, erpnettest.WrongIssuer())
		}, []string{"Token of Another Issuer", "https://other.my.erp.net/id"}},
		"foreign client": {func(s *erpnettest.Server, _ map[string]string) {
			s.Inject(erpnettest.Token, erpnettest.WrongClient())
		}, []string{"Token of Another Client"}},
		"expired": {func(s *erpnettest.Server, _ map[string]string) {
			s.Inject(erpnettest.Token, erpnettest.Expired())
		}, []string{"Token Already Expired", "This machine's clock said"}},
		"HTML page": {func(s *erpnettest.Server, _ map[string]string) {
			s.Inject(erpnettest.Token, erpnettest.HTML(200))
		}, []string{"Not an Identity Service", "an HTML page instead of JSON"}},
		"redirect": {func(s *erpnettest.Server, _ map[string]string) {
			s.Inject(erpnettest.Token, erpnettest.Redirect(307, s.URL+"/elsewhere"))
		}, []string{"Unexpected Redirect", "/elsewhere"}},
		"unavailable": {func(s *erpnettest.Server, _ map[string]string) {
			s.Inject(erpnettest.Token, erpnettest.Status(503))
		}, []string{"Instance Unavailable", "HTTP status 503"}},
		"invalid JSON": {func(s *erpnettest.Server, _ map[string]string) {
			s.Inject(erpnettest.Token, erpnettest.InvalidJSON())
		}, []string{"Not an Identity Service", "not a JSON object"}},
		"connection reset": {func(s *erpnettest.Server, _ map[string]string) {
			s.Inject(erpnettest.Token, erpnettest.Reset())
		}, []string{"Connection Lost"}},
		"hanging": {func(s *erpnettest.Server, env map[string]string) {
			s.Inject(erpnettest.Token, erpnettest.Hang())
			env["ERPNET_REQUEST_TIMEOUT"] = "100ms"
		}, []string{"No Answer in Time"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, env := startInstance(t)
			test.change(server, env)
			c := newCLI(t, "data \"erpnet_access_token\" \"this\" {\n  scopes = [\"read\"]\n}", env)
			code, output := c.run("plan")
			if code == 0 || strings.Count(output, "Error: ") != 1 {
				t.Errorf("not one error, exit code %d:\n%s", code, output)
			}
			for _, want := range append(test.want, server.IdentityURL()+"/connect/token", `"`+application.ApplicationUri+`"`) {
				if !words(want).MatchString(output) {
					t.Errorf("lacks %q:\n%s", want, output)
				}
			}
			for _, secret := range append(server.IssuedTokens(), env["ERPNET_CLIENT_SECRET"], "eyJ") {
				if strings.Contains(output, secret) {
					t.Errorf("shows a secret or a token:\n%s", output)
				}
			}
		})
	}
}
