// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"testing"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

// Each failure is one diagnostic with its own title. It names the server, the client_id and the remedy, and shows
// neither secrets nor tokens.
func TestFailuresAreOneDiagnosticEach(t *testing.T) {
	token := erpnettest.Token
	const short, other = "this-is-too-short", "this-is-not-the-right-secret"
	tenMinutes := erpnettest.Status(429).With("Retry-After", "600")
	sap := `{"error":{"message":{"lang":"en","value":"The maintenance window is open."}}}`
	for name, test := range map[string]struct {
		change func(*erpnettest.Server)
		env    environment
		want   []string
	}{
		"wrong secret": {
			env: environment{"ERPNET_CLIENT_SECRET": other},
			want: []string{
				"Client Credentials Refused", "invalid_client", "ApplicationUri", "IsEnabled", "ClientType",
				"ApplicationSecretHash",
				`begins with "` + erpnettest.SecretHash(other)[:4] + `"`,
			},
		},
		"short wrong secret": {
			env:  environment{"ERPNET_CLIENT_SECRET": short},
			want: []string{"Client Credentials Refused", "secret_matches"},
		},
		"disabled": {
			change: changed(func(a *erpnettest.TrustedApplication) { a.IsEnabled = false }),
			want:   []string{"Client Credentials Refused", "IsEnabled is true"},
		},
		"no service access": {
			change: changed(func(a *erpnettest.TrustedApplication) { a.SystemUserAllowed = false }),
			want: []string{
				"Trusted Application Not Authorized",
				"SystemUserAllowed is true",
				"SystemUser is",
				"ImpersonateAsInternalUserAllowed is true",
			},
		},
		"scope not allowed": {
			change: changed(func(a *erpnettest.TrustedApplication) { a.Scope = "update" }),
			want:   []string{"Scope Not Allowed", "attribute Scope", `Asked for: "read"`},
		},
		"narrower grant": {
			change: injected(token, erpnettest.GrantedScopes("update")),
			want:   []string{"Scope Not Granted", `lacks "read"`},
		},
		"foreign issuer": {
			change: injected(token, erpnettest.WrongIssuer()),
			want:   []string{"Token of Another Issuer", "https://other.my.erp.net/id"},
		},
		"foreign client": {
			change: injected(token, erpnettest.WrongClient()),
			want:   []string{"Token of Another Client"},
		},
		"expired": {
			change: injected(token, erpnettest.Expired()),
			want:   []string{"Token Already Expired", "This machine's clock said"},
		},
		"HTML page": {
			change: injected(token, erpnettest.HTML(200)),
			want:   []string{"Not an Identity Service", "an HTML page instead of JSON"},
		},
		"page of a WAF": {
			change: injected(token, erpnettest.HTML(403)),
			want:   []string{"Refused by a Gateway", `the title "Forbidden"`, "whoever runs the gateway"},
		},
		"redirect": {
			change: injected(token, erpnettest.Redirect(307, "/elsewhere")),
			want:   []string{"Unexpected Redirect", "/elsewhere"},
		},
		"unavailable": {
			change: injected(token, erpnettest.Status(503)),
			want:   []string{"Instance Unavailable", "HTTP status 503"},
		},
		"message of OData": {
			change: injected(token, erpnettest.Response(503, "application/json", sap)),
			want:   []string{"The maintenance window is open."},
		},
		"invalid JSON": {
			change: injected(token, erpnettest.InvalidJSON()),
			want:   []string{"Not an Identity Service", "not a JSON object"},
		},
		"connection reset": {change: injected(token, erpnettest.Reset()), want: []string{"Connection Lost"}},
		"told to wait": {
			change: injected(token, tenMinutes), env: environment{"ERPNET_MAX_RETRIES": "4"},
			want: []string{"Too Many Requests", "not to be called again before 2"},
		},
		"hanging": {
			change: injected(token, erpnettest.Hang()), env: environment{"ERPNET_REQUEST_TIMEOUT": "100ms"},
			want: []string{"No Response in Time"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			instance, env := startInstance(t)
			if test.change != nil {
				test.change(instance)
			}
			for variable, value := range test.env {
				env = env.with(variable, value)
			}
			r := start(t, env, nil).read("access_token", arguments{"scopes": []string{"read"}})
			r.fails(t, append(test.want, instance.IdentityURL()+"/connect/token", `"`+sampleURI+`"`)...)
			r.hides(t, append(instance.IssuedTokens(), env["ERPNET_CLIENT_SECRET"], "eyJ")...)
		})
	}
}

// A secret that occurs in other texts changes neither what is compared nor what the remedy depends on.
func TestSecretsThatArePartsOfOtherTexts(t *testing.T) {
	instance, env := startInstance(t)
	instance.ChangeApplication(
		sampleURI,
		func(a *erpnettest.TrustedApplication) { a.ApplicationSecretHash = erpnettest.SecretHash(sampleURI) },
	)
	start(t, env.with("ERPNET_CLIENT_SECRET", sampleURI), nil).open("access_token", nil).succeeds(t)
	start(t, env.with("ERPNET_CLIENT_SECRET", "e"), nil).open("access_token", nil).
		fails(t, "Client Credentials Refused", "invalid_client", "IsEnabled is true")
}
