// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

// query returns the arguments of a query of customers.
func query(more arguments) arguments {
	return arguments{"entity_set": "Crm_Sales_Customers"}.with(more)
}

// rowsOf returns the rows of a result.
func rowsOf(r result) []any {
	rows, _ := r.values["rows"].([]any)
	return rows
}

func TestDomainQuery(t *testing.T) {
	instance, env := startInstance(t)
	p := start(t, env, nil)
	first := p.read("domain_query", query(arguments{"top": 10})).succeeds(t) // the call in ERP.net's documentation
	if len(rowsOf(first)) != 10 || first.values["total_count"] != "15" || first.values["next_link"] == nil {
		t.Errorf("%d rows of %v, then %v", len(rowsOf(first)), first.values["total_count"], first.values["next_link"])
	}
	everything := p.read("domain_query", query(arguments{"top": 5, "all_pages": true, "select": "Number,DisplayText"})).
		succeeds(t)
	var decoded []any
	if err := json.Unmarshal([]byte(fmt.Sprint(everything.values["rows_json"])), &decoded); err != nil {
		t.Fatal(err)
	}
	rows := rowsOf(everything)
	if len(rows) != 15 || fmt.Sprint(rows) != fmt.Sprint(decoded) || everything.values["next_link"] != nil {
		t.Errorf("rows %v, as JSON %v", rows, decoded)
	}
	for _, request := range instance.Requests() {
		if request.Endpoint == erpnettest.DomainAPI && request.Header.Get("Accept-Language") != "en" {
			t.Error("the language of messages is not asked for")
		}
	}
}

// Numbers keep their digits, or become strings if Terraform can't hold them. Nulls stay. Secrets and terminal control
// characters are removed.
func TestDomainQueryKeepsValuesAsTheyAre(t *testing.T) {
	instance, env := startInstance(t)
	instance.Inject(erpnettest.DomainAPI, erpnettest.RawField("value", `[
		{"@odata.id":"X(1)","Number":12345678901234567890.123456789,"Far":1e9999,"Nothing":null,"Flag":true,
		 "List":[1,"two",null],"Notes":"a\u001b[31mb\tc",
		 "Nested":{"Password":"hunter2","Deep":[{"ApplicationSecretHash":"hunter2","Kept":1}]},
		 "UserPassword":"hunter2"},
		{"Other":"shape"}]`))
	r := start(t, env, nil).read("domain_query", query(nil))
	want := map[string]any{
		"@odata.id": "X(1)", "Number": "12345678901234567890.123456789", "Far": "1e9999", "Nothing": nil, "Flag": true,
		"List": []any{"1", "two", nil}, "Notes": "a\ufffd[31mb\tc",
		"Nested": map[string]any{"Deep": []any{map[string]any{"Kept": "1"}}},
	}
	if rows := rowsOf(r); len(rows) != 2 || fmt.Sprint(rows[0]) != fmt.Sprint(want) {
		t.Errorf("got %v, want %v", rows, want)
	}
	if text := fmt.Sprint(r.values["rows_json"]); strings.Contains(text, "hunter2") ||
		!strings.Contains(text, `"Number":12345678901234567890.123456789`) {
		t.Error(text)
	}
}

// The default page warns if there are more rows. A query that sets top gets no warning.
func TestDomainQuerySaysWhenThereAreMoreRows(t *testing.T) {
	instance, env := startInstance(t)
	for id := range 100 {
		application := erpnettest.NewApplication(fmt.Sprint("app", id))
		instance.AddApplication(application)
	}
	p := start(t, env, nil)
	applications := arguments{"entity_set": "Systems_Security_TrustedApplications"}
	if r := p.read("domain_query", applications); len(rowsOf(r)) != 100 || len(r.warnings()) != 1 ||
		!strings.HasPrefix(r.text(), "More Rows") {
		t.Errorf("%d rows: %s", len(rowsOf(r)), r.text())
	}
	for _, more := range []arguments{{"top": 100}, {"all_pages": true}} {
		p.read("domain_query", applications.with(more)).succeeds(t)
	}
	p.read("domain_query", query(nil)).succeeds(t)
}

