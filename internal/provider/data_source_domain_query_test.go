// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

func expectQuery(name string, value knownvalue.Check) statecheck.StateCheck {
	return statecheck.ExpectKnownValue("data.erpnet_domain_query.this", tfjsonpath.New(name), value)
}

// query is a data source with the given arguments, one a line.
func query(arguments ...string) string {
	return "data \"erpnet_domain_query\" \"this\" {\n  " + strings.Join(append([]string{`entity_set = "Crm_Sales_Customers"`}, arguments...), "\n  ") + "\n}\n"
}

func TestDomainQuery(t *testing.T) {
	server, env := startInstance(t)
	run(t, env,
		resource.TestStep{ // the call of ERP.net's documents
			Config: query(`top = 10`),
			ConfigStateChecks: []statecheck.StateCheck{
				expectQuery("rows", knownvalue.TupleSizeExact(10)),
				expectQuery("total_count", knownvalue.Int64Exact(15)),
				expectQuery("next_link", knownvalue.NotNull()),
			},
		},
		resource.TestStep{
			Config: query(`top = 5`, `all_pages = true`, `select = "Number,DisplayText"`) + `
output "first" {
  value = data.erpnet_domain_query.this.rows[0].DisplayText
}

output "same" {
  value = jsondecode(data.erpnet_domain_query.this.rows_json)[11].Number == data.erpnet_domain_query.this.rows[11].Number
}`,
			ConfigStateChecks: []statecheck.StateCheck{
				expectQuery("rows", knownvalue.TupleSizeExact(15)),
				expectQuery("next_link", knownvalue.Null()),
				statecheck.ExpectKnownOutputValue("first", knownvalue.StringExact("Aurora Office Supplies Ltd.")),
				statecheck.ExpectKnownOutputValue("same", knownvalue.Bool(true)),
			},
		},
	)
	t.Cleanup(func() {
		for _, request := range server.Requests() {
			if request.Endpoint == erpnettest.DomainAPI && request.Header.Get("Accept-Language") != "en" {
				t.Error("the language of messages is not asked for")
			}
		}
	})
}

// Numbers keep their digits, nulls stay, nothing of a secret is kept.
func TestDomainQueryKeepsValuesAsTheyAre(t *testing.T) {
	server, env := startInstance(t)
	server.Inject(erpnettest.DomainAPI, erpnettest.RawField("value", `[
		{"@odata.id":"X(1)","Number":12345678901234567890.123456789,"Nothing":null,"Flag":true,"List":[1,"two",null],
		 "Nested":{"Password":"hunter2","Deep":[{"ApplicationSecretHash":"hunter2","Kept":1}]},"UserPassword":"hunter2"},
		{"Other":"shape"}]`))
	run(t, env, resource.TestStep{
		Config: query() + `
output "digits" {
  value = tostring(data.erpnet_domain_query.this.rows[0].Number)
}

output "nothing" {
  value = data.erpnet_domain_query.this.rows[0].Nothing == null
}

output "kept" {
  value = keys(data.erpnet_domain_query.this.rows[0])
}`,
		ConfigStateChecks: []statecheck.StateCheck{
			statecheck.ExpectKnownOutputValue("digits", knownvalue.StringExact("12345678901234567890.123456789")),
			statecheck.ExpectKnownOutputValue("nothing", knownvalue.Bool(true)),
			statecheck.ExpectKnownOutputValue("kept", knownvalue.ListSizeExact(6)),
			expectQuery("rows_json", knownvalue.StringFunc(func(text string) error {
				if strings.Contains(text, "hunter2") || !strings.Contains(text, "12345678901234567890.123456789") || !strings.Contains(text, `"Kept":1`) {
					return fmt.Errorf("rows_json is %s", text)
				}
				return nil
			})),
		},
	})
}

