// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

// customerID is the Id of one of the sample customers.
func customerID(n int) string { return sampleCustomers()[n].ID() }

type customerPage struct {
	Context string           `json:"@odata.context"`
	Count   *int             `json:"@odata.count"`
	Next    string           `json:"@odata.nextLink"`
	Value   []map[string]any `json:"value"`
}

func TestCustomersAreReadWithAToken(t *testing.T) {
	s := newServer(t)
	got := callAPI(t, s, sampleToken(t, s), "Crm_Sales_Customers?$top=10")
	if got.status != http.StatusOK || got.header.Get("OData-Version") != "4.0" || got.header.Get("Content-Type") != odataType {
		t.Fatalf("status %d, headers %v", got.status, got.header)
	}
	var page customerPage
	decode(t, got.body, &page)
	if page.Context != s.DomainAPIURL()+"$metadata#Crm_Sales_Customers" || len(page.Value) != 10 || page.Count != nil {
		t.Errorf("context %q, %d rows, count %v", page.Context, len(page.Value), page.Count)
	}
	first := page.Value[0]
	if first["Number"] != "000101" || first["@odata.id"] != "Crm_Sales_Customers("+customerID(0)+")" {
		t.Errorf("first row %v", first)
	}
	if _, has := first["Id"]; has {
		t.Error("Id was not selected")
	}
	if _, has := first["CreditLimit"]; !has {
		t.Error("null attributes are missing")
	}
}

func TestQueryOptions(t *testing.T) {
	s := newServer(t)
	token := sampleToken(t, s)
	all := len(sampleCustomers())
	for name, test := range map[string]struct {
		query string
		rows  int
		count bool
		next  bool
		first map[string]any // exactly, besides @odata.id; nil is not compared
	}{
		"none":            {query: "", rows: all},
		"top":             {query: "?$top=3", rows: 3, next: true},
		"top of all":      {query: "?$top=1000", rows: all},
		"top zero":        {query: "?$top=0", rows: 0},
		"skip":            {query: "?$skip=2&$top=1", rows: 1, next: true},
		"skip all":        {query: "?$skip=1000", rows: 0},
		"count":           {query: "?$count=true&$top=1", rows: 1, count: true, next: true},
		"select":          {query: "?$select=Number,%20DisplayText&$top=1", rows: 1, next: true, first: map[string]any{"Number": "000101", "DisplayText": "Aurora Office Supplies Ltd."}},
		"select Id":       {query: "?$select=Id&$top=1", rows: 1, next: true, first: map[string]any{"Id": customerID(0)}},
		"not an option":   {query: "?culture=en", rows: all},
		"escaped options": {query: "?%24top=1", rows: 1, next: true},
	} {
		t.Run(name, func(t *testing.T) {
			got := callAPI(t, s, token, "Crm_Sales_Customers"+test.query)
			var page customerPage
			decode(t, got.body, &page)
			if got.status != http.StatusOK || len(page.Value) != test.rows || (page.Next != "") != test.next {
				t.Errorf("status %d, %d rows, next %q", got.status, len(page.Value), page.Next)
			}
			if (page.Count != nil) != test.count || test.count && *page.Count != all {
				t.Errorf("count %v", page.Count)
			}
			if test.first == nil {
				return
			}
			first := page.Value[0]
			delete(first, "@odata.id")
			if len(first) != len(test.first) {
				t.Errorf("row %v", first)
			}
			for name, want := range test.first {
				if first[name] != want {
					t.Errorf("%s is %v", name, first[name])
				}
			}
		})
	}
}

func TestSelectDefaultAddsHiddenAttributes(t *testing.T) {
	s := newServer(t)
	var page customerPage
	decode(t, callAPI(t, s, sampleToken(t, s), "Crm_Sales_Customers?$select=default,Id,ObjectVersion").body, &page)
	for _, name := range []string{"Number", "Active", "Id", "ObjectVersion"} {
		if _, has := page.Value[0][name]; !has {
			t.Errorf("%s is missing", name)
		}
	}
}

