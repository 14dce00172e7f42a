// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package trustedapp

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet/identity"
)

// Each attribute follows those that it depends on: the user is before the grant, the URIs are before the sign-in, and
// IsEnabled is last.
func TestRegistrationJSON(t *testing.T) {
	for name, test := range map[string]struct {
		change string // change to a service
		want   string
	}{
		"service": {
			change: `{}`,
			want: `{"Name":"Reports","ApplicationUri":"my.trusted.app/reports","ClientType":"Confidential",` +
				`"ApplicationSecretHash":"HASH","Scope":"read",` +
				`"SystemUser":{"@erpnet.action":"find","Login":"USER"},"SystemUserAllowed":true,` +
				`"ImpersonateAsInternalUserAllowed":false,"ImpersonateAsCommunityUserAllowed":false,` +
				`"BasicAuthenticationAllowed":false,"IsEnabled":true}`,
		},
		"all": {
			change: `{"Scope":["update","read"],"ReferenceTokens":"AdministratorsOnly","Notes":"a <b> & c\n\"d\"",
				"ImpersonateAsInternalUserAllowed":true,"ImpersonateAsCommunityUserAllowed":true,
				"ImpersonateLoginURL":["https://a.example.com/?x=1&y=2","https://b.example.com/"],
				"ImpersonateLogoutURL":["https://a.example.com/out"]}`,
			want: `{"Name":"Reports","ApplicationUri":"my.trusted.app/reports","ClientType":"Confidential",` +
				`"ApplicationSecretHash":"HASH","Scope":"read update",` +
				`"SystemUser":{"@erpnet.action":"find","Login":"USER"},"SystemUserAllowed":true,` +
				`"ImpersonateLoginUrl":"https://a.example.com/?x=1&y=2,https://b.example.com/",` +
				`"ImpersonateLogoutUrl":"https://a.example.com/out",` +
				`"ImpersonateAsInternalUserAllowed":true,"ImpersonateAsCommunityUserAllowed":true,` +
				`"BasicAuthenticationAllowed":false,"ReferenceTokens":"AdministratorsOnly",` +
				`"Notes":"a <b> & c\n\"d\"","IsEnabled":true}`,
		},
		"least": {
			change: `{"Name":"N","ApplicationURI":"u","ClientType":"None","ApplicationSecretHash":"","Scope":[],
				"SystemUserAllowed":false,"SystemUser":"","IsEnabled":false}`,
			want: `{"Name":"N","ApplicationUri":"u","ClientType":"None","SystemUserAllowed":false,` +
				`"ImpersonateAsInternalUserAllowed":false,"ImpersonateAsCommunityUserAllowed":false,` +
				`"BasicAuthenticationAllowed":false,"IsEnabled":false}`,
		},
	} {
		record := with(t, reports(), test.change)
		values := strings.NewReplacer("USER", record.SystemUser, "HASH", record.ApplicationSecretHash)
		equal(t, name, record.RegistrationJSON(), values.Replace(test.want))
	}
}

// wantRecord fails the test unless the JSON of a record is a single line that holds the values of the record.
func wantRecord(t *testing.T, r Record) {
	t.Helper()
	text := r.RegistrationJSON()
	var got struct {
		Record
		ImpersonateLoginURL, ImpersonateLogoutURL, Scope string
		SystemUser                                       userReference
	}
	equal(t, "the JSON's error", json.Unmarshal([]byte(text), &got), nil)
	equal(t, "that there are line breaks", strings.Contains(text, "\n"), false)
	equal(t, "the same record again", r.RegistrationJSON(), text)
	if r.ReferenceTokens == "" || r.ReferenceTokens == ReferenceTokensNone {
		got.ReferenceTokens = r.ReferenceTokens // omitted
	}
	texts := func(r Record, more ...string) []string {
		return append(more,
			r.Name, r.ApplicationURI, string(r.ClientType), r.ApplicationSecretHash, r.ReferenceTokens, r.Notes)
	}
	before := texts(r, identity.JoinScopes(r.Scope), r.SystemUser,
		strings.Join(r.ImpersonateLoginURL, ","), strings.Join(r.ImpersonateLogoutURL, ","))
	after := texts(got.Record, got.Scope, got.SystemUser.Login, got.ImpersonateLoginURL, got.ImpersonateLogoutURL)
	for i, text := range after {
		equal(t, "a text", text, string([]rune(before[i]))) // with U+FFFD for each byte that is not UTF-8
	}
	flags := func(r Record) []bool {
		return []bool{
			r.SystemUserAllowed, r.ImpersonateAsInternalUserAllowed, r.ImpersonateAsCommunityUserAllowed, r.IsEnabled,
			r.BasicAuthenticationAllowed,
		}
	}
	equal(t, "that the flags are the same", slices.Equal(flags(got.Record), flags(r)), true)
}
