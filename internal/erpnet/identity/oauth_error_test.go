// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package identity

import (
	"cmp"
	"fmt"
	"strings"
	"testing"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
)

// Every code of protocol section 3.1 has its own kind, whatever the HTTP status and with or without a description.
func TestOAuthErrorsAreToldApart(t *testing.T) {
	for code, want := range map[erpnet.Kind]struct{ hashPrefix, evidence string }{
		InvalidClient:        {hashPrefix: erpnet.SecretHash(testSecret)[:4]},
		UnauthorizedClient:   {},
		InvalidScope:         {evidence: `Asked for: "read".`},
		InvalidGrant:         {},
		UnsupportedGrantType: {},
		InvalidRequest:       {},
	} {
		for _, status := range []int{200, 400, 401, 403, 404, 500, 503} {
			for description, shown := range map[string]string{
				"": "",
				"Said <" + testSecret + "> was \x1b[31m wrong": `: "Said <(redacted)> was [31m wrong"`,
			} {
				body := members{"error": code, "error_description": description}.String()
				token, failed := askAtNoon(requestFor("read"), response{status: status, body: body})
				wantKind(t, failed, code)
				happened := fmt.Sprintf("was refused with %s (HTTP status %d)%s", code, status, shown)
				if failed.Happened != happened || failed.Status != status || failed.Code != string(code) ||
					token != nil ||
					failed.HashPrefix != want.hashPrefix || failed.Evidence != want.evidence {
					t.Errorf("got %+v", failed)
				}
			}
		}
	}
}

func TestOddOAuthErrors(t *testing.T) {
	for name, test := range map[string]struct {
		body     string
		code     string
		message  string
		evidence string
	}{
		"unknown code": {body: `{"error":"slow_down"}`, code: "slow_down"},
		"no scope asked for": {
			body: `{"error":"invalid_scope"}`, code: "invalid_scope", evidence: "No scope was asked for",
		},
		"an object": {
			body: `{"error":{"message":"No such tenant","code":7}}`, message: `: "No such tenant"`,
		},
		"a gateway's": {
			body:     `{"status":403,"error":"Forbidden"}`,
			evidence: "The response has the content `{\"status\":403,\"error\":\"Forbidden\"}`.",
		},
		"a number":             {body: `{"error":7}`},
		"a sentence":           {body: `{"error":"Not now"}`, message: `: "Not now"`},
		"a code without end":   {body: `{"error":"` + strings.Repeat("x", 41) + `"}`},
		"the secret as code":   {body: `{"error":"the_secret"}`, code: "(redacted)"},
		"description a number": {body: `{"error":"slow_down","error_description":7}`, code: "slow_down"},
	} {
		t.Run(name, func(t *testing.T) {
			r := requestFor("")
			r.Credentials.Secret = erpnet.NewSecret("the_secret")
			_, failed := askAtNoon(r, response{status: 400, body: test.body})
			code := cmp.Or(test.code, "an unknown error code")
			happened := "was refused with " + code + " (HTTP status 400)" + test.message
			if failed.Happened != happened || failed.Code != test.code ||
				!strings.HasPrefix(failed.Evidence, test.evidence) {
				t.Errorf("got %+v", failed)
			}
		})
	}
}
