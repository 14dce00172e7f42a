// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package trustedapp

import (
	"net/url"
	"slices"
	"strings"
	"testing"
)

func TestInstallURL(t *testing.T) {
	const start = "https://demodb.my.erp.net/manage/apps/install?applicationName=Reports" +
		"&applicationUri=my.trusted.app%2Freports&"
	for name, test := range map[string]struct {
		change string // change to a service
		want   string // parameters that differ from those of a service; empty for no link
	}{
		"service":           {want: "clientType=Confidential"},
		"two scopes":        {change: `{"Scope":["update","read","own"]}`, want: "scope=read%20update"},
		"no scope to carry": {change: `{"Scope":["own"]}`, want: "scope="},
		"no service":        {change: `{"SystemUserAllowed":false}`, want: "serviceAccess=none"},
		"tokens of everybody": {
			change: `{"ReferenceTokens":"AuthenticatedUsers"}`, want: "referenceTokens=authenticatedUsers",
		},
		"tokens of admins": {
			change: `{"ReferenceTokens":"AdministratorsOnly"}`, want: "referenceTokens=administratorsOnly",
		},
		"internal users": {
			change: interactive(`["https://a.example.com/?x=1&y=2+3","https://b.example.com"]`),
			want:   "impersonate=internal&redirectUri=https%3A%2F%2Fa.example.com%2F%3Fx%3D1%26y%3D2%2B3",
		},
		"all users": {
			change: `{"ImpersonateAsCommunityUserAllowed":true,` + interactive(`["https://a.x"]`)[1:],
			want:   "impersonate=all&redirectUri=https%3A%2F%2Fa.x",
		},
		"external users alone": {change: `{"ImpersonateAsCommunityUserAllowed":true}`, want: "impersonate=none"},
		"Public": {
			change: `{"ClientType":"Public",` + interactive(`["https://a.x"]`)[1:],
			want:   "clientType=Public&impersonate=internal&redirectUri=https%3A%2F%2Fa.x",
		},
		"Public without sign-in":      {change: `{"ClientType":"Public"}`},
		"Public without redirect URI": {change: `{"ClientType":"Public",` + interactive(`[]`)[1:]},
		"Public for external users":   {change: `{"ClientType":"Public","ImpersonateAsCommunityUserAllowed":true}`},
		"disabled":                    {change: `{"IsEnabled":false}`}, // a link would enable it
	} {
		query, err := url.ParseQuery("clientType=Confidential&impersonate=none&referenceTokens=none&scope=read" +
			"&serviceAccess=clientCredentials")
		equal(t, name, err, nil)
		for _, parameter := range strings.Split(test.want, "&") {
			key, value, _ := strings.Cut(parameter, "=")
			value, err = url.QueryUnescape(value)
			equal(t, name, err, nil)
			if query.Set(key, value); value == "" {
				query.Del(key)
			}
		}
		want := start + strings.ReplaceAll(query.Encode(), "+", "%20")
		if test.want == "" {
			want = ""
		}
		equal(t, name, with(t, reports(), test.change).InstallURL(demo), want)
	}
}

// wantLink fails the test unless the link leads to the instance and grants nothing that the record does not.
func wantLink(t *testing.T, r Record) {
	t.Helper()
	link := r.InstallURL(demo)
	if link == "" {
		equal(t, "that a record without a link is disabled or Public", !r.IsEnabled || r.ClientType == Public, true)
		return
	}
	u, err := url.Parse(link)
	equal(t, "the link's error", err, nil)
	equal(t, "where it leads", u.Scheme+"://"+u.Host+u.Path+u.Fragment, demo.URL+"/manage/apps/install")
	equal(t, "that it holds a plus sign", strings.Contains(link, "+"), false)
	query, err := url.ParseQuery(u.RawQuery)
	equal(t, "the query's error", err, nil)
	equal(t, "name", query.Get("applicationName"), r.Name)
	equal(t, "URI", query.Get("applicationUri"), r.ApplicationURI)
	equal(t, "type", query.Get("clientType"), string(r.ClientType))
	first := r.ImpersonateLoginURL[:min(1, len(r.ImpersonateLoginURL))]
	equal(t, "redirect", query.Get("redirectUri"), strings.Join(first, ""))
	for _, scope := range strings.Fields(query.Get("scope")) {
		equal(t, "that it has the scope "+scope, slices.Contains(r.Scope, scope), true)
	}
	equal(t, "service", query.Get("serviceAccess") != "none", r.SystemUserAllowed)
	equal(t, "that it asks for a secret", query.Has("requestSecret"), false)
	internal, external := query.Get("impersonate") != "none", query.Get("impersonate") == "all"
	equal(t, "sign-in of internal users", internal && !r.ImpersonateAsInternalUserAllowed, false)
	equal(t, "sign-in of external users", external && !r.ImpersonateAsCommunityUserAllowed, false)
}
