// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package trustedapp

import (
	"strings"
	"testing"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
)

// FuzzRegistration checks what is true of every record, even one that does not work. The lists are texts with one
// element per line.
func FuzzRegistration(f *testing.F) {
	f.Add("Reports", "my.trusted.app/reports", "Confidential", erpnet.SecretHash("DEMO"), "read\nupdate", "svc.reports",
		"https://a.example.com/?a=b&c=d", "https://a.example.com", "AdministratorsOnly", "notes", uint8(0b1111))
	f.Add("a|b", "`", "Public", "", "sec\nDomainApi", "admin",
		"https://a.example.com\nb:c", "", "None", "| x | y |\n# z\r\n- <b>\\|", uint8(0b1010))
	f.Add("\u202egnp", "a b+c%20", "None", "x", " \n\"", "\t", ",", "\x00", "", "\u2028a\u0085```\v", uint8(0))
	f.Fuzz(func(
		t *testing.T, name, uri, clientType, hash, scopes, user, login, logout, tokens, notes string, flags uint8,
	) {
		r := Record{
			Name: name, ApplicationURI: uri, ClientType: ClientType(clientType), ApplicationSecretHash: hash,
			Scope: linesOf(scopes), SystemUser: user, ReferenceTokens: tokens, Notes: notes,
			ImpersonateLoginURL: linesOf(login), ImpersonateLogoutURL: linesOf(logout), SystemUserAllowed: flags&1 != 0,
			ImpersonateAsInternalUserAllowed: flags&2 != 0, ImpersonateAsCommunityUserAllowed: flags&4 != 0,
			IsEnabled: flags&8 != 0,
		}
		wantNothingRepeated(t, r)
		wantTable(t, r)
		wantRecord(t, r)
		wantLink(t, r)
	})
}

func linesOf(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(strings.ToValidUTF8(text, ""), "\n")
}
