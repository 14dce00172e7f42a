// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package trustedapp

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet/identity"
)

func TestRegistrationJSON(t *testing.T) {
	portal := service()
	portal.Scope, portal.ReferenceTokens, portal.Notes = []string{"update", "read"}, ReferenceTokensAdmins, "a <b> & c\n\"d\""
	portal.ImpersonateAsInternalUserAllowed, portal.ImpersonateAsCommunityUserAllowed = true, true
	portal.ImpersonateLoginURL, portal.ImpersonateLogoutURL = []string{"https://a.example.com/?x=1&y=2", "https://b.example.com/"}, []string{"https://a.example.com/out"}
	for name, test := range map[string]struct {
		application Record
		want        string
	}{
		"service": {service(), `{"Name":"Reports","ApplicationUri":"my.trusted.app/reports","ClientType":"Confidential","ApplicationSecretHash":"` + erpnet.SecretHash(plain) + `","Scope":"read",` +
			`"SystemUser":{"@erpnet.action":"find","Login":"svc.reports"},"SystemUserAllowed":true,"ImpersonateAsInternalUserAllowed":false,"ImpersonateAsCommunityUserAllowed":false,"BasicAuthenticationAllowed":false,"IsEnabled":true}`},
		"all": {portal, `{"Name":"Reports","ApplicationUri":"my.trusted.app/reports","ClientType":"Confidential","ApplicationSecretHash":"` + erpnet.SecretHash(plain) + `","Scope":"read update",` +
			`"SystemUser":{"@erpnet.action":"find","Login":"svc.reports"},"SystemUserAllowed":true,"ImpersonateLoginUrl":"https://a.example.com/?x=1&y=2,https://b.example.com/","ImpersonateLogoutUrl":"https://a.example.com/out",` +
			`"ImpersonateAsInternalUserAllowed":true,"ImpersonateAsCommunityUserAllowed":true,"BasicAuthenticationAllowed":false,"ReferenceTokens":"AdministratorsOnly","Notes":"a <b> & c\n\"d\"","IsEnabled":true}`},
		"least": {Record{Name: "N", ApplicationURI: "u", ClientType: NoClient, ReferenceTokens: ReferenceTokensNone}, `{"Name":"N","ApplicationUri":"u","ClientType":"None","SystemUserAllowed":false,` +
			`"ImpersonateAsInternalUserAllowed":false,"ImpersonateAsCommunityUserAllowed":false,"BasicAuthenticationAllowed":false,"IsEnabled":false}`},
	} {
		t.Run(name, func(t *testing.T) {
			if got := test.application.RegistrationJSON(); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

// expectRecord holds that the record is one line of JSON with the values that
// went in.
func expectRecord(t *testing.T, a Record) {
	t.Helper()
	text := a.RegistrationJSON()
	var got registrationBody
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&got); err != nil || strings.Contains(text, "\n") || text != a.RegistrationJSON() {
		t.Fatalf("%v: %s", err, text)
	}
	login := ""
	if got.SystemUser != nil {
		login = got.SystemUser.Login
	}
	tokens := got.ReferenceTokens
	if a.ReferenceTokens == ReferenceTokensNone {
		tokens = ReferenceTokensNone
	}
	for _, pair := range [][2]string{
		{got.Name, a.Name},
		{got.ApplicationURI, a.ApplicationURI},
		{string(got.ClientType), string(a.ClientType)},
		{got.ApplicationSecretHash, a.ApplicationSecretHash},
		{got.Scope, identity.JoinScopes(a.Scope)},
		{login, a.SystemUser},
		{got.LoginURL, strings.Join(a.ImpersonateLoginURL, ",")},
		{got.LogoutURL, strings.Join(a.ImpersonateLogoutURL, ",")},
		{tokens, a.ReferenceTokens},
		{got.Notes, a.Notes},
	} {
		if pair[0] != validText(pair[1]) {
			t.Errorf("%q became %q", pair[1], pair[0])
		}
	}
	if got.SystemUserAllowed != a.SystemUserAllowed || got.AsInternalUser != a.ImpersonateAsInternalUserAllowed || got.AsCommunityUser != a.ImpersonateAsCommunityUserAllowed || got.IsEnabled != a.IsEnabled || got.BasicAuthentication {
		t.Errorf("a flag changed: %s", text)
	}
}

// validText is a text as JSON holds it, with a mark for each byte that is not
// UTF-8. Terraform's texts are always UTF-8.
func validText(text string) string { return string([]rune(text)) }

// registrationBody is what the body of a registration may hold.
type registrationBody struct {
	Name                  string         `json:"Name"`
	ApplicationURI        string         `json:"ApplicationUri"`
	ClientType            ClientType     `json:"ClientType"`
	ApplicationSecretHash string         `json:"ApplicationSecretHash,omitempty"`
	Scope                 string         `json:"Scope,omitempty"`
	SystemUser            *userReference `json:"SystemUser,omitempty"`
	SystemUserAllowed     bool           `json:"SystemUserAllowed"`
	LoginURL              string         `json:"ImpersonateLoginUrl,omitempty"`
	LogoutURL             string         `json:"ImpersonateLogoutUrl,omitempty"`
	AsInternalUser        bool           `json:"ImpersonateAsInternalUserAllowed"`
	AsCommunityUser       bool           `json:"ImpersonateAsCommunityUserAllowed"`
	BasicAuthentication   bool           `json:"BasicAuthenticationAllowed"`
	ReferenceTokens       string         `json:"ReferenceTokens,omitempty"`
	Notes                 string         `json:"Notes,omitempty"`
	IsEnabled             bool           `json:"IsEnabled"`
}
