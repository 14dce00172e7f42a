// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"testing"
	"time"
)

func countsOf(t *testing.T, s *Server, endpoint Endpoint) RequestCounts {
	t.Helper()
	requests := s.StatusReport().Requests
	i := slices.IndexFunc(requests, func(c RequestCounts) bool { return c.Endpoint == endpoint })
	if i < 0 {
		t.Fatalf("%s is missing", endpoint)
	}
	return requests[i]
}

func TestStatusReportCountsByEndpointAndStatus(t *testing.T) {
	s := NewUnstartedServer()
	s.DiscardHistory = true // it counts all the same
	s.Start()
	t.Cleanup(s.Close)
	token := sampleToken(t, s)
	for range 2 {
		refused := sampleForm()
		refused.Set("client_secret", "wrong")
		askForToken(t, s, refused)
	}
	callAPI(t, s, token, salesCustomers+"?$top=1")
	callAPI(t, s, "", salesCustomers)
	callAPI(t, s, token, "Crm_Customers")
	get(t, s, s.IdentityURL()+"/.well-known/openid-configuration")
	get(t, s, s.IdentityURL()+"/.well-known/openid-configuration/jwks")
	get(t, s, s.URL+"/sys/auto-discovery")
	mustDo(t, s, newRequest(t, http.MethodPost, s.URL+"/tools/ver", ""))
	get(t, s, s.URL+"/nowhere")

	for endpoint, want := range map[Endpoint]struct {
		answers map[int]int
		errors  int
	}{
		Token:         {map[int]int{200: 1, 400: 2}, 2},
		DomainAPI:     {map[int]int{200: 1, 401: 1, 500: 1}, 2},
		Discovery:     {map[int]int{200: 1}, 0},
		JWKS:          {map[int]int{200: 1}, 0},
		AutoDiscovery: {map[int]int{200: 1}, 0},
		Version:       {map[int]int{405: 1}, 1},
		Other:         {map[int]int{404: 1}, 1},
	} {
		got := countsOf(t, s, endpoint)
		if !maps.Equal(got.Responses, want.answers) || got.Errors() != want.errors {
			t.Errorf("%s: %+v", endpoint, got)
		}
		if got.Received != s.Count(endpoint) || got.UnderWay != 0 || got.NoResponse != 0 {
			t.Errorf("%s: %+v, %d counted", endpoint, got, s.Count(endpoint))
		}
	}
}

func TestStatusReportCountsWhatHasNoAnswer(t *testing.T) {
	s := newServer(t)
	s.Inject(Token, Hang().Once())
	request := tokenRequest(t, s, sampleForm())
	ctx, leave := context.WithCancel(t.Context())
	left := make(chan error)
	go func() {
		_, err := do(t, s, request.WithContext(ctx))
		left <- err
	}()
	if err := s.WaitForCount(t.Context(), Token, 1); err != nil {
		t.Fatal(err)
	}
	if got := countsOf(t, s, Token); got.UnderWay != 1 || got.NoResponse != 0 || got.Errors() != 0 {
		t.Errorf("under way: %+v", got)
	}
	leave()
	if err := <-left; err == nil {
		t.Error("answered")
	}
	for countsOf(t, s, Token).UnderWay > 0 { // until the server has noticed
		get(t, s, s.URL+"/tools/ver")
	}
	s.Inject(Token, Disconnect().Once())
	if _, err := do(t, s, tokenRequest(t, s, sampleForm())); err == nil {
		t.Error("answered")
	}
	if got := countsOf(t, s, Token); got.NoResponse != 2 || got.Errors() != 2 || len(got.Responses) != 0 {
		t.Errorf("after all: %+v", got)
	}
	if errors := s.StatusReport().Errors; len(errors) != 2 || errors[0].Status != 0 || errors[0].ClientID != SampleApplication().ApplicationUri {
		t.Errorf("errors: %+v", errors)
	}
}

func TestStatusReportDescribesTheServer(t *testing.T) {
	s := NewUnstartedServer()
	now := at
	s.SetClock(func() time.Time { return now })
	s.AddApplication(TrustedApplication{ApplicationUri: "com.example/off", Scope: "read  update"})
	s.Start()
	t.Cleanup(s.Close)
	now = at.Add(time.Minute)
	report := s.StatusReport()
	if report.URL != s.URL || !report.Started.Equal(at) || !report.Time.Equal(now) {
		t.Errorf("%s, from %s to %s", report.URL, report.Started, report.Time)
	}
	off, sample := report.Applications[0], report.Applications[1]
	if off.ApplicationURI != "com.example/off" || off.Enabled || off.SystemUserAllowed || off.SystemUser != "" || !slices.Equal(off.Scopes, []string{"read", "update"}) {
		t.Errorf("%+v", off)
	}
	if sample.ApplicationURI != SampleApplication().ApplicationUri || !sample.Enabled || !sample.SystemUserAllowed || sample.SystemUser != "svc.integration" {
		t.Errorf("%+v", sample)
	}
}

func TestStatusReportListsOpenSessions(t *testing.T) {
	u := holdSession(t)
	s := u.server
	u.call(t, 3)
	u.call(t, 4)
	open := s.StatusReport().Sessions.Open
	if len(open) != 1 || open[0].ClientID != SampleApplication().ApplicationUri || open[0].Requests != 7 || open[0].Running != 1 || open[0].Waiting != 5 {
		t.Errorf("%+v", open)
	}
	u.open()

	s.ChangeApplication(SampleApplication().ApplicationUri, func(app *TrustedApplication) { app.ReferenceTokens = "AdministratorsOnly" })
	callAPI(t, s, issueReferenceToken(t, s, ReferenceToken{Application: SampleApplication().ApplicationUri}), salesCustomers)
	s.Configure(func(settings *Settings) { settings.Licences = 2 })
	callAPI(t, s, sampleToken(t, s), salesCustomers)

	sessions := s.StatusReport().Sessions
	if len(sessions.Open) != 2 || sessions.Open[0].ClientID != sessions.Open[1].ClientID || sessions.Open[0].Opened.Before(sessions.Open[1].Opened) {
		t.Errorf("%+v", sessions.Open)
	}
	if sessions.Opened != 2 || sessions.Refused != 1 || sessions.Busy != 1 || sessions.PeakRequests != 6 || sessions.LongestQueue != 5 {
		t.Errorf("%+v", sessions)
	}
	want := SessionLimits{Licences: 2, Requests: 1, Queue: 5, RequestsPerMinute: 600, IdleSeconds: 1200, LifetimeSeconds: 3600}
	if sessions.Limits != want {
		t.Errorf("%+v", sessions.Limits)
	}
}
