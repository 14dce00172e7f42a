// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

// registryServer has four applications: the sample and three that are named
// after their ApplicationUri.
func registryServer(t *testing.T) *Server {
	t.Helper()
	s := newServer(t)
	s.ChangeApplication(SampleApplication().ApplicationUri, func(app *TrustedApplication) { app.CreationTimeUtc = at })
	for i, uri := range []string{"com.example/o'brien", "com.example/two", "com.example/three"} {
		app := NewApplication(uri)
		app.IsEnabled = i != 1
		app.CreationTimeUtc = at.AddDate(0, 0, i+1).Truncate(24 * time.Hour)
		app.ReferenceTokens = referenceTokenPolicies[i]
		s.AddApplication(app)
	}
	return s
}

// readURIs returns the last parts of the ApplicationUris of a result, in its order.
func readURIs(t *testing.T, got reply) []string {
	t.Helper()
	if got.status != http.StatusOK {
		t.Fatalf("status %d: %s", got.status, got.body)
	}
	var page customerPage
	decode(t, got.body, &page)
	uris := []string{}
	for _, row := range page.Value {
		uri, _ := row["ApplicationUri"].(string)
		uris = append(uris, uri[strings.LastIndex(uri, "/")+1:])
	}
	return uris
}

func TestFilters(t *testing.T) {
	s := registryServer(t)
	token := sampleToken(t, s)
	ids := map[string]string{}
	for _, app := range s.Applications() {
		ids[app.Name] = app.Id
	}
	two, three := ids["com.example/two"], ids["com.example/three"]
	user := "'Systems_Security_Users(" + SampleUser().Id + ")'"
	nobody := "'Systems_Security_Users(" + customerID(0) + ")'"
	const least = "00000000-0000-0000-0000-000000000000"
	for filter, want := range map[string]string{
		"ApplicationUri eq 'com.example/two'":                              "two",
		"ApplicationUri eq 'com.example/o''brien'":                         "o'brien",
		"ApplicationUri eq 'COM.example/two'":                              "",
		"ApplicationUri eq 'two'":                                          "",
		"ApplicationUri eq ''":                                             "",
		"IsEnabled eq false":                                               "two",
		"IsEnabled eq true and Name eq 'x'":                                "",
		"contains(Name,'EXAMPLE/t')":                                       "three two",
		"startswith(Name, 'com.')":                                         "o'brien three two",
		"endswith(Name,'''brien')":                                         "o'brien",
		"Id eq " + two:                                                     "two",
		"Id in (" + two + ")":                                              "two",
		"Id in (" + two + ", " + three + ")":                               "three two",
		"Id ge " + least + " and Id le " + least:                           "",
		"Id eq " + strings.ToUpper(two):                                    "two",
		"SystemUser eq " + user:                                            "service",
		"SystemUser eq " + nobody:                                          "",
		"SystemUser in (" + nobody + "," + user + ")":                      "service",
		"equalnull(SystemUser," + nobody + ")":                             "o'brien three two",
		"ReferenceTokens in ('AuthenticatedUsers','AdministratorsOnly')":   "three two",
		"CreationTimeUtc ge 2026-03-16Z":                                   "three two",
		"CreationTimeUtc ge 2026-03-16T23:59:59.999Z":                      "three two",
		"CreationTimeUtc le 2026-03-15T00:00:00Z":                          "o'brien service",
		"CreationTimeUtc eq 2026-03-15":                                    "o'brien",
		"lessequalnull(CreationTimeUtc,2026-03-15Z) and IsEnabled eq true": "o'brien service",
		"greaterequalnull(CreationTimeUtc,2026-03-16T00:00:00.000Z)":       "three two",
	} {
		t.Run(filter, func(t *testing.T) {
			got := readURIs(t, callAPI(t, s, token, trustedApplications+"?$filter="+url.QueryEscape(filter)))
			slices.Sort(got)
			if strings.Join(got, " ") != want {
				t.Errorf("%q, want %q", got, want)
			}
		})
	}
}

