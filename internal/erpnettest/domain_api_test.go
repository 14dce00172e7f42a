// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

import (
	"net/http"
	"strings"
	"testing"
)

// customerID is the Id of one of the sample customers.
func customerID(n int) string { return sampleCustomers()[n].ID() }

func TestCustomersAreRead(t *testing.T) {
	i := newInstance(t)
	got := i.read(salesCustomers)
	if got.header.Get("OData-Version") != "4.0" || got.header.Get("Content-Type") != odataType {
		t.Errorf("headers %v", got.header)
	}
	page := i.readPage(salesCustomers)
	if page.Context != i.DomainAPIURL()+"$metadata#Crm_Sales_Customers" || page.Count != nil || page.Next != "" {
		t.Errorf("context %q, count %v, next %q", page.Context, page.Count, page.Next)
	}
	first := page.Value[0]
	_, hasID := first["Id"]
	_, hasNull := first["CreditLimit"]
	if first["Number"] != "000101" || first["@odata.id"] != salesCustomers+"("+customerID(0)+")" || hasID || !hasNull {
		t.Errorf("first row %v", first)
	}
}

func TestPathsOfTheDomainAPI(t *testing.T) {
	i := newInstance(t)
	const missing = "(00000000-0000-0000-0000-000000000000)"
	customer, user := salesCustomers+"("+customerID(1)+")", users+"("+SampleUser().Id+")"
	tests := []struct {
		method string // GET if empty
		path   string
		status int
		body   string
	}{
		{path: "", status: 200, body: `"name":"Crm_Sales_Customers"`},
		{path: "GetRenamedEntityTypes", status: 200, body: `"NewName":"Crm_Sales_Customers"`},
		{path: salesCustomers + "/$count", status: 200, body: "15"},
		{path: salesCustomers + "/$count?$top=1", status: 500, body: "'$top' is not supported"},
		{path: salesCustomers + "?$count=true&$top=1", status: 200, body: `"@odata.count":15`},
		{
			path: salesCustomers + "?$filter=Colour%20eq%20'red'", status: 500,
			body: `"type":"InvalidOperationException"`,
		},
		{path: salesCustomers + "?$search=books", status: 500, body: `"type":"NotSupportedException"`},
		{path: salesCustomers + "?$select=Password", status: 500, body: "'Password' on type 'Erp.Crm_Sales_Customer'"},
		{path: customer, status: 200, body: `"Number":"000102"`},
		{path: customer + "?$select=Id", status: 200, body: `"Id":"` + customerID(1) + `"`},
		{path: customer + "?$top=1", status: 500, body: "'$top' is not supported"},
		{path: customer + "/Party", status: 404},
		{path: customer + "/$count", status: 404},
		{path: salesCustomers + missing, status: 500, body: "does not exist"},
		{path: salesCustomers + "('000102')", status: 500, body: "The key ''000102'' is not valid"},
		{path: salesCustomers + "(" + customerID(1), status: 404},
		{path: salesCustomers + "()", status: 404},
		{path: "Crm_Sales_Dreams", status: 404},
		{path: "Crm_Customers?$top=10", status: 500, body: "The new name is 'Crm_Sales_Customers'"},
		{path: "Crm_Customers(" + customerID(1) + ")", status: 500, body: "no more supported"},
		{path: user + "?$select=default,DisplayText", status: 200, body: SamplePasswordHash},
		{
			path: user + "?$select=DisplayText", status: 200,
			body: "Integration Service <svc.integration> [InternalUser]",
		},
		{path: user + "?$select=Name", status: 200, body: `"Name":{"EN":"Integration Service"}`},
		{method: "HEAD", path: customer, status: 200},
		{method: "POST", path: "GetVersion", status: 405},
		{method: "POST", path: salesCustomers, status: 405},
		{method: "PATCH", path: customer, status: 405},
		{method: "DELETE", path: customer, status: 405},
		{method: "POST", path: users, status: 405},
		{method: "PATCH", path: user, status: 405},
		{method: "DELETE", path: user, status: 405},
		{method: "PUT", path: i.samplePath(), status: 405},
		{method: "PATCH", path: trustedApplications, status: 405},
		{method: "DELETE", path: trustedApplications + "/$count", status: 405},
	}
	for _, test := range tests {
		t.Run(test.method+" "+test.path, func(t *testing.T) {
			got := i.call(test.method, test.path, "")
			got.expect(t, test.status, test.body)
			if test.status == 405 && !strings.HasPrefix(got.header.Get("Allow"), "GET, HEAD") {
				t.Errorf("Allow: %s", got.header.Get("Allow"))
			}
		})
	}
}

