// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package trustedapp

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
)

var demo = erpnet.Instance{URL: "https://demodb.my.erp.net"}

func TestInstallURL(t *testing.T) {
	const start = "https://demodb.my.erp.net/manage/apps/install?applicationName=Reports&applicationUri=my.trusted.app%2Freports&clientType="
	for name, test := range map[string]struct {
		change func(*Record)
		want   string // after start; none for no link
	}{
		"service":             {func(*Record) {}, "Confidential&impersonate=none&referenceTokens=none&scope=read&serviceAccess=clientCredentials"},
		"two scopes":          {func(a *Record) { a.Scope = []string{"update", "read", "own"} }, "Confidential&impersonate=none&referenceTokens=none&scope=read%20update&serviceAccess=clientCredentials"},
		"no scope to carry":   {func(a *Record) { a.Scope = []string{"own"} }, "Confidential&impersonate=none&referenceTokens=none&serviceAccess=clientCredentials"},
		"no service":          {func(a *Record) { a.SystemUserAllowed = false }, "Confidential&impersonate=none&referenceTokens=none&scope=read&serviceAccess=none"},
		"tokens of everybody": {func(a *Record) { a.ReferenceTokens = ReferenceTokensUsers }, "Confidential&impersonate=none&referenceTokens=authenticatedUsers&scope=read&serviceAccess=clientCredentials"},
		"tokens of admins":    {func(a *Record) { a.ReferenceTokens = ReferenceTokensAdmins }, "Confidential&impersonate=none&referenceTokens=administratorsOnly&scope=read&serviceAccess=clientCredentials"},
		"internal users": {func(a *Record) {
			interactive(a, "https://a.example.com/?x=1&y=2+3", "https://b.example.com")
		}, "Confidential&impersonate=internal&redirectUri=https%3A%2F%2Fa.example.com%2F%3Fx%3D1%26y%3D2%2B3&referenceTokens=none&scope=read&serviceAccess=clientCredentials"},
		"all users": {func(a *Record) {
			interactive(a, "https://a.example.com")
			a.ImpersonateAsCommunityUserAllowed = true
		}, "Confidential&impersonate=all&redirectUri=https%3A%2F%2Fa.example.com&referenceTokens=none&scope=read&serviceAccess=clientCredentials"},
		"external users alone": {func(a *Record) { a.ImpersonateAsCommunityUserAllowed = true }, "Confidential&impersonate=none&referenceTokens=none&scope=read&serviceAccess=clientCredentials"},
		"Public": {func(a *Record) {
			interactive(a, "https://a.example.com")
			a.ClientType, a.SystemUserAllowed = Public, false
		}, "Public&impersonate=internal&redirectUri=https%3A%2F%2Fa.example.com&referenceTokens=none&scope=read&serviceAccess=none"},
		"Public without sign-in":         {func(a *Record) { a.ClientType = Public }, ""},
		"Public without redirect URI":    {func(a *Record) { interactive(a); a.ClientType = Public }, ""},
		"Public for external users":      {func(a *Record) { a.ClientType, a.ImpersonateAsCommunityUserAllowed = Public, true }, ""},
		"disabled, where a link enables": {func(a *Record) { a.IsEnabled = false }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			application := service()
			test.change(&application)
			want := test.want
			if want != "" {
				want = start + want
			}
			if got := application.InstallURL(demo); got != want {
				t.Errorf("got  %s\nwant %s", got, want)
			}
		})
	}
}

// expectLink holds that a link leads to the instance and gives nothing that the
// record has not.
func expectLink(t *testing.T, a Record) {
	t.Helper()
	link := a.InstallURL(demo)
	if link == "" {
		if a.IsEnabled && a.ClientType != Public {
			t.Errorf("no link for %+v", a)
		}
		return
	}
	u, err := url.Parse(link)
	if err != nil || u.Scheme+"://"+u.Host != demo.URL || u.Path != "/manage/apps/install" || u.Fragment != "" || strings.Contains(link, "+") {
		t.Fatalf("%v: %s", err, link)
	}
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil || query.Get("applicationName") != a.Name || query.Get("applicationUri") != a.ApplicationURI || query.Get("clientType") != string(a.ClientType) {
		t.Errorf("%v: %s", err, link)
	}
	if redirect := query.Get("redirectUri"); redirect != strings.Join(a.ImpersonateLoginURL[:min(1, len(a.ImpersonateLoginURL))], "") {
		t.Errorf("redirects to %q", redirect)
	}
	for _, scope := range strings.Fields(query.Get("scope")) {
		if !slices.Contains(a.Scope, scope) {
			t.Errorf("gives the scope %q", scope)
		}
	}
	internal, external := query.Get("impersonate") != "none", query.Get("impersonate") == "all"
	if internal && !a.ImpersonateAsInternalUserAllowed || external && !a.ImpersonateAsCommunityUserAllowed || (query.Get("serviceAccess") != "none") != a.SystemUserAllowed || query.Has("requestSecret") {
		t.Errorf("gives more than %+v: %s", a, link)
	}
}