func TestWhatTheDocumentationDoesNotHaveIsRefusedInFilters(t *testing.T) {
	s := newServer(t)
	token := sampleToken(t, s)
	const apps = trustedApplications
	for filter, test := range map[string]struct{ set, want string }{
		"":                                  {apps, "ends too early"},
		"Name":                              {apps, "operator '' is not supported"},
		"Name eq":                           {apps, "does not fit"},
		"Name eq 'a' or Name eq 'b'":        {apps, "'or' is not supported"},
		"Name ne 'a'":                       {apps, "'ne' is not supported"},
		"CreationTimeUtc gt 2026-01-01Z":    {apps, "'gt' is not supported"},
		"CreationTimeUtc lt 2026-01-01Z":    {apps, "'lt' is not supported"},
		"not contains(Name,'a')":            {apps, "at not"},
		"(Name eq 'a')":                     {apps, "property named '('"},
		"Name EQ 'a'":                       {apps, "'EQ' is not supported"},
		"Name eq 'a' AND Name eq 'b'":       {apps, "at AND"},
		"Name eq a":                         {apps, "does not fit the property 'Name'"},
		"Name eq null":                      {apps, "does not fit the property 'Name'"},
		"Name eq 'it's'":                    {apps, "unterminated"},
		"Name eq 'a' 'b'":                   {apps, "at 'b'"},
		"name eq 'a'":                       {apps, "property named 'name'"},
		"Colour eq 'red'":                   {apps, "property named 'Colour'"},
		"SystemUser/Login eq 'a'":           {apps, "property named 'SystemUser/Login'"},
		"Scope eq 'read'":                   {apps, "'Scope' cannot be used"},
		"ClientType eq 'Public'":            {apps, "'ClientType' cannot be used"},
		"ApplicationSecretHash eq 'x'":      {apps, "'ApplicationSecretHash' cannot be used"},
		"ObjectVersion eq 1":                {apps, "'ObjectVersion' cannot be used"},
		"contains(ApplicationUri,'a')":      {apps, "'ApplicationUri' cannot be used"},
		"Name in ('a')":                     {apps, "'Name' cannot be used"},
		"IsEnabled eq 'true'":               {apps, "does not fit the property 'IsEnabled'"},
		"Id eq '" + customerID(0) + "'":     {apps, "does not fit the property 'Id'"},
		"Id eq guid'" + customerID(0) + "'": {apps, "does not fit the property 'Id'"},
		"Id in " + customerID(0):            {apps, "Syntax error"},
		"Id in (" + customerID(0):           {apps, "ends too early"},
		"Id in (" + customerID(0) + " " + customerID(1):     {apps, "Syntax error"},
		"SystemUser eq Systems_Security_Users(1)":           {apps, "does not fit the property 'SystemUser'"},
		"SystemUser eq '" + customerID(0) + "'":             {apps, "does not fit the property 'SystemUser'"},
		"SystemUser eq 'Users(" + customerID(0) + ")'":      {apps, "does not fit the property 'SystemUser'"},
		"ReferenceTokens eq 'NON'":                          {apps, "does not fit the property 'ReferenceTokens'"},
		"CreationTimeUtc ge '2026-01-01'":                   {apps, "does not fit the property 'CreationTimeUtc'"},
		"contains(Name,'a'":                                 {apps, "ends too early"},
		"contains(Name 'a')":                                {apps, "at 'a'"},
		"contains Name":                                     {apps, "at Name"},
		"tolower(Name) eq 'a'":                              {apps, "property named 'tolower'"},
		"Name eq 'Integration Service'":                     {users, "'Name' cannot be used"},
		"startswith(Name,'Int')":                            {users, "only the function contains"},
		"Id ge " + customerID(0):                            {users, "'Id' cannot be used"},
		"DisplayText eq 'Lighthouse Books'":                 {salesCustomers, "'DisplayText' cannot be used"},
		"contains(Name,'Integration') and Login eq 'x' and": {users, "ends too early"},
	} {
		t.Run(filter, func(t *testing.T) {
			got := callAPI(t, s, token, test.set+"?$filter="+url.QueryEscape(filter))
			if got.status != http.StatusInternalServerError || !strings.Contains(got.body, test.want) {
				t.Errorf("status %d: %s", got.status, got.body)
			}
		})
	}
}