func TestDomainQueryRefuses(t *testing.T) {
	api := erpnettest.DomainAPI
	link := func(to string) func(*erpnettest.Server) {
		return injected(api, erpnettest.Field("@odata.nextLink", to))
	}
	pages := arguments{"top": 5, "all_pages": true}
	for name, test := range map[string]struct {
		values arguments
		inject func(*erpnettest.Server)
		want   []string
	}{
		"more than max_rows": {
			values: query(pages.with(arguments{"max_rows": 11})),
			want:   []string{"Too Many Rows", "more than 11 rows", "raise max_rows"},
		},
		"max_rows without all_pages": {
			values: query(arguments{"max_rows": 3}),
			want:   []string{"max_rows Without all_pages", "Set all_pages = true"},
		},
		"old name": {
			values: arguments{"entity_set": "Crm_Customers"},
			want:   []string{"Entity Set Was Renamed", "Crm_Sales_Customers"},
		},
		"wrong attribute": {
			values: query(arguments{"select": "Nmber"}),
			want: []string{"Query Refused by the " +
				"Domain API", "Nmber"},
		},
		"hash in select": {
			values: query(arguments{"select": "Id,ApplicationSecretHash"}),
			want:   []string{"Invalid select", "password or the hash of a secret"},
		},
		"password in expand": {
			values: query(arguments{"expand": "User($select=Login,Password)"}),
			want:   []string{"Invalid expand"},
		},
		"password in filter": {
			values: query(arguments{"filter": "Password eq 'x'"}),
			want:   []string{"Invalid filter"},
		},
		"line break in filter": {
			values: query(arguments{"filter": "a\nb"}),
			want:   []string{"Invalid filter", "control character"},
		},
		"path as entity set": {
			values: arguments{"entity_set": "../../id/connect/token"},
			want:   []string{"Invalid entity_set"},
		},
		"next page outside the API": {
			values: query(pages),
			inject: link("https://evil.example/x"),
			want:   []string{"Next Page Elsewhere"},
		},
		"next page above the root": {
			values: query(pages),
			inject: link("/api/domain/odata/../../other"),
			want:   []string{"Next Page Elsewhere"},
		},
		"next page is the same": {
			values: query(pages),
			inject: link("Crm_Sales_Customers?$top=5&$count=true"),
			want:   []string{"Next Pages Without Further Rows", "leads back to an earlier page"},
		},
		"no page but the first": {
			values: query(pages),
			inject: injected(api, erpnettest.Response(200, "application/json", `{"value":[{"@odata.id":"X(1)"}]}`)),
			want:   []string{"Next Pages Without Further Rows", "the same rows again", "set top to read a single page"},
		},
		"more rows than counted": {
			values: query(pages),
			inject: injected(api, erpnettest.Field("@odata.count", 14)),
			want:   []string{"Rows Do Not Match Their Count", "15 rows and a count of 14"},
		},
		"an error with the status of a success": {
			values: query(nil),
			inject: injected(api, erpnettest.DomainError(200, 0, "X", "No rights to read entity")),
			want:   []string{"Query Refused by the Domain API", "No rights to read entity"},
		},
		"an error after the first rows": {
			values: query(pages),
			inject: injected(api, erpnettest.RawField("error", `{"message":"Time is up"}`)),
			want:   []string{"Query Refused by the Domain API", "Time is up"},
		},
		"no licence": {
			values: query(nil),
			inject: injected(api, erpnettest.LicenceExhausted()),
			want:   []string{"No Licence Free"},
		},
		"a portal": {
			values: query(nil),
			inject: injected(api, erpnettest.HTML(200)),
			want:   []string{"Not a Domain API", "HTML page"},
		},
		"JSON of something else": {
			values: query(nil),
			inject: injected(api, erpnettest.WithoutField("value")),
			want:   []string{"Not a Domain API", "lists no rows"},
		},
		"a body of more than 1 MiB": {
			values: query(nil),
			inject: injected(api, erpnettest.Oversized(2<<20)),
			want:   []string{"Response Too Large", "fewer rows with top"},
		},
		"a URL that is too long": {
			values: query(arguments{"filter": strings.Repeat("x", 2500)}),
			inject: injected(api, erpnettest.HTML(404)),
			want:   []string{"No Domain API Here", "The URL has"},
		},
		"a URL that is too long, as its status says": {
			values: query(arguments{"filter": strings.Repeat("x", 2500)}),
			inject: injected(api, erpnettest.HTML(414)),
			want:   []string{"URL Too Long", "Shorten filter", "The URL has"},
		},
		"a login page in front of it": {
			values: query(nil),
			inject: injected(api, erpnettest.Redirect(302, "/id/Account/Login")),
			want:   []string{"Token Rejected by the Domain API", "/id/Account/Login"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			instance, env := startInstance(t)
			if test.inject != nil {
				test.inject(instance)
			}
			r := start(t, env, nil).read("domain_query", test.values)
			r.fails(t, test.want...)
			r.hides(t, append(instance.IssuedTokens(), erpnettest.SampleSecret)...)
		})
	}
	unknown := query(arguments{"max_rows": 3, "all_pages": tftypes.UnknownValue})
	start(t, nil, nil).read("domain_query", unknown).fails(t, "ERPNET_INSTANCE")
}