func TestDomainQueryRefuses(t *testing.T) {
	for name, test := range map[string]struct {
		config string
		inject func(*erpnettest.Server)
		want   []string
	}{
		"more than max_rows":   {query(`top = 5`, `all_pages = true`, `max_rows = 11`), nil, []string{"Too Many Rows", "more than 11 rows", "raise max_rows"}},
		"old name":             {strings.Replace(query(), "Crm_Sales_Customers", "Crm_Customers", 1), nil, []string{"Entity Set Was Renamed", "Crm_Sales_Customers"}},
		"hash in select":       {query(`select = "Id,ApplicationSecretHash"`), nil, []string{"Invalid select", "password or the hash of a secret"}},
		"password in expand":   {query(`expand = "User($select=Login,Password)"`), nil, []string{"Invalid expand"}},
		"password in filter":   {query(`filter = "Password eq 'x'"`), nil, []string{"Invalid filter"}},
		"line break in filter": {query(`filter = "a\nb"`), nil, []string{"Invalid filter", "control character"}},
		"path as entity set":   {strings.Replace(query(), "Crm_Sales_Customers", "../../id/connect/token", 1), nil, []string{"Invalid entity_set"}},
		"next page elsewhere": {query(`top = 5`, `all_pages = true`), func(s *erpnettest.Server) {
			s.Inject(erpnettest.DomainAPI, erpnettest.Field("@odata.nextLink", "https://evil.example/x"))
		}, []string{"Next Page Elsewhere"}},
		"next page is the same": {query(`top = 5`, `all_pages = true`), func(s *erpnettest.Server) {
			s.Inject(erpnettest.DomainAPI, erpnettest.Field("@odata.nextLink", "Crm_Sales_Customers?$top=5&$count=true"))
		}, []string{"Next Page Elsewhere", "links that lead to no further rows"}},
		"no licence":                {query(), func(s *erpnettest.Server) { s.Inject(erpnettest.DomainAPI, erpnettest.LicenceExhausted()) }, []string{"No Licence Free"}},
		"a portal":                  {query(), func(s *erpnettest.Server) { s.Inject(erpnettest.DomainAPI, erpnettest.HTML(200)) }, []string{"Not a Domain API", "HTML page"}},
		"JSON of something else":    {query(), func(s *erpnettest.Server) { s.Inject(erpnettest.DomainAPI, erpnettest.WithoutField("value")) }, []string{"Not a Domain API", "lists no rows"}},
		"a body of more than 1 MiB": {query(), func(s *erpnettest.Server) { s.Inject(erpnettest.DomainAPI, erpnettest.Oversized(2<<20)) }, []string{"Answer Too Large", "fewer rows at a time by top"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, env := startInstance(t)
			if test.inject != nil {
				test.inject(server)
			}
			c := newCLI(t, test.config, env)
			code, output := c.run("plan")
			if code == 0 || strings.Count(output, "Error: ") != 1 {
				t.Errorf("not one error, exit code %d:\n%s", code, output)
			}
			for _, want := range test.want {
				if !words(want).MatchString(output) {
					t.Errorf("lacks %q:\n%s", want, output)
				}
			}
			for _, secret := range append(server.IssuedTokens(), erpnettest.SampleSecret) {
				if strings.Contains(output, secret) {
					t.Errorf("shows a secret or a token:\n%s", output)
				}
			}
		})
	}
}

// A text literal that speaks of passwords is no attribute.
func TestDomainQueryTakesLiteralsThatNameSecrets(t *testing.T) {
	server, env := startInstance(t)
	server.Inject(erpnettest.DomainAPI, erpnettest.Answer(200, "application/json", `{"value":[]}`))
	run(t, env, resource.TestStep{
		Config:            query(`filter = "contains(Name,'It''s my password')"`),
		ConfigStateChecks: []statecheck.StateCheck{expectQuery("rows", knownvalue.TupleSizeExact(0)), expectQuery("total_count", knownvalue.Null())},
	})
	t.Cleanup(func() {
		for _, request := range server.Requests() {
			if request.Endpoint == erpnettest.DomainAPI && !strings.HasPrefix(request.RawQuery, "$filter=contains%28Name%2C%27It%27%27s%20my%20password%27%29&$top=100&$count=true") {
				t.Errorf("asked for %s", request.RawQuery)
			}
		}
	})
}

// The API's 401 is answered by one new token and one repeat.
func TestDomainQueryRenewsTheTokenOnce(t *testing.T) {
	for name, test := range map[string]struct{ refusals, calls, tokens int }{
		"once":   {1, 2, 2},
		"always": {0, 2, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, env := startInstance(t)
			server.Inject(erpnettest.DomainAPI, erpnettest.Status(401).For(test.refusals))
			code, output := newCLI(t, query(), env).run("plan")
			if (code == 0) != (test.refusals == 1) {
				t.Errorf("exit code %d:\n%s", code, output)
			}
			if calls, tokens := server.Count(erpnettest.DomainAPI), server.Count(erpnettest.Token); calls != test.calls || tokens != test.tokens {
				t.Errorf("%d calls, %d token requests", calls, tokens)
			}
		})
	}
}