func TestFiltersOfTheOtherSets(t *testing.T) {
	s := newServer(t)
	token := sampleToken(t, s)
	for path, want := range map[string]string{
		users + "/$count?$filter=contains(Name,'integration')":                           "1",
		users + "/$count?$filter=startswith(Login,'svc.')%20and%20Active%20eq%20true":    "1",
		users + "/$count?$filter=contains(UserType,'Internal')":                          "1",
		users + "/$count?$filter=Login%20in%20('nobody','svc.integration')":              "1",
		users + "/$count?$filter=Email%20eq%20'x'":                                       "0",
		users + "/$count?$filter=equalnull(Email,'x')":                                   "1",
		salesCustomers + "/$count?$filter=Number%20eq%20'000103'":                        "1",
		salesCustomers + "/$count?$filter=FromDate%20ge%202016-01-01Z":                   "13",
		salesCustomers + "/$count?$filter=lessequalnull(ThruDate,2016-01-01Z)":           "15",
		salesCustomers + "/$count?$filter=AllowUseAsShipToCustomer%20eq%20true":          "8",
		salesCustomers + "/$count?$filter=startswith(Number,'00010')":                    "9",
		salesCustomers + "/$count?$filter=Id%20eq%20" + strings.ToUpper(customerID(3)):   "1",
		salesCustomers + "/$count?$filter=Number%20eq%20%27000103%27&$count=true":        "",
		salesCustomers + "/$count?culture=bg&CurrentRoleId=" + customerID(0) + "&$top=1": "",
	} {
		t.Run(path, func(t *testing.T) {
			got := callAPI(t, s, token, path)
			if want == "" {
				if got.status != 500 {
					t.Errorf("status %d", got.status)
				}
			} else if got.body != want {
				t.Errorf("status %d: %s", got.status, got.body)
			}
		})
	}
}

func TestCaseOfFiltersIsASetting(t *testing.T) {
	s := registryServer(t)
	s.Configure(func(settings *Settings) { settings.IgnoreClientIDCase = true })
	got := readURIs(t, callAPI(t, s, sampleToken(t, s), trustedApplications+"?$filter=ApplicationUri%20eq%20'COM.example/TWO'"))
	if len(got) != 1 {
		t.Errorf("%q", got)
	}
}

func TestOrders(t *testing.T) {
	s := registryServer(t)
	token := sampleToken(t, s)
	byID := s.Applications()
	slices.SortFunc(byID, func(a, b TrustedApplication) int { return strings.Compare(a.Id, b.Id) })
	standard := []string{}
	for _, app := range byID {
		standard = append(standard, app.ApplicationUri[strings.LastIndex(app.ApplicationUri, "/")+1:])
	}
	for query, want := range map[string]string{
		"":                                       strings.Join(standard, " "),
		"?$orderby=ApplicationUri":               "o'brien three two service",
		"?$orderby=ApplicationUri%20desc":        "service two three o'brien",
		"?$orderby=ExternalId,ApplicationUri":    "o'brien three two service",
		"?$orderby=ApplicationUri%20asc&$skip=2": "two service",
		"?$orderby=ExternalId":                   strings.Join(standard, " "),
	} {
		if got := readURIs(t, callAPI(t, s, token, trustedApplications+query)); strings.Join(got, " ") != want {
			t.Errorf("%s: %q", query, got)
		}
	}
	for query, want := range map[string]string{
		"?$orderby=Notes":                "'Notes' cannot be used",
		"?$orderby=Id":                   "'Id' cannot be used",
		"?$orderby=Colour":               "property named 'Colour'",
		"?$orderby=Name%20up":            "Syntax error",
		"?$orderby=":                     "Syntax error",
		"?$orderby=Name%20desc%20please": "Syntax error",
	} {
		if got := callAPI(t, s, token, trustedApplications+query); got.status != 500 || !strings.Contains(got.body, want) {
			t.Errorf("%s: status %d: %s", query, got.status, got.body)
		}
	}
}

func TestPagesAreCutAsConfigured(t *testing.T) {
	for name, test := range map[string]struct {
		configure func(*Settings)
		query     string
		link      string // how it begins; empty for none
		token     string // how it goes on: "$skiptoken" or "$skip"
	}{
		"by default":    {func(*Settings) {}, "$top=3", "ROOT", "$skiptoken"},
		"ordered":       {func(*Settings) {}, "$top=3&$orderby=Number%20desc", "ROOT", "$skip"},
		"relative":      {func(s *Settings) { s.RelativeNextLinks = true }, "$top=3", "Crm_Sales_Customers?", "$skiptoken"},
		"older than it": {func(s *Settings) { s.NoNextLinks = true }, "$top=3", "", ""},
		"without $top":  {func(*Settings) {}, "$skip=1", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := newServer(t)
			s.Configure(test.configure)
			token := sampleToken(t, s)
			var page customerPage
			decode(t, callAPI(t, s, token, salesCustomers+"?"+test.query).body, &page)
			if test.link == "" {
				if page.Next != "" {
					t.Errorf("link %s", page.Next)
				}
				return
			}
			if !strings.HasPrefix(page.Next, strings.Replace(test.link, "ROOT", s.DomainAPIURL(), 1)) {
				t.Errorf("link %s", page.Next)
			}
			seen := len(page.Value)
			for link := page.Next; link != ""; link = page.Next {
				_, query, _ := strings.Cut(link, "?")
				options, err := url.ParseQuery(query)
				if err != nil || !options.Has(test.token) || options.Has("$skip") && options.Has("$skiptoken") {
					t.Fatalf("link %s", link)
				}
				page = customerPage{}
				decode(t, callAPI(t, s, token, strings.TrimPrefix(link, s.DomainAPIURL())).body, &page)
				seen += len(page.Value)
			}
			if seen != len(sampleCustomers()) {
				t.Errorf("%d customers", seen)
			}
		})
	}
}

