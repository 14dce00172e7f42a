// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnet

import (
	"context"
	"testing"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

func site(kind, status, url string) erpnettest.WebSite {
	return erpnettest.WebSite{Type: kind, Status: status, Url: url}
}

// What an instance publishes is shown; what the user has set, and what answers by its own name, stays.
func TestDescribeChoosesURLs(t *testing.T) {
	const elsewhere = "https://login.example.com/erp"
	for name, test := range map[string]struct {
		sites         []erpnettest.WebSite
		fixed         Fixed
		hidden        bool // the identity service does not answer at its usual place
		identity, api string
		unread, fails bool
	}{
		"as usual":                         {nil, Fixed{}, false, "", "", false, false},
		"alias, but its own answers":       {[]erpnettest.WebSite{site("ID", "Working", elsewhere)}, Fixed{}, false, "", "", false, false},
		"elsewhere, and not here":          {[]erpnettest.WebSite{site("ID", "Working", elsewhere)}, Fixed{}, true, elsewhere, "", true, false},
		"elsewhere, but the user says":     {[]erpnettest.WebSite{site("ID", "Working", elsewhere)}, Fixed{Identity: true}, true, "", "", false, true},
		"API elsewhere":                    {[]erpnettest.WebSite{site("DomainAPI", "Working", "https://api.example.com/")}, Fixed{}, false, "", "https://api.example.com/domain/odata/", false, false},
		"API elsewhere, but the user says": {[]erpnettest.WebSite{site("DomainAPI", "Working", "https://api.example.com/")}, Fixed{DomainAPI: true}, false, "", "", false, false},
		"API elsewhere that does not work": {[]erpnettest.WebSite{site("DomainAPI", "NotWorking", "https://api.example.com/")}, Fixed{}, false, "", "", false, false},
		"API at a relative URL":            {[]erpnettest.WebSite{site("DomainAPI", "Working", "/services")}, Fixed{}, false, "", "ROOT/services/domain/odata/", false, false},
		"sites of no use":                  {[]erpnettest.WebSite{site("ID", "Working", "http://plain.example.com"), site("DomainAPI", "Working", "%")}, Fixed{}, false, "", "", false, false},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLab(t)
			l.Configure(func(s *erpnettest.Settings) { s.WebSites = test.sites })
			if test.hidden {
				l.Inject(erpnettest.Discovery, erpnettest.Status(404))
			}
			facts, err := l.Checker.Client.Describe(context.Background(), l.instance, test.fixed)
			if (err != nil) != test.fails {
				t.Fatal(err)
			}
			if err != nil {
				return
			}
			want := l.instance
			if test.identity != "" {
				want.IdentityURL = test.identity
			}
			if test.api != "" {
				want.DomainAPIURL = test.api
			}
			if test.api == "ROOT/services/domain/odata/" {
				want.DomainAPIURL = l.URL + "/services/domain/odata/"
			}
			if facts.Instance != want || (facts.Unread != "") != test.unread || (facts.Discovery.Issuer == "") != test.unread {
				t.Errorf("got %+v, %q", facts.Instance, facts.Unread)
			}
		})
	}
}

func TestReadAutoDiscoveryTakesWhatFits(t *testing.T) {
	found := readAutoDiscovery([]byte(`{"Host":7,"DbName":null,"WebSites":[null,{"Type":"ID","Status":1,"Url":"/id2"},
		{"Type":"DomainAPI","Status":"Working","Url":"https://x.example/api","AdditionalProperties":[]},
		{"Type":"DomainAPI","Status":"Working","Url":"https://x.example/api","AdditionalProperties":{"ODataServiceRoot":"https://y.example/odata/","Other":1}}]}`), "https://demodb.my.erp.net")
	if len(found.WebSites) != 3 || found.WebSites[0].Status != "1" || found.IdentityURL() != "https://demodb.my.erp.net/id2" || found.DomainAPIURL() != "https://x.example/api/domain/odata/" {
		t.Errorf("got %+v", found.WebSites)
	}
	if found.WebSites[2].ODataServiceRoot != "https://y.example/odata/" {
		t.Errorf("root is %q", found.WebSites[2].ODataServiceRoot)
	}
}

// Each sign of a shortage of licences, and of a rename, is enough alone.
func TestDomainErrorsAreToldApart(t *testing.T) {
	for body, want := range map[string]Kind{
		`{"error":{"message":"x","code":8}}`:                                                   NoLicence,
		`{"error":{"message":"x","code":0,"type":"Aloe.SystemFrameworks.E1LicenseException"}}`: NoLicence,
		`{"error":{"message":"MaximumLicenseCountExceeded","code":0}}`:                         NoLicence,
		`{"error":{"message":"Crm_X is no more supported, see GetRenamedEntityTypes"}}`:        APIRenamed,
		`{"error":{"message":"x","code":2029}}`:                                                APIFailed,
	} {
		if e := apiFailure(&answer{status: 500, body: []byte(body)}); e.Kind != want {
			t.Errorf("%s is %s", body, e.Kind)
		}
	}
}

func TestDomainErrorsHideSecrets(t *testing.T) {
	body := `{"error":{"message":"Bearer opaque-token-value of client secret-of-the-client refused"}}`
	e := apiFailure(&answer{status: 500, body: []byte(body)}, "secret-of-the-client", "opaque-token-value")
	if want := `was answered with HTTP status 500: "Bearer (redacted) of client (redacted) refused"`; e.Happened != want {
		t.Errorf("got %s", e.Happened)
	}
}

func TestRedirectHintNamesThePlaceOnly(t *testing.T) {
	for location, want := range map[string]string{
		"https://u:pw@login.example/x;jsessionid=1/y?token=2#3": "The redirect points to https://login.example/x.",
		"/login?x": "The redirect points to /login.",
		"":         "",
		"%":        "",
	} {
		if got := redirectHint(location); got != want {
			t.Errorf("%q gives %q", location, got)
		}
	}
}
