// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

import (
	"net/http"
	"regexp"
	"testing"
	"time"
)

// newReferenceToken issues a reference token for the sample application.
func (i *testInstance) newReferenceToken(token ReferenceToken) string {
	i.t.Helper()
	i.changeSample(func(app *TrustedApplication) { app.ReferenceTokens = "AdministratorsOnly" })
	token.Application = SampleApplication().ApplicationUri
	value, err := i.AddReferenceToken(token)
	if err != nil {
		i.t.Fatal(err)
	}
	return value
}

func TestOneHeaderCarriesOneGoodToken(t *testing.T) {
	i, other := newInstance(t), newInstance(t)
	i.freeze(0)
	other.freeze(0)
	signed, foreign := i.newToken(), other.newToken()
	reference := i.newReferenceToken(ReferenceToken{Expires: frozen.Add(2 * time.Hour)})
	if !regexp.MustCompile(`^enrt_[0-9a-f]{64}$`).MatchString(reference) {
		t.Errorf("reference token %q", reference)
	}
	tests := []struct {
		name   string
		header http.Header
		query  string
		clock  time.Duration // time since the token was issued
		status int
	}{
		{name: "signed", header: http.Header{"Authorization": {"Bearer " + signed}}, status: 200},
		{name: "scheme in small", header: http.Header{"Authorization": {"bearer " + signed}}, status: 200},
		{
			name: "last second", header: http.Header{"Authorization": {"Bearer " + signed}},
			clock: time.Hour - time.Second, status: 200,
		},
		{name: "expired", header: http.Header{"Authorization": {"Bearer " + signed}}, clock: time.Hour, status: 401},
		{name: "not yet valid", header: http.Header{"Authorization": {"Bearer " + signed}}, clock: -1e9, status: 401},
		{name: "nothing", header: http.Header{}, status: 401},
		{name: "in the query", header: http.Header{}, query: "?access_token=" + signed, status: 401},
		{name: "no scheme", header: http.Header{"Authorization": {signed}}, status: 401},
		{name: "basic", header: http.Header{"Authorization": {"Basic " + signed}}, status: 401},
		{name: "not a token", header: http.Header{"Authorization": {"Bearer abc"}}, status: 401},
		{name: "of another instance", header: http.Header{"Authorization": {"Bearer " + foreign}}, status: 401},
		{name: "cut", header: http.Header{"Authorization": {"Bearer " + signed[:len(signed)-4]}}, status: 401},
		{name: "signed as a key", header: http.Header{"X-Api-Key": {signed}}, status: 401},
		{name: "reference token", header: http.Header{"Authorization": {"Bearer " + reference}}, status: 200},
		{name: "X-Api-Key", header: http.Header{"X-Api-Key": {reference}}, status: 200},
		{name: "Api-Key", header: http.Header{"Api-Key": {reference}}, status: 200},
		{
			name: "reference token ends", header: http.Header{"Api-Key": {reference}},
			clock: 2 * time.Hour, status: 401,
		},
		{name: "both keys", header: http.Header{"Api-Key": {reference}, "X-Api-Key": {reference}}, status: 401},
		{
			name:   "key and bearer",
			header: http.Header{"Api-Key": {reference}, "Authorization": {"Bearer " + signed}}, status: 401,
		},
		{name: "twice", header: http.Header{"X-Api-Key": {reference, reference}}, status: 401},
		{name: "basic reference", header: http.Header{"Authorization": {"Basic " + reference}}, status: 401},
		{name: "reference, no scheme", header: http.Header{"Authorization": {reference}}, status: 401},
		{name: "unknown", header: http.Header{"Authorization": {"Bearer enrt_" + reference[:64]}}, status: 401},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			i.freeze(test.clock)
			request := newRequest(t, http.MethodGet, i.DomainAPIURL()+salesCustomers+test.query, "")
			for name, values := range test.header {
				request.Header[name] = values
			}
			got := i.do(request)
			if got.expect(t, test.status, ""); got.status == 200 {
				return
			}
			if got.body != "" || got.header.Get("WWW-Authenticate") != "Bearer" || got.header["Content-Type"] != nil {
				t.Errorf("body %q, headers %v", got.body, got.header)
			}
		})
	}
	if counts := i.Sessions(); counts.Opened != 3 { // after an idle hour, the signed token opens another one
		t.Errorf("%d sessions opened", counts.Opened)
	}
}

