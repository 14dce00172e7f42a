// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package trustedapp

import (
	"slices"
	"strings"
	"testing"
	"testing/quick"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
)

const plain = "Correct-Horse-Battery-Staple-0123456789"

// service is a trusted application that works, and that nothing is to be said
// against.
func service() Record {
	return Record{
		Name: "Reports", ApplicationURI: "my.trusted.app/reports", IsEnabled: true, ClientType: Confidential,
		ApplicationSecretHash: erpnet.SecretHash(plain), Scope: []string{"read"},
		SystemUserAllowed: true, SystemUser: "svc.reports", ReferenceTokens: ReferenceTokensNone,
	}
}

func TestViolationsOfATrustedApplication(t *testing.T) {
	for name, test := range map[string]struct {
		change    func(*Record)
		attribute string // none for no violation
		want      string
	}{
		"a service":                      {func(*Record) {}, "", ""},
		"placeholder without hash":       {func(a *Record) { a.ClientType, a.ApplicationSecretHash = NoClient, "" }, "", ""},
		"server without ReferenceTokens": {func(a *Record) { a.ReferenceTokens = "" }, "", ""},
		"no scope":                       {func(a *Record) { a.Scope = nil }, "", ""},
		"user without grant":             {func(a *Record) { a.SystemUserAllowed = false }, "", ""},
		"native application":             {func(a *Record) { interactive(a, "com.example.app:/signed-in", "http://127.0.0.1:7000/") }, "", ""},
		"longest URIs":                   {func(a *Record) { interactive(a, uriOf(250), uriOf(249)) }, "", ""},
		"no name":                        {func(a *Record) { a.Name = " \t" }, "Name", "Give"},
		"no application URI":             {func(a *Record) { a.ApplicationURI = "" }, "ApplicationUri", "empty"},
		"long application URI":           {func(a *Record) { a.ApplicationURI = strings.Repeat("x", 255) }, "ApplicationUri", "254"},
		"client type in small letters":   {func(a *Record) { a.ClientType = "confidential" }, "ClientType", "Confidential, Public or None"},
		"no client type":                 {func(a *Record) { a.ClientType = "" }, "ClientType", "Confidential, Public or None"},
		"unknown reference tokens":       {func(a *Record) { a.ReferenceTokens = "Everybody" }, "ReferenceTokens", "AdministratorsOnly"},
		"Public with a secret":           {func(a *Record) { a.ClientType = Public }, "ApplicationSecretHash", "remove the hash"},
		"secret in place of its hash":    {func(a *Record) { a.ApplicationSecretHash = plain }, "ApplicationSecretHash", "Was the secret itself given"},
		"secret of 44 characters":        {func(a *Record) { a.ApplicationSecretHash = strings.Repeat("x", 44) }, "ApplicationSecretHash", "Was the secret itself given"},
		"hash in hexadecimal":            {func(a *Record) { a.ApplicationSecretHash = strings.Repeat("0f", 32) }, "ApplicationSecretHash", "hexadecimal"},
		"hash with a line break":         {func(a *Record) { a.ApplicationSecretHash += "\n" }, "ApplicationSecretHash", "44 characters"},
		"hash without padding":           {func(a *Record) { a.ApplicationSecretHash = a.ApplicationSecretHash[:43] }, "ApplicationSecretHash", "44 characters"},
		"grant without a user":           {func(a *Record) { a.SystemUser = "" }, "SystemUser", "client-credentials"},
		"user of blanks":                 {func(a *Record) { a.SystemUser = "  " }, "SystemUser", "client-credentials"},
		"internal users without URI":     {func(a *Record) { a.ImpersonateAsInternalUserAllowed = true }, "ImpersonateLoginUrl", "redirect URI"},
		"external users without URI":     {func(a *Record) { a.ImpersonateAsCommunityUserAllowed = true }, "ImpersonateLoginUrl", "redirect URI"},
		"reserved scope":                 {func(a *Record) { a.Scope = []string{"read", "sec"} }, "Scope", "reserved"},
		"obsolete scope":                 {func(a *Record) { a.Scope = []string{"DomainApi", "read"} }, "Scope", "obsolete"},
		"two scopes in one":              {func(a *Record) { a.Scope = []string{"read update"} }, "Scope", "as its own element"},
		"several bad scopes":             {func(a *Record) { a.Scope = []string{"", "", ""} }, "Scope", "empty"},
		"relative redirect URI":          {func(a *Record) { interactive(a, "/signed-in") }, "ImpersonateLoginUrl", "absolute"},
		"redirect URIs in one":           {func(a *Record) { interactive(a, "https://a.example.com,https://b.example.com") }, "ImpersonateLoginUrl", "comma"},
		"long redirect URIs":             {func(a *Record) { interactive(a, uriOf(250), uriOf(250)) }, "ImpersonateLoginUrl", "500"},
		"post-logout URI with a space":   {func(a *Record) { a.ImpersonateLogoutURL = []string{"https://a.example.com/ "} }, "ImpersonateLogoutUrl", "space"},
	} {
		t.Run(name, func(t *testing.T) {
			application := service()
			test.change(&application)
			found := application.Violations()
			if test.attribute == "" {
				if len(found) > 0 {
					t.Errorf("violations %q", found)
				}
				return
			}
			if len(found) != 1 || found[0].Attribute != test.attribute || !strings.Contains(found[0].Message, test.want) {
				t.Errorf("got %q, want one of %s with %q", found, test.attribute, test.want)
			}
		})
	}
}

