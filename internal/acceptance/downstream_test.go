// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package acceptance

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

// A token drives another provider, whose requests the Domain API answers, in a
// plan as in the apply of a saved plan. What the docs call stored is stored, and
// nothing else.
//
// The other providers are stand-ins.
func TestTokenDrivesAnotherProvider(t *testing.T) {
	for name, test := range map[string]struct {
		dir    string
		output string
		want   string
		stored bool
	}{
		"restapi": {"examples/downstream/restapi", "customer", `"Number":"000101"`, false},
		"restful": {"examples/downstream/restful", "customers", `"DisplayText":"Danube Logistics AD"`, false},
		"http":    {"examples/downstream/http", "version", `"26.2.0.76"`, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, env := startInstance(t)
			c := newCLIOf(t, filesIn(t, test.dir, atMock(server)), env)
			screen := map[string]string{"output of plan": c.succeed("plan", "-out=plan.bin")}
			screen["output of apply"] = c.succeed("apply", "plan.bin")
			if got := c.succeed("output", "-json", test.output); !strings.Contains(got, test.want) {
				t.Errorf("the output is %s", got)
			}

			tokens := server.IssuedTokens()
			if n := requestsOfOthers(t, server, tokens); n == 0 {
				t.Error("the other provider has asked nothing")
			}
			files := map[string]string{"state": c.read("terraform.tfstate"), "plan as JSON": c.succeed("show", "-json", "plan.bin")}
			for file, text := range unzip(t, filepath.Join(c.dir, "plan.bin")) {
				files["plan file "+file] = text
			}
			expectNoLeak(t, screen, append(tokens, erpnettest.SampleSecret))
			expectNoLeak(t, files, []string{erpnettest.SampleSecret})
			for _, file := range []string{"state", "plan as JSON"} {
				if holds := slices.ContainsFunc(tokens, func(token string) bool { return strings.Contains(files[file], token) }); holds != test.stored {
					t.Errorf("%s holds a token: %t", file, holds)
				}
			}
			if !test.stored {
				expectNoLeak(t, files, tokens)
			}
		})
	}
}

// requestsOfOthers counts what the Domain API was asked by others than this
// provider. It holds that each of them came with a token of the instance.
func requestsOfOthers(t *testing.T, server *erpnettest.Server, tokens []string) (n int) {
	t.Helper()
	for _, request := range server.Requests() {
		if request.Endpoint != erpnettest.DomainAPI || strings.Contains(request.Header.Get("User-Agent"), "terraform-provider-erpnet") {
			continue
		}
		n++
		if token, bearer := strings.CutPrefix(request.Header.Get("Authorization"), "Bearer "); !bearer || !slices.Contains(tokens, token) {
			t.Errorf("%s came without a token of the instance", request)
		}
	}
	return n
}

// The Domain API takes one request of a session at a time and lets five wait.
// Six at once are never too many, whoever sends them.
func TestSixAtOnceAreNotTooManyForTheDomainAPI(t *testing.T) {
	t.Parallel()
	server, env := startInstance(t)
	server.SetLatency(20 * time.Millisecond) // so that they meet
	files := filesIn(t, "examples/downstream/restapi", atMock(server))
	files["main.tf"] = strings.NewReplacer(
		`"restapi_object" "customer" {`, "\"restapi_object\" \"customer\" {\n  count = 20",
		"restapi_object.customer.api_data", "restapi_object.customer[*].id",
	).Replace(files["main.tf"])
	c := newCLIOf(t, files, env)
	c.succeed("plan", "-parallelism=6")
	if n := requestsOfOthers(t, server, server.IssuedTokens()); n != 40 {
		t.Errorf("20 customers were read by %d requests", n)
	}
}
