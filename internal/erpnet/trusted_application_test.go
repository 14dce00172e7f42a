// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnet

import (
	"encoding/base64"
	"slices"
	"strings"
	"testing"
	"testing/quick"
)

// service is a trusted application that works, and that nothing is to be said against.
func service() TrustedApplication {
	return TrustedApplication{
		Name: "Reports", ApplicationURI: "my.trusted.app/reports", IsEnabled: true, ClientType: Confidential,
		ApplicationSecretHash: SecretHash(plain), Scope: []string{"read"},
		SystemUserAllowed: true, SystemUser: "svc.reports", ReferenceTokens: ReferenceTokensNone,
	}
}

func TestViolationsOfATrustedApplication(t *testing.T) {
	for name, test := range map[string]struct {
		change    func(*TrustedApplication)
		attribute string // none for no violation
		want      string
	}{
		"a service":                      {func(*TrustedApplication) {}, "", ""},
		"placeholder without hash":       {func(a *TrustedApplication) { a.ClientType, a.ApplicationSecretHash = NoClient, "" }, "", ""},
		"server without ReferenceTokens": {func(a *TrustedApplication) { a.ReferenceTokens = "" }, "", ""},
		"no scope":                       {func(a *TrustedApplication) { a.Scope = nil }, "", ""},
		"user without grant":             {func(a *TrustedApplication) { a.SystemUserAllowed = false }, "", ""},
		"native application":             {func(a *TrustedApplication) { interactive(a, "com.example.app:/signed-in", "http://127.0.0.1:7000/") }, "", ""},
		"longest URIs":                   {func(a *TrustedApplication) { interactive(a, uriOf(250), uriOf(249)) }, "", ""},
		"no name":                        {func(a *TrustedApplication) { a.Name = " \t" }, "Name", "Give"},
		"no application URI":             {func(a *TrustedApplication) { a.ApplicationURI = "" }, "ApplicationUri", "empty"},
		"long application URI":           {func(a *TrustedApplication) { a.ApplicationURI = strings.Repeat("x", 255) }, "ApplicationUri", "254"},
		"client type in small letters":   {func(a *TrustedApplication) { a.ClientType = "confidential" }, "ClientType", "Confidential, Public or None"},
		"no client type":                 {func(a *TrustedApplication) { a.ClientType = "" }, "ClientType", "Confidential, Public or None"},
		"unknown reference tokens":       {func(a *TrustedApplication) { a.ReferenceTokens = "Everybody" }, "ReferenceTokens", "AdministratorsOnly"},
		"Public with a secret":           {func(a *TrustedApplication) { a.ClientType = Public }, "ApplicationSecretHash", "remove the hash"},
		"secret in place of its hash":    {func(a *TrustedApplication) { a.ApplicationSecretHash = plain }, "ApplicationSecretHash", "Was the secret itself given"},
		"secret of 44 characters":        {func(a *TrustedApplication) { a.ApplicationSecretHash = strings.Repeat("x", 44) }, "ApplicationSecretHash", "Was the secret itself given"},
		"hash in hexadecimal":            {func(a *TrustedApplication) { a.ApplicationSecretHash = strings.Repeat("0f", 32) }, "ApplicationSecretHash", "hexadecimal"},
		"hash with a line break":         {func(a *TrustedApplication) { a.ApplicationSecretHash += "\n" }, "ApplicationSecretHash", "44 characters"},
		"hash without padding":           {func(a *TrustedApplication) { a.ApplicationSecretHash = a.ApplicationSecretHash[:43] }, "ApplicationSecretHash", "44 characters"},
		"grant without a user":           {func(a *TrustedApplication) { a.SystemUser = "" }, "SystemUser", "client-credentials"},
		"user of blanks":                 {func(a *TrustedApplication) { a.SystemUser = "  " }, "SystemUser", "client-credentials"},
		"internal users without URI":     {func(a *TrustedApplication) { a.ImpersonateAsInternalUserAllowed = true }, "ImpersonateLoginUrl", "redirect URI"},
		"external users without URI":     {func(a *TrustedApplication) { a.ImpersonateAsCommunityUserAllowed = true }, "ImpersonateLoginUrl", "redirect URI"},
		"reserved scope":                 {func(a *TrustedApplication) { a.Scope = []string{"read", "sec"} }, "Scope", "reserved"},
		"obsolete scope":                 {func(a *TrustedApplication) { a.Scope = []string{"DomainApi", "read"} }, "Scope", "obsolete"},
		"two scopes in one":              {func(a *TrustedApplication) { a.Scope = []string{"read update"} }, "Scope", "element of its own"},
		"several bad scopes":             {func(a *TrustedApplication) { a.Scope = []string{"", "", ""} }, "Scope", "empty"},
		"relative redirect URI":          {func(a *TrustedApplication) { interactive(a, "/signed-in") }, "ImpersonateLoginUrl", "absolute"},
		"redirect URIs in one":           {func(a *TrustedApplication) { interactive(a, "https://a.example.com,https://b.example.com") }, "ImpersonateLoginUrl", "comma"},
		"long redirect URIs":             {func(a *TrustedApplication) { interactive(a, uriOf(250), uriOf(250)) }, "ImpersonateLoginUrl", "500"},
		"post-logout URI with a blank":   {func(a *TrustedApplication) { a.ImpersonateLogoutURL = []string{"https://a.example.com/ "} }, "ImpersonateLogoutUrl", "blank"},
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

func interactive(a *TrustedApplication, uris ...string) {
	a.ImpersonateAsInternalUserAllowed, a.ImpersonateLoginURL = true, uris
}

func uriOf(length int) string {
	const start = "https://a.example.com/"
	return start + strings.Repeat("x", length-len(start))
}

func TestAllViolationsAreFoundAtOnce(t *testing.T) {
	application := TrustedApplication{
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
		if got := (TrustedApplication{ClientType: clientType}).MissingSecret(); len(got) != want {
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
			for _, a := range (TrustedApplication{SystemUser: test.user, Scope: test.scopes}).Advice() {
				got = append(got, a.Attribute)
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// A text is a hash exactly when it is what the 32 bytes it stands for are written as.
func FuzzSecretHashRule(f *testing.F) {
	for _, text := range []string{"", "DEMO", SecretHash("DEMO"), SecretHash("DEMO") + "\n", SecretHash("DEMO")[:43] + "!", "T_AGymuI51LwjLeIFxRQXOs9IHnupDKs_ajhWODR2C4=", strings.Repeat("=", 44), strings.Repeat("A", 42) + "B=", plain} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		sum, err := base64.StdEncoding.DecodeString(text)
		canonical := err == nil && len(sum) == 32 && base64.StdEncoding.EncodeToString(sum) == text
		if err := CheckSecretHash(text); (err == nil) != canonical {
			t.Errorf("%q: %v", text, err)
		} else if err != nil && len(text) > 12 && strings.Contains(err.Error(), text) {
			t.Errorf("the error repeats %q", text)
		}
		if err := CheckSecretHash(SecretHash(text)); err != nil {
			t.Errorf("the hash of %q: %v", text, err)
		}
	})
}

// Whoever has a secret has a record that works, and one that does not when the secret itself is put in the hash's
// place.
func TestTheHashOfAnySecretIsAHashAndNoSecretIs(t *testing.T) {
	property := func(secret string) bool {
		application := service()
		application.ApplicationSecretHash = SecretHash(secret)
		works := len(application.Violations()) == 0
		application.ApplicationSecretHash = "-" + secret // never base64
		return works && len(application.Violations()) == 1
	}
	if err := quick.Check(property, nil); err != nil {
		t.Error(err)
	}
}