func interactive(a *Record, uris ...string) {
	a.ImpersonateAsInternalUserAllowed, a.ImpersonateLoginURL = true, uris
}

func uriOf(length int) string {
	const start = "https://a.example.com/"
	return start + strings.Repeat("x", length-len(start))
}

func TestAllViolationsAreFoundAtOnce(t *testing.T) {
	application := Record{
		ClientType: Public, ApplicationSecretHash: plain, Scope: []string{"DomainApi", "sec"}, SystemUserAllowed: true,
		ImpersonateAsInternalUserAllowed: true, ImpersonateLogoutURL: []string{"x"},
	}
	var attributes []string
	for _, v := range application.Violations() {
		attributes = append(attributes, v.Attribute)
	}
	want := []string{"Name", "ApplicationUri", "ApplicationSecretHash", "ApplicationSecretHash", "SystemUser", "ImpersonateLoginUrl", "Scope", "Scope", "ImpersonateLogoutUrl"}
	if !slices.Equal(attributes, want) {
		t.Errorf("got %q, want %q", attributes, want)
	}
}

func TestOnlyAConfidentialApplicationMissesItsSecret(t *testing.T) {
	for clientType, want := range map[ClientType]int{Confidential: 1, Public: 0, NoClient: 0} {
		if got := (Record{ClientType: clientType}).MissingSecret(); len(got) != want {
			t.Errorf("%s: %q", clientType, got)
		}
	}
	if got := service().MissingSecret(); len(got) > 0 {
		t.Errorf("with a hash: %q", got)
	}
}

func TestAdvice(t *testing.T) {
	for name, test := range map[string]struct {
		user   string
		scopes []string
		want   []string
	}{
		"own user that reads": {"svc.admin", []string{"read"}, nil},
		"admin":               {"admin", nil, []string{"SystemUser"}},
		"Administrator":       {"Administrator", nil, []string{"SystemUser"}},
		"writes":              {"svc", []string{"read", "update"}, []string{"Scope"}},
		"both":                {"ADMIN", []string{"update"}, []string{"SystemUser", "Scope"}},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, a := range (Record{SystemUser: test.user, Scope: test.scopes}).Advice() {
				got = append(got, a.Attribute)
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// Whoever has a secret has a record that works, and one that does not when the
// secret itself is put in the hash's place.
func TestTheHashOfAnySecretIsAHashAndNoSecretIs(t *testing.T) {
	property := func(secret string) bool {
		application := service()
		application.ApplicationSecretHash = erpnet.SecretHash(secret)
		works := len(application.Violations()) == 0
		application.ApplicationSecretHash = "-" + secret // never base64
		return works && len(application.Violations()) == 1
	}
	if err := quick.Check(property, nil); err != nil {
		t.Error(err)
	}
}