func TestScopesOpenTheDomainAPI(t *testing.T) {
	for scope, want := range map[string]struct{ read, write int }{
		"read":   {read: 200, write: 403},
		"update": {read: 200, write: 204},
		"sec":    {read: 403, write: 403},
	} {
		i := newInstance(t)
		i.changeSample(func(app *TrustedApplication) { app.Scope = scope })
		for kind, token := range map[string]string{
			"signed":    i.newToken(),
			"reference": i.newReferenceToken(ReferenceToken{Scopes: []string{scope}}),
		} {
			t.Run(scope+" "+kind, func(t *testing.T) {
				i := &testInstance{Server: i.Server, t: t, token: token}
				i.read(salesCustomers).expect(t, want.read, "")
				i.call(http.MethodPatch, i.samplePath(), `{"Notes": "`+kind+`"}`).expect(t, want.write, "")
			})
		}
		i.readWith(i.newReferenceToken(ReferenceToken{Scopes: []string{}})).expect(t, 403, "")
	}
}

func TestSignedTokenOutlivesItsApplication(t *testing.T) {
	i := newInstance(t)
	token := i.newToken()
	i.RemoveApplication(SampleApplication().ApplicationUri)
	i.readWith(token).expect(t, http.StatusOK, "")
	if got := i.askForToken(); got.Error != invalidClient {
		t.Errorf("error %q", got.Error)
	}
}

func TestReferenceTokenEndsAtOnce(t *testing.T) {
	uri := SampleApplication().ApplicationUri
	tests := []struct {
		name string
		end  func(i *testInstance, token string)
	}{
		{name: "revoked", end: func(i *testInstance, token string) { i.RevokeReferenceToken(token) }},
		{name: "application gone", end: func(i *testInstance, _ string) { i.RemoveApplication(uri) }},
		{name: "user not active", end: func(i *testInstance, _ string) { i.AddUser(User{Login: SampleUser().Login}) }},
		{name: "older server", end: func(i *testInstance, _ string) {
			i.Configure(func(s *Settings) { s.UnknownAttributes = []string{"ReferenceTokens"} })
		}},
		{name: "disabled", end: func(i *testInstance, _ string) {
			i.changeSample(func(app *TrustedApplication) { app.IsEnabled = false })
		}},
		{name: "policy taken back", end: func(i *testInstance, _ string) {
			i.changeSample(func(app *TrustedApplication) { app.ReferenceTokens = "None" })
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			i := newInstance(t)
			token := i.newReferenceToken(ReferenceToken{})
			i.readWith(token).expect(t, 200, "")
			test.end(i, token)
			i.readWith(token).expect(t, 401, "")
		})
	}
}

func TestReferenceTokensThatAreNotIssued(t *testing.T) {
	i := newInstance(t)
	i.newReferenceToken(ReferenceToken{User: SampleUser().Login})
	i.AddApplication(NewApplication("com.example/none"))
	i.AddUser(User{Login: "gone"})
	uri := SampleApplication().ApplicationUri
	for name, token := range map[string]ReferenceToken{
		"no application": {Application: "com.example/nowhere"},
		"policy None":    {Application: "com.example/none", User: SampleUser().Login},
		"unknown user":   {Application: uri, User: "nobody"},
		"user inactive":  {Application: uri, User: "gone"},
		"foreign scope":  {Application: uri, Scopes: []string{"read", "sec"}},
	} {
		if value, err := i.AddReferenceToken(token); err == nil || value != "" {
			t.Errorf("%s: error %v", name, err)
		}
	}
}