// The filters are exactly those that the entities' pages list.
func TestFiltersOfTheEntities(t *testing.T) {
	i := newInstance(t)
	i.changeSample(func(app *TrustedApplication) { app.CreationTimeUtc = frozen })
	user := "'" + users + "(" + SampleUser().Id + ")'"
	tests := []struct {
		set, filter string
		want        string // the number of rows, or a part of the error
	}{
		{set: users, filter: "contains(Name,'integration')", want: "1"},
		{set: users, filter: "startswith(Login,'svc.') and Active eq true", want: "1"},
		{set: users, filter: "contains(UserType,'Internal')", want: "1"},
		{set: users, filter: "Login in ('nobody','svc.integration')", want: "1"},
		{set: users, filter: "equalnull(Email,'x')", want: "1"},
		{set: users, filter: "Id ge " + customerID(0), want: "'Id' cannot be used"},
		{set: users, filter: "Name eq 'Integration Service'", want: "'Name' cannot be used"},
		{set: salesCustomers, filter: "Number eq '000103'", want: "1"},
		{set: salesCustomers, filter: "startswith(Number,'00010')", want: "9"},
		{set: salesCustomers, filter: "FromDate ge 2016-01-01Z", want: "13"},
		{set: salesCustomers, filter: "lessequalnull(ThruDate,2016-01-01Z)", want: "15"},
		{set: salesCustomers, filter: "AllowUseAsShipToCustomer eq true", want: "8"},
		{set: salesCustomers, filter: "Id eq " + strings.ToUpper(customerID(3)), want: "1"},
		{set: salesCustomers, filter: "DisplayText eq 'Lighthouse Books'", want: "'DisplayText' cannot be used"},
		{set: trustedApplications, filter: "ApplicationUri eq 'my.trusted.app/service'", want: "1"},
		{set: trustedApplications, filter: "ApplicationUri eq 'MY.trusted.app/service'", want: "0"},
		{set: trustedApplications, filter: "contains(ApplicationUri,'my')", want: "'ApplicationUri' cannot be used"},
		{set: trustedApplications, filter: "contains(Name,'service')", want: "1"},
		{set: trustedApplications, filter: "IsEnabled eq true", want: "1"},
		{set: trustedApplications, filter: "SystemUser eq " + user, want: "1"},
		{set: trustedApplications, filter: "SystemUser in (" + user + ")", want: "1"},
		{set: trustedApplications, filter: "ReferenceTokens in ('None')", want: "1"},
		{set: trustedApplications, filter: "CreationTimeUtc ge 2026-03-14Z", want: "1"},
		{set: trustedApplications, filter: "Id le ffffffff-ffff-ffff-ffff-ffffffffffff", want: "1"},
		{set: trustedApplications, filter: "Scope eq 'read'", want: "'Scope' cannot be used"},
		{set: trustedApplications, filter: "ClientType eq 'Public'", want: "'ClientType' cannot be used"},
		{
			set: trustedApplications, filter: "ApplicationSecretHash eq 'x'",
			want: "'ApplicationSecretHash' cannot be used",
		},
		{set: trustedApplications, filter: "ObjectVersion eq 1", want: "'ObjectVersion' cannot be used"},
	}
	for _, test := range tests {
		t.Run(test.set+" "+test.filter, func(t *testing.T) {
			got := i.read(test.set + "/$count?$filter=" + strings.ReplaceAll(test.filter, " ", "%20"))
			if got.body != test.want && (got.status != 500 || !strings.Contains(got.body, test.want)) {
				t.Errorf("status %d: %s", got.status, got.body)
			}
		})
	}
	i.Configure(func(s *Settings) { s.IgnoreClientIDCase = true })
	const anyCase = trustedApplications + "/$count?$filter=ApplicationUri%20eq%20'MY.trusted.APP/service'"
	if got := i.read(anyCase); got.body != "1" {
		t.Errorf("where the case is ignored: status %d: %s", got.status, got.body)
	}
}

func TestNextLinksLeadThroughAllCustomers(t *testing.T) {
	tests := []struct {
		name, query string
		configure   func(*Settings)
		link        string // the prefix of the next link; empty means none
		option      string // the query option that the next link continues with
	}{
		{name: "by default", query: "$top=4", link: "ROOT", option: "$skiptoken"},
		{name: "ordered", query: "$top=4&$orderby=Number%20desc", link: "ROOT", option: "$skip"},
		{
			name: "relative", query: "$top=4", link: salesCustomers + "?", option: "$skiptoken",
			configure: func(s *Settings) { s.RelativeNextLinks = true },
		},
		{name: "older server", query: "$top=4", configure: func(s *Settings) { s.NoNextLinks = true }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			i := newInstance(t)
			if test.configure != nil {
				i.Configure(test.configure)
			}
			begin, seen := strings.Replace(test.link, "ROOT", i.DomainAPIURL(), 1), map[any]bool{}
			for path := salesCustomers + "?" + test.query; path != ""; {
				page := i.readPage(path)
				for _, row := range page.Value {
					seen[row["Number"]] = true
				}
				path = strings.TrimPrefix(page.Next, i.DomainAPIURL())
				option := strings.Contains(path, strings.Replace(test.option, "$", "%24", 1)+"=")
				if path != "" && (!strings.HasPrefix(page.Next, begin) || !option) {
					t.Fatalf("link %s", page.Next)
				}
			}
			want := len(sampleCustomers())
			if test.link == "" {
				want = 4
			}
			if len(seen) != want {
				t.Errorf("%d customers", len(seen))
			}
		})
	}
}