func TestNextLinksLeadThroughAllCustomers(t *testing.T) {
	s := newServer(t)
	token, seen := sampleToken(t, s), map[any]bool{}
	link := s.DomainAPIURL() + "Crm_Sales_Customers?$top=4&$select=Number"
	for link != "" {
		path, same := strings.CutPrefix(link, s.DomainAPIURL())
		if !same {
			t.Fatalf("link %s", link)
		}
		var page customerPage
		decode(t, callAPI(t, s, token, path).body, &page)
		for _, row := range page.Value {
			seen[row["Number"]] = true
		}
		link = page.Next
	}
	if len(seen) != len(sampleCustomers()) {
		t.Errorf("%d customers", len(seen))
	}
}

func TestDomainAPIPaths(t *testing.T) {
	s := newServer(t)
	token, id := sampleToken(t, s), customerID(1)
	for path, test := range map[string]struct {
		status int
		body   string
	}{
		"":                                      {200, `"name":"Crm_Sales_Customers"`},
		"Crm_Sales_Customers/$count":            {200, "15"},
		"Crm_Sales_Customers(" + id + ")":       {200, `"Number":"000102"`},
		"Crm_Sales_Customers(" + id + ")/Party": {404, ""},
		"Crm_Sales_Customers(00000000-0000-0000-0000-000000000000)": {500, "does not exist"},
		"Crm_Sales_Customers?$top=-1":                               {500, "$top"},
		"Crm_Sales_Customers?$top=many":                             {500, "$top"},
		"Crm_Sales_Customers?$search=books":                         {500, "$search"},
		"Crm_Sales_Customers?top=10":                                {500, "'top'"},
		"Crm_Sales_Customers?$top=1&$top=2":                         {500, "$top"},
		"Crm_Sales_Customers?$skiptoken=2":                          {500, "$skiptoken"},
		"Crm_Sales_Customers?$count=yes":                            {500, "$count"},
		"Crm_Sales_Customers?$top=%zz":                              {500, "cannot be read"},
		"Crm_Sales_Customers(" + id + ")?$top=1":                    {500, "$top"},
		"Crm_Sales_Customers/$count?$top=1":                         {500, "$top"},
		"Crm_Sales_Customers/$count?$filter=Number%20eq%20'000102'": {200, "1"},
		"Crm_Sales_Customers('000102')":                             {500, "key"},
		"Crm_Sales_Customers(" + id:                                 {404, ""},
		"Crm_Sales_Customers()":                                     {404, ""},
		"Crm_Sales_Customers?$select=Password":                      {500, "'Password' on type 'Erp.Crm_Sales_Customer'"},
		"Crm_Customers?$top=10":                                     {500, "no more supported. The new name is 'Crm_Sales_Customers'"},
		"Crm_Sales_Dreams":                                          {404, ""},
		"Crm_Customers(" + id + ")":                                 {500, "no more supported"},
		"GetVersion":                                                {200, `"version":"26.2.0.76"`},
		"GetRenamedEntityTypes":                                     {200, `"NewName":"Crm_Sales_Customers"`},
	} {
		t.Run(path, func(t *testing.T) {
			if got := callAPI(t, s, token, path); got.status != test.status || !strings.Contains(got.body, test.body) {
				t.Errorf("status %d, body %s", got.status, got.body)
			}
		})
	}
	request := newRequest(t, http.MethodDelete, s.DomainAPIURL()+"Crm_Sales_Customers("+id+")", "")
	request.Header.Set("Authorization", "Bearer "+token)
	if got := mustDo(t, s, request); got.status != http.StatusMethodNotAllowed {
		t.Errorf("DELETE: status %d", got.status)
	}
}

