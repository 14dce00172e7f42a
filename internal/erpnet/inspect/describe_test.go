// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package inspect

import (
	"context"
	"testing"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

func site(kind, status, url string) erpnettest.WebSite {
	return erpnettest.WebSite{Type: kind, Status: status, Url: url}
}

// What an instance publishes is shown; what the user has set, and what answers
// by its own name, stays.
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
			facts, err := Describe(context.Background(), l.service, l.instance, test.fixed)
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
			if facts.Instance != want || (facts.Elsewhere != "") != test.unread || (facts.Discovery.Issuer == "") != test.unread {
				t.Errorf("got %+v, %q", facts.Instance, facts.Elsewhere)
			}
		})
	}
}
