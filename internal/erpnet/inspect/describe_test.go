// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package inspect

import (
	"cmp"
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

// Describe uses what an instance publishes, except that it keeps what the user has set and an identity service that
// responds under its own name.
func TestDescribeChoosesURLs(t *testing.T) {
	const elsewhere, api = "https://login.example.com/erp", "https://api.example.com"
	for name, test := range map[string]struct {
		identity, domainAPI string // as published; empty if not published
		status              string // published status of the Domain API
		hidden              bool   // no identity service responds at the usual URL
		fixed               Fixed
		wantIdentity        string // the usual one if empty
		wantDomainAPI       string // the usual one if empty; below the instance's URL if it begins with a slash
		elsewhere           string
		want                erpnet.Kind // expected kind of the error
	}{
		"as usual": {},
		"an alias": {identity: elsewhere},
		"service elsewhere": {
			identity: elsewhere, hidden: true, wantIdentity: elsewhere, elsewhere: elsewhere,
		},
		"service that the user names": {
			identity: elsewhere, hidden: true, fixed: Fixed{Identity: true}, want: erpnet.NotFound,
		},
		"no service":                   {hidden: true, want: erpnet.NotFound},
		"service over http":            {identity: "http://login.example.com", hidden: true, want: erpnet.NotFound},
		"API elsewhere":                {domainAPI: api, wantDomainAPI: api + "/domain/odata/"},
		"API at a relative URL":        {domainAPI: "/services", wantDomainAPI: "/services/domain/odata/"},
		"API that the user names":      {domainAPI: api, fixed: Fixed{DomainAPI: true}},
		"API elsewhere, does not work": {domainAPI: api, status: "NotWorking"},
		"API without a URL":            {domainAPI: "%"},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLab(t)
			l.Configure(func(s *erpnettest.Settings) {
				s.WebSites = []erpnettest.WebSite{
					{Type: "ID", Status: "Working", Url: test.identity},
					{Type: "DomainAPI", Status: cmp.Or(test.status, "Working"), Url: cmp.Or(test.domainAPI, "%")},
				}
			})
			if test.hidden {
				l.Inject(erpnettest.Discovery, erpnettest.Status(404))
			}
			found, err := Describe(context.Background(), l.service, l.instance, test.fixed)
			if failed := erpnet.AsError(err); failed != nil {
				if failed.Kind != test.want {
					t.Error(failed)
				}
				return
			}
			want := l.instance
			want.IdentityURL = cmp.Or(test.wantIdentity, want.IdentityURL)
			want.DomainAPIURL = erpnet.ResolveURL(l.URL, cmp.Or(test.wantDomainAPI, want.DomainAPIURL))
			if found.Instance != want || found.Elsewhere != test.elsewhere ||
				(found.Discovery.Issuer == "") != (test.elsewhere != "") || test.want != "" {
				t.Errorf("got %+v, %q", found.Instance, found.Elsewhere)
			}
			if found.Version != "26.2.0.76" || len(found.WebSites) != 2 {
				t.Errorf("version %q, %d sites", found.Version, len(found.WebSites))
			}
		})
	}
}

func TestDescriptionIsRedacted(t *testing.T) {
	const secret = "Correct-Horse-Battery-Staple-0123456789"
	l := newLab(t)
	l.service.Client.Protect(erpnet.NewSecret(secret))
	l.Configure(func(s *erpnettest.Settings) {
		s.WebSites = []erpnettest.WebSite{{Type: secret, Status: secret, Url: "https://x.example/" + secret}}
	})
	l.Inject(erpnettest.Discovery, erpnettest.Document(func(document map[string]any) {
		document["token_endpoint"], document["jwks_uri"] = "https://x.example/"+secret, secret
		document["scopes_supported"], document["grant_types_supported"] = []string{secret}, []string{secret}
	}))
	found, err := Describe(context.Background(), l.service, l.instance, Fixed{})
	text, _ := json.Marshal(found) // a description always has a JSON form
	if err != nil || strings.Contains(string(text), secret) || strings.Count(string(text), erpnet.Redacted) != 7 {
		t.Errorf("%v: holds the secret, or not as often (redacted)", err)
	}
}

func TestVersionIsFourNumbersOrNothing(t *testing.T) {
	for body, want := range map[string]string{
		"26.2.0.76\n":           "26.2.0.76",
		"\xef\xbb\xbf26.2":      "26.2",
		"<html>":                "",
		"26.2.x":                "",
		"26..2":                 "",
		"":                      "",
		`{"version":"26.2"}`:    "",
		strings.Repeat("9", 11): "",
	} {
		l := newLab(t)
		l.Inject(erpnettest.Version, erpnettest.Response(200, "text/plain", body))
		if got := version(context.Background(), l.service.Client, l.instance); got != want {
			t.Errorf("%q gives %q", body, got)
		}
	}
	l := newLab(t)
	l.Inject(erpnettest.Version, erpnettest.Response(503, "text/plain", "26.2"))
	if got := version(context.Background(), l.service.Client, l.instance); got != "" ||
		l.Count(erpnettest.Version) != 1 {
		t.Errorf("got %q after %d requests", got, l.Count(erpnettest.Version))
	}
}