// Behind a reverse proxy, the links to the next rows name another origin or are not escaped. The provider follows their
// path and query on its own origin.
func TestNextLinksAreFollowedOnOurOwnOrigin(t *testing.T) {
	for name, change := range map[string]func(link, ours string) string{
		"another origin": func(link, ours string) string {
			return strings.Replace(link, ours, "http://erp.example.test:8080", 1)
		},
		"not escaped": func(link, _ string) string {
			return strings.NewReplacer("%20", " ", "%27", "'", "%24", "$").Replace(link)
		},
	} {
		t.Run(name, func(t *testing.T) {
			instance, env := startInstance(t)
			instance.Inject(erpnettest.DomainAPI, erpnettest.Document(func(page map[string]any) {
				if link, ok := page["@odata.nextLink"].(string); ok {
					page["@odata.nextLink"] = change(link, instance.URL)
				}
			}))
			pages := query(arguments{"top": 4, "all_pages": true, "order_by": "Number desc"})
			r := start(t, env, nil).read("domain_query", pages).succeeds(t)
			if n := len(rowsOf(r)); n != 15 {
				t.Errorf("%d rows", n)
			}
		})
	}
}

// A string literal that mentions passwords is not an attribute.
func TestDomainQueryTakesLiteralsThatNameSecrets(t *testing.T) {
	instance, env := startInstance(t)
	instance.Inject(erpnettest.DomainAPI, erpnettest.Response(200, "application/json", `{"value":[]}`))
	r := start(t, env, nil).read("domain_query", query(arguments{"filter": "contains(Name,'It''s my password')"})).
		succeeds(t)
	r.has(t, arguments{"rows": []any{}, "total_count": nil})
	requests := instance.Requests()
	const want = "$filter=contains%28Name%2C%27It%27%27s%20my%20password%27%29&$top=100"
	if got := requests[len(requests)-1].RawQuery; !strings.HasPrefix(got, want) {
		t.Errorf("asked for %s", got)
	}
}

// After a 401 from the API or a redirect to the login page, the provider gets one new token and retries once.
func TestDomainQueryRenewsTheTokenOnce(t *testing.T) {
	for name, fault := range map[string]erpnettest.Fault{
		"401": erpnettest.Status(401), "login page": erpnettest.Redirect(302, "/id/Account/Login"),
	} {
		for _, refusals := range []int{1, 0} {
			t.Run(fmt.Sprint(name, " for ", refusals), func(t *testing.T) {
				instance, env := startInstance(t)
				instance.Inject(erpnettest.DomainAPI, fault.For(refusals))
				if r := start(t, env, nil).read("domain_query", query(nil)); r.failed() == (refusals == 1) {
					t.Error(r.text())
				}
				calls, tokens := instance.Count(erpnettest.DomainAPI), instance.Count(erpnettest.Token)
				if calls != 2 || tokens != 2 {
					t.Errorf("%d calls, %d token requests", calls, tokens)
				}
			})
		}
	}
}