func TestDomainErrorsComeInBothShapes(t *testing.T) {
	s := newServer(t)
	token := sampleToken(t, s)
	for _, bare := range []bool{false, true} {
		s.Configure(func(settings *Settings) { settings.BareErrors = bare })
		var body map[string]any
		decode(t, callAPI(t, s, token, "Crm_Customers").body, &body)
		if !bare {
			body, _ = body["error"].(map[string]any)
		}
		for _, name := range []string{"message", "code", "type", "info", "messageFormat", "parameters"} {
			if _, has := body[name]; !has {
				t.Errorf("bare %v: no %s", bare, name)
			}
		}
	}
}

func TestDomainAPIRefusesBadTokens(t *testing.T) {
	s, other := newServer(t), newServer(t)
	s.SetClock(func() time.Time { return at })
	other.SetClock(func() time.Time { return at })
	good := sampleToken(t, s)
	for name, test := range map[string]struct {
		authorization string
		status        int
		clock         time.Duration // since the token was issued
	}{
		"good":                 {"Bearer " + good, 200, 0},
		"scheme in small":      {"bearer " + good, 200, 0},
		"last second":          {"Bearer " + good, 200, time.Hour - time.Second},
		"expired":              {"Bearer " + good, 401, time.Hour},
		"not yet valid":        {"Bearer " + good, 401, -time.Second},
		"missing":              {"", 401, 0},
		"no scheme":            {good, 401, 0},
		"basic":                {"Basic " + good, 401, 0},
		"not a token":          {"Bearer abc", 401, 0},
		"of another instance":  {"Bearer " + sampleToken(t, other), 401, 0},
		"without its last bit": {"Bearer " + good[:len(good)-4], 401, 0},
	} {
		t.Run(name, func(t *testing.T) {
			s.SetClock(func() time.Time { return at.Add(test.clock) })
			request := newRequest(t, http.MethodGet, s.DomainAPIURL()+"Crm_Sales_Customers", "")
			if test.authorization != "" {
				request.Header.Set("Authorization", test.authorization)
			}
			got := mustDo(t, s, request)
			if got.status != test.status {
				t.Fatalf("status %d", got.status)
			}
			if got.status == 401 && (got.body != "" || got.header.Get("WWW-Authenticate") != "Bearer") {
				t.Errorf("body %q, headers %v", got.body, got.header)
			}
		})
	}
}

func TestTokenIsNotTakenFromTheQuery(t *testing.T) {
	s := newServer(t)
	if got := callAPI(t, s, "", "Crm_Sales_Customers?access_token="+sampleToken(t, s)); got.status != 401 {
		t.Errorf("status %d", got.status)
	}
}

func TestScopeOpensTheDomainAPI(t *testing.T) {
	for scope, status := range map[string]int{"read": 200, "update": 200, "sec": 403} {
		s := newServer(t)
		app := SampleApplication()
		app.Scope = scope
		s.AddApplication(app)
		if got := callAPI(t, s, sampleToken(t, s), "Crm_Sales_Customers"); got.status != status {
			t.Errorf("scope %s: status %d", scope, got.status)
		}
	}
}

func TestLegacyTokenOpensTheDomainAPI(t *testing.T) {
	s := newServer(t)
	s.SetClaimShape(Legacy)
	if got := callAPI(t, s, sampleToken(t, s), "Crm_Sales_Customers"); got.status != 200 {
		t.Errorf("status %d", got.status)
	}
}

func TestTokenOutlivesItsApplication(t *testing.T) {
	s := newServer(t)
	token := sampleToken(t, s)
	s.RemoveApplication(SampleApplication().ApplicationUri)
	if got := callAPI(t, s, token, "Crm_Sales_Customers"); got.status != 200 {
		t.Errorf("status %d", got.status)
	}
	if answered, _ := askForToken(t, s, sampleForm()); answered.Error != "invalid_client" {
		t.Errorf("error %q", answered.Error)
	}
}
