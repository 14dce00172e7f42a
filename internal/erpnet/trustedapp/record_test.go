// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package trustedapp

import (
	"slices"
	"strings"
	"testing"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
)

// canary stands for a secret in any attribute, where it must never be repeated.
const canary = "hunter2-hunter2"

// FuzzRegistration holds what is true of any record, one that does not work included. The lists come as texts with a
// line each.
func FuzzRegistration(f *testing.F) {
	f.Add("Reports", "my.trusted.app/reports", "Confidential", erpnet.SecretHash("DEMO"), "read\nupdate", "svc.reports", "https://a.example.com/?a=b&c=d", "https://a.example.com", "AdministratorsOnly", "notes", uint8(0b1111))
	f.Add("a|b", "`", "Public", "", "sec\nDomainApi", "admin", "https://a.example.com\nb:c", "", "None", "| x | y |\n# z\r\n- <b>\\|", uint8(0b1010))
	f.Add("\u202egnp", "a b+c%20", "None", "x", " \n\"", "\t", ",", "\x00", "", "\u2028a\u0085```\v", uint8(0))
	f.Fuzz(func(t *testing.T, name, uri, clientType, hash, scopes, user, login, logout, tokens, notes string, flags uint8) {
		a := Record{
			Name: name, ApplicationURI: uri, ClientType: ClientType(clientType), ApplicationSecretHash: hash, Scope: linesOf(scopes), SystemUser: user,
			ImpersonateLoginURL: linesOf(login), ImpersonateLogoutURL: linesOf(logout), ReferenceTokens: tokens, Notes: notes,
			SystemUserAllowed: flags&1 != 0, ImpersonateAsInternalUserAllowed: flags&2 != 0, ImpersonateAsCommunityUserAllowed: flags&4 != 0, IsEnabled: flags&8 != 0,
		}
		expectNothingRepeated(t, a)
		expectTable(t, a)
		expectRecord(t, a)
		expectLink(t, a)
	})
}

func linesOf(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(strings.ToValidUTF8(text, ""), "\n")
}

// expectNothingRepeated holds that no message has any of a value.
func expectNothingRepeated(t *testing.T, a Record) {
	t.Helper()
	for _, text := range []*string{&a.Name, &a.ApplicationURI, (*string)(&a.ClientType), &a.ApplicationSecretHash, &a.SystemUser, &a.ReferenceTokens, &a.Notes} {
		*text += canary
	}
	a.ApplicationURI += " "
	for _, list := range []*[]string{&a.Scope, &a.ImpersonateLoginURL, &a.ImpersonateLogoutURL} {
		*list = append(slices.Clone(*list), canary, canary+" "+canary)
	}
	found := slices.Concat(a.Violations(), a.MissingSecret(), a.Advice())
	if len(found) == 0 {
		t.Error("a secret in the place of the hash is no violation")
	}
	for _, v := range found {
		if strings.Contains(v.Message, "hunter2") || v.Attribute == "" || !strings.ContainsAny(v.Message[len(v.Message)-1:], ".?") {
			t.Errorf("violation %q", v)
		}
	}
}