func TestErrorsOfTheDomainAPIHaveTwoShapes(t *testing.T) {
	for _, bare := range []bool{false, true} {
		i := newInstance(t, func(s *Settings) { s.BareErrors = bare })
		details := i.read("Crm_Customers").object(t)
		if !bare {
			details, _ = details["error"].(map[string]any)
		}
		for _, name := range []string{"message", "code", "type", "info", "messageFormat", "parameters"} {
			if _, has := details[name]; !has {
				t.Errorf("bare %t: no %s", bare, name)
			}
		}
	}
}

func TestSecurityNamespaceCanBeClosed(t *testing.T) {
	with500 := func(s *Settings) { s.SecurityAccess, s.SecurityRefusalStatus = SecurityRefused, 500 }
	refused := func(s *Settings) { s.SecurityAccess = SecurityRefused }
	readOnly := func(s *Settings) { s.SecurityAccess = SecurityReadOnly }
	tests := []struct {
		name        string
		configure   func(*Settings)
		scope       string
		read, write int
		body        string // part of the body of a refusal
	}{
		{name: "allowed", configure: func(*Settings) {}, scope: "read update", read: 200, write: 204},
		{name: "read-only", configure: readOnly, scope: "read update", read: 200, write: 403},
		{
			name: "refused", configure: refused, scope: "read update", read: 403, write: 403,
			body: "security namespace is denied",
		},
		{
			name: "refused with 500", configure: with500, scope: "read update", read: 500, write: 500,
			body: "security namespace is denied",
		},
		{name: "refused, with sec", configure: refused, scope: "read update sec", read: 200, write: 204},
		{name: "refused, with sec to read", configure: refused, scope: "read sec", read: 200, write: 403},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			i := newInstance(t, test.configure)
			i.changeSample(func(app *TrustedApplication) { app.Scope = test.scope })
			for _, path := range []string{i.samplePath(), users, trustedApplications + "/$count"} {
				i.read(path).expect(t, test.read, test.body)
			}
			write := i.call(http.MethodPatch, i.samplePath(), `{"Notes": "x"}`)
			write.expect(t, test.write, test.body)
			i.read(salesCustomers+"?$top=1").expect(t, 200, "")
			i.call(http.MethodDelete, i.samplePath(), "").expect(t, test.write, test.body)
		})
	}
}

func TestSettingsOfWhatIsReadBack(t *testing.T) {
	tests := []struct {
		name      string
		configure func(*Settings)
		attribute string
		want      any
		missing   bool
	}{
		{name: "hash", configure: func(*Settings) {}, attribute: secretHashAttribute, want: SecretHash(SampleSecret)},
		{
			name: "hash as null", attribute: secretHashAttribute,
			configure: func(s *Settings) { s.SecretHashes = SecretHashesNull },
		},
		{
			name: "no hash", attribute: secretHashAttribute, missing: true,
			configure: func(s *Settings) { s.SecretHashes = SecretHashesOmitted },
		},
		{name: "version", configure: func(*Settings) {}, attribute: "ObjectVersion", want: 1.0},
		{
			name: "no change tracked", attribute: "ObjectVersion",
			configure: func(s *Settings) { s.ChangeTrackingOff = true },
		},
		{
			name: "older entity", attribute: "ReferenceTokens", missing: true,
			configure: func(s *Settings) { s.UnknownAttributes = []string{"ReferenceTokens"} },
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			i := newInstance(t, test.configure)
			row := i.read(i.samplePath() + "?$select=default,ObjectVersion&$expand=SystemUser($select=Login)").object(t)
			if value, has := row[test.attribute]; has == test.missing || value != test.want {
				t.Errorf("%s is %v, there: %t", test.attribute, value, has)
			}
			user, _ := row["SystemUser"].(map[string]any)
			if user["Login"] != "svc.integration" || user["Password"] != nil {
				t.Errorf("system user %v", user)
			}
			if i.Applications()[0].ApplicationSecretHash == "" {
				t.Error("the record has lost its hash")
			}
		})
	}
}

func TestOlderEntityDoesNotKnowReferenceTokens(t *testing.T) {
	i := newInstance(t, func(s *Settings) { s.UnknownAttributes = []string{"ReferenceTokens"} })
	for _, got := range []reply{
		i.call(http.MethodPatch, i.samplePath(), `{"ReferenceTokens": "None"}`),
		i.read(trustedApplications + "?$select=ReferenceTokens"),
		i.read(trustedApplications + "?$filter=ReferenceTokens%20eq%20'None'"),
	} {
		got.expect(t, 500, "property named 'ReferenceTokens'")
	}
	i.call(http.MethodPost, trustedApplications, `{"Name": "N", "ApplicationUri": "a"}`).expect(t, 201, "")
	if app := i.Applications()[0]; app.ReferenceTokens != "None" {
		t.Errorf("default %q", app.ReferenceTokens)
	}
}