func TestPagingSurvivesTheLossOfTheNextRecord(t *testing.T) {
	s := registryServer(t)
	token := sampleToken(t, s)
	var page customerPage
	decode(t, callAPI(t, s, token, trustedApplications+"?$top=2&$select=Id&$count=true").body, &page)
	first, _ := page.Value[0]["Id"].(string)
	for _, app := range s.Applications() {
		if strings.Contains(page.Next, app.Id) {
			s.RemoveApplication(app.ApplicationUri)
		}
	}
	next := page.Next
	page = customerPage{}
	decode(t, callAPI(t, s, token, strings.TrimPrefix(next, s.DomainAPIURL())).body, &page)
	if len(page.Value) != 1 || page.Value[0]["Id"] == first || *page.Count != 3 {
		t.Errorf("%v", page.Value)
	}
}

func TestExpandedReferences(t *testing.T) {
	s := registryServer(t)
	token := sampleToken(t, s)
	odataID := users + "(" + SampleUser().Id + ")"
	read := func(query string) map[string]any {
		t.Helper()
		var page customerPage
		got := callAPI(t, s, token, trustedApplications+"?$filter=ApplicationUri%20eq%20'my.trusted.app/service'"+query)
		decode(t, got.body, &page)
		if len(page.Value) != 1 {
			t.Fatalf("status %d: %s", got.status, got.body)
		}
		return page.Value[0]
	}
	for query, want := range map[string]string{
		"":                                      fmt.Sprint(map[string]any{"@odata.id": odataID}),
		"&$select=SystemUser":                   fmt.Sprint(map[string]any{"@odata.id": odataID}),
		"&$select=Name":                         "<nil>",
		"&$expand=SystemUser($select=Id,Login)": fmt.Sprint(map[string]any{"@odata.id": odataID, "Id": SampleUser().Id, "Login": "svc.integration"}),
		"&$select=default,Id,ObjectVersion&$expand=SystemUser($select=Id,%20Login)": fmt.Sprint(map[string]any{"@odata.id": odataID, "Id": SampleUser().Id, "Login": "svc.integration"}),
		"&$select=Id&$expand=SystemUser($select=Active)":                            fmt.Sprint(map[string]any{"@odata.id": odataID, "Active": true}),
	} {
		if got := fmt.Sprint(read(query)["SystemUser"]); got != want {
			t.Errorf("%s: %s", query, got)
		}
	}
	whole, _ := read("&$expand=SystemUser")["SystemUser"].(map[string]any)
	if whole["Login"] != "svc.integration" || whole["UserType"] != "InternalUser" || whole["Id"] != nil {
		t.Errorf("%v", whole)
	}
	if row := read("&$select=Name,Name"); len(row) != 2 {
		t.Errorf("%v", row)
	}
	for query, want := range map[string]string{
		"$expand=SystemUser($select=)":             "property named ''",
		"$expand=SystemUser($select=Colour)":       "'Colour' on type 'Erp.Systems_Security_User'",
		"$expand=SystemUser($top=1)":               "only $select",
		"$expand=SystemUser($select=Id":            "only $select",
		"$expand=SystemUser($expand=Person)":       "only $select",
		"$expand=Name":                             "'Name' cannot be used",
		"$expand=Colour":                           "property named 'Colour'",
		"$select=Systemuser":                       "property named 'Systemuser'",
		"$expand=SystemUser($select=Login),Colour": "property named 'Colour'",
	} {
		if got := callAPI(t, s, token, trustedApplications+"?"+query); got.status != 500 || !strings.Contains(got.body, want) {
			t.Errorf("%s: status %d: %s", query, got.status, got.body)
		}
	}
}
