// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

import (
	"net/http"
	"regexp"
	"slices"
	"testing"
	"time"
)

// referenceServer lets the sample application have reference tokens.
func referenceServer(t *testing.T) *Server {
	t.Helper()
	s := newServer(t)
	s.SetClock(func() time.Time { return at })
	s.ChangeApplication(SampleApplication().ApplicationUri, func(app *TrustedApplication) { app.ReferenceTokens = "AdministratorsOnly" })
	return s
}

func issueReferenceToken(t *testing.T, s *Server, token ReferenceToken) string {
	t.Helper()
	if token.Application == "" {
		token.Application = SampleApplication().ApplicationUri
	}
	value, err := s.AddReferenceToken(token)
	if err != nil {
		t.Fatal(err)
	}
	return value
}

func TestReferenceTokenIsTakenFromOneHeader(t *testing.T) {
	s := referenceServer(t)
	value := issueReferenceToken(t, s, ReferenceToken{})
	if !regexp.MustCompile(`^enrt_[0-9a-f]{64}$`).MatchString(value) {
		t.Errorf("value %q", value)
	}
	signed := sampleToken(t, s)
	for name, test := range map[string]struct {
		header http.Header
		status int
	}{
		"bearer":           {http.Header{"Authorization": {"Bearer " + value}}, 200},
		"X-Api-Key":        {http.Header{"X-Api-Key": {value}}, 200},
		"Api-Key":          {http.Header{"Api-Key": {value}}, 200},
		"both keys":        {http.Header{"Api-Key": {value}, "X-Api-Key": {value}}, 401},
		"key and bearer":   {http.Header{"Api-Key": {value}, "Authorization": {"Bearer " + signed}}, 401},
		"twice":            {http.Header{"X-Api-Key": {value, value}}, 401},
		"signed as a key":  {http.Header{"X-Api-Key": {signed}}, 401},
		"basic":            {http.Header{"Authorization": {"Basic " + value}}, 401},
		"another":          {http.Header{"Authorization": {"Bearer enrt_" + value[:64]}}, 401},
		"nothing":          {http.Header{}, 401},
		"scheme is absent": {http.Header{"Authorization": {value}}, 401},
	} {
		t.Run(name, func(t *testing.T) {
			request := newRequest(t, http.MethodGet, s.DomainAPIURL()+salesCustomers+"?$top=1", "")
			for header, values := range test.header {
				request.Header[header] = values
			}
			if got := mustDo(t, s, request); got.status != test.status {
				t.Errorf("status %d", got.status)
			}
		})
	}
	if counts := s.Sessions(); counts.Opened != 1 {
		t.Errorf("%+v", counts)
	}
	if slices.Contains(s.IssuedTokens(), value) {
		t.Error("x")
	}
}

func TestReferenceTokenHasItsOwnScopes(t *testing.T) {
	s := referenceServer(t)
	path := trustedApplications + "(" + s.Applications()[0].Id + ")"
	for scope, want := range map[string]int{"read": 403, "update": 204} {
		value := issueReferenceToken(t, s, ReferenceToken{Scopes: []string{scope}})
		if got := send(t, s, value, http.MethodPatch, path, `{"Notes": "x"}`); got.status != want {
			t.Errorf("%s: status %d", scope, got.status)
		}
	}
	if got := callAPI(t, s, issueReferenceToken(t, s, ReferenceToken{Scopes: []string{}}), salesCustomers); got.status != 403 {
		t.Errorf("no scope: status %d", got.status)
	}
}

func TestEndsOfReferenceTokens(t *testing.T) {
	uri := SampleApplication().ApplicationUri
	for name, end := range map[string]func(*Server, string){
		"revoked":          (*Server).RevokeReferenceToken,
		"expired":          func(s *Server, _ string) { s.SetClock(func() time.Time { return at.Add(time.Hour) }) },
		"application gone": func(s *Server, _ string) { s.RemoveApplication(uri) },
		"user not active":  func(s *Server, _ string) { s.AddUser(User{Login: SampleUser().Login}) },
		"older server": func(s *Server, _ string) {
			s.Configure(func(s *Settings) { s.UnknownAttributes = []string{"ReferenceTokens"} })
		},
		"disabled": func(s *Server, _ string) {
			s.ChangeApplication(uri, func(app *TrustedApplication) { app.IsEnabled = false })
		},
		"policy taken back": func(s *Server, _ string) {
			s.ChangeApplication(uri, func(app *TrustedApplication) { app.ReferenceTokens = "None" })
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := referenceServer(t)
			value := issueReferenceToken(t, s, ReferenceToken{Expires: at.Add(time.Hour)})
			if got := callAPI(t, s, value, salesCustomers); got.status != 200 {
				t.Errorf("before: status %d", got.status)
			}
			end(s, value)
			if got := callAPI(t, s, value, salesCustomers); got.status != 401 {
				t.Errorf("after: status %d", got.status)
			}
		})
	}
}

func TestReferenceTokensThatNobodyIsGiven(t *testing.T) {
	s := referenceServer(t)
	s.AddApplication(NewApplication("com.example/none"))
	s.AddUser(User{Login: "gone"})
	uri := SampleApplication().ApplicationUri
	for name, token := range map[string]ReferenceToken{
		"no application": {Application: "com.example/nowhere"},
		"policy None":    {Application: "com.example/none", User: SampleUser().Login},
		"unknown user":   {Application: uri, User: "nobody"},
		"user inactive":  {Application: uri, User: "gone"},
		"foreign scope":  {Application: uri, Scopes: []string{"read", "sec"}},
	} {
		if value, err := s.AddReferenceToken(token); err == nil || value != "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := s.AddReferenceToken(ReferenceToken{Application: uri, User: SampleUser().Login}); err != nil {
		t.Error(err)
	}
}
