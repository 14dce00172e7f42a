// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"testing"
	"time"
)

func (i *testInstance) countsOf(endpoint Endpoint) RequestCounts {
	i.t.Helper()
	requests := i.StatusReport().Requests
	n := slices.IndexFunc(requests, func(c RequestCounts) bool { return c.Endpoint == endpoint })
	if n < 0 {
		i.t.Fatalf("%s is missing", endpoint)
	}
	return requests[n]
}

func TestStatusReportCountsByEndpointAndStatus(t *testing.T) {
	s := NewUnstartedServer()
	s.DiscardHistory = true // counts continue nevertheless
	i := start(t, s)
	i.read(salesCustomers + "?$top=1")
	i.read("Crm_Customers")
	i.readWith("")
	for range 2 {
		i.askForToken("client_secret", "wrong")
	}
	for _, path := range []string{
		"/id/.well-known/openid-configuration", "/id/.well-known/openid-configuration/jwks",
		"/sys/auto-discovery", "/nowhere",
	} {
		i.get(i.URL + path)
	}
	i.do(newRequest(t, http.MethodPost, i.URL+"/tools/ver", ""))

	for endpoint, want := range map[Endpoint]struct {
		responses map[int]int
		errors    int
	}{
		Token:         {responses: map[int]int{200: 1, 400: 2}, errors: 2},
		DomainAPI:     {responses: map[int]int{200: 1, 401: 1, 500: 1}, errors: 2},
		Discovery:     {responses: map[int]int{200: 1}},
		JWKS:          {responses: map[int]int{200: 1}},
		AutoDiscovery: {responses: map[int]int{200: 1}},
		Version:       {responses: map[int]int{405: 1}, errors: 1},
		Other:         {responses: map[int]int{404: 1}, errors: 1},
	} {
		got := i.countsOf(endpoint)
		if !maps.Equal(got.Responses, want.responses) || got.Errors() != want.errors ||
			got.Received != i.Count(endpoint) || got.UnderWay != 0 || got.NoResponse != 0 {
			t.Errorf("%s: %+v, %d counted", endpoint, got, i.Count(endpoint))
		}
	}
	if len(i.Requests()) != 0 || len(i.IssuedTokens()) != 0 {
		t.Error("the history was kept")
	}
}

func TestStatusReportCountsWhatGetsNoResponse(t *testing.T) {
	i := newInstance(t)
	i.Inject(Token, Hang().Once())
	ctx, leave := context.WithCancel(t.Context())
	request, left := i.tokenRequest().WithContext(ctx), make(chan error)
	go func() {
		_, err := i.try(request)
		left <- err
	}()
	if err := i.WaitForCount(t.Context(), Token, 1); err != nil {
		t.Fatal(err)
	}
	if got := i.countsOf(Token); got.UnderWay != 1 || got.NoResponse != 0 || got.Errors() != 0 {
		t.Errorf("under way: %+v", got)
	}
	leave()
	if err := <-left; err == nil {
		t.Error("there is a response")
	}
	i.handlers.Wait() // the server has noticed
	i.Inject(Token, Disconnect().Once())
	if _, err := i.try(i.tokenRequest()); err == nil {
		t.Error("there is a response")
	}
	if got := i.countsOf(Token); got.NoResponse != 2 || got.Errors() != 2 || got.UnderWay != 0 ||
		len(got.Responses) != 0 {
		t.Errorf("after all: %+v", got)
	}
	if errors := i.StatusReport().Errors; len(errors) != 1 || errors[0].Status != 0 || errors[0].ClientID == "" ||
		errors[0].Count != 2 {
		t.Errorf("errors: %+v", errors)
	}
}

func TestStatusReportDescribesTheServer(t *testing.T) {
	s := NewUnstartedServer()
	s.SetClock(func() time.Time { return frozen })
	s.AddApplication(TrustedApplication{ApplicationUri: "com.example/off", Scope: "read  update"})
	i := start(t, s)
	i.freeze(time.Minute)
	report := i.StatusReport()
	if report.URL != i.URL || !report.Started.Equal(frozen) || !report.Time.Equal(frozen.Add(time.Minute)) {
		t.Errorf("%s, from %s to %s", report.URL, report.Started, report.Time)
	}
	scopes := []string{"read", "update"}
	want := []ApplicationStatus{
		{ApplicationURI: "com.example/off", Scopes: scopes},
		{
			ApplicationURI: "my.trusted.app/service", Enabled: true, Scopes: scopes,
			SystemUserAllowed: true, SystemUser: "svc.integration",
		},
	}
	if !reflect.DeepEqual(report.Applications, want) {
		t.Errorf("%+v", report.Applications)
	}
}

func TestStatusReportListsOpenSessions(t *testing.T) {
	h := holdSession(t, func(s *Settings) { s.Licences = 2 })
	h.freeze(0)
	h.begin(7)
	uri := SampleApplication().ApplicationUri
	first := SessionStatus{ClientID: uri, Opened: frozen, Used: frozen, Requests: 7, Running: 1, Waiting: 5}
	if open := h.StatusReport().Sessions.Open; len(open) != 1 || open[0] != first {
		t.Errorf("%+v", open)
	}
	h.open()

	h.freeze(time.Minute)
	h.readWith(h.newReferenceToken(ReferenceToken{})).expect(t, 200, "")
	h.readWith(h.newToken()).expect(t, 503, "")
	later := frozen.Add(time.Minute)
	first.Running, first.Waiting = 0, 0
	want := SessionsStatus{
		Opened: 2, Refused: 1, Busy: 1, PeakRequests: 6, LongestQueue: 5,
		Limits: SessionLimits{
			Licences: 2, Requests: 1, Queue: 5, RequestsPerMinute: 600, IdleSeconds: 1200, LifetimeSeconds: 3600,
		},
		Open: []SessionStatus{{ClientID: uri, Opened: later, Used: later, Requests: 1}, first},
	}
	if got := h.StatusReport().Sessions; !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestStatusReportTellsWhatWentWrong(t *testing.T) {
	const tokenPath, apiRoot = "/id/connect/token", "/api/domain/odata/"
	uri := SampleApplication().ApplicationUri
	tests := []struct {
		name    string
		prepare func(*testInstance)
		request func(*testInstance)
		want    RequestError // at the frozen time; by default a GET of the customers
	}{
		{
			name: "secret", request: func(i *testInstance) { i.askForToken("client_secret", "wrong") },
			want: RequestError{
				Endpoint: Token, Method: "POST", Path: tokenPath, Status: 400, ClientID: uri,
				Error: invalidClient, Message: "Invalid client_id or client_secret",
				Reason: "The hash of the client_secret is not the ApplicationSecretHash.",
			},
		},
		{
			name: "scope", request: func(i *testInstance) { i.askForToken("scope", "read admin") },
			want: RequestError{
				Endpoint: Token, Method: "POST", Path: tokenPath, Status: 400, ClientID: uri,
				Error: invalidScope, Message: "Invalid scope: admin",
				Reason: `Scope of the application is "read update".`,
			},
		},
		{
			name: "no token", request: func(i *testInstance) { i.readWith("") },
			want: RequestError{Status: 401, Reason: "The request carries no token, or more than one."},
		},
		{
			name: "expired token", prepare: func(i *testInstance) { i.Inject(Token, Expired()) },
			want: RequestError{
				Status: 401, ClientID: uri, Reason: "The token is expired, revoked or not one of this instance.",
			},
		},
		{
			name: "no scope of the API", prepare: func(i *testInstance) { i.Inject(Token, GrantedScopes("profile")) },
			want: RequestError{Status: 403, ClientID: uri, Reason: "The token has neither the scope read nor update."},
		},
		{
			name: "no scope to write", prepare: func(i *testInstance) { i.Inject(Token, GrantedScopes("read")) },
			request: func(i *testInstance) { i.call(http.MethodPost, trustedApplications, "{}") },
			want: RequestError{
				Method: "POST", Path: apiRoot + trustedApplications, Status: 403, ClientID: uri,
				Reason: "The token does not have the scope update.",
			},
		},
		{
			name: "security namespace", request: func(i *testInstance) { i.read(users) },
			prepare: func(i *testInstance) { i.Configure(func(s *Settings) { s.SecurityAccess = SecurityRefused }) },
			want: RequestError{
				Path: apiRoot + users, Status: 403, ClientID: uri, Error: serverException,
				Message: "Access to the security namespace is denied.",
			},
		},
		{
			name: "busy session",
			prepare: func(i *testInstance) {
				i.Configure(func(s *Settings) { s.SessionRequestsPerMinute = 1 })
				i.read(salesCustomers)
			},
			want: RequestError{
				Status: 429, ClientID: uri, Reason: "The session has too many requests, at once or in this minute.",
			},
		},
		{
			name: "exception", request: func(i *testInstance) { i.read(salesCustomers + "?$top=some") },
			want: RequestError{
				Status: 500, ClientID: uri,
				Error: "InvalidOperationException", Message: "The query option '$top' has a wrong value.",
			},
		},
		{
			name:    "exception without its wrapper",
			request: func(i *testInstance) { i.read(salesCustomers + "?$top=some") },
			prepare: func(i *testInstance) { i.Configure(func(s *Settings) { s.BareErrors = true }) },
			want: RequestError{
				Status: 500, ClientID: uri,
				Error: "InvalidOperationException", Message: "The query option '$top' has a wrong value.",
			},
		},
		{
			name: "no such path", request: func(i *testInstance) { i.get(i.URL + "/no%20where?q=1") },
			want: RequestError{Endpoint: Other, Method: "GET", Path: "/no where", Status: 404},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			i := newInstance(t)
			i.freeze(0)
			if test.prepare != nil {
				test.prepare(i)
			}
			if test.request == nil {
				test.request = func(i *testInstance) { i.read(salesCustomers) }
			}
			test.request(i)
			want := test.want
			want.Time, want.First, want.Count = frozen, frozen, 1
			want.Endpoint = cmp.Or(want.Endpoint, DomainAPI)
			want.Method = cmp.Or(want.Method, http.MethodGet)
			want.Path = cmp.Or(want.Path, apiRoot+salesCustomers)
			if got := i.StatusReport().Errors; len(got) != 1 || got[0] != want {
				t.Errorf("got  %+v\nwant %+v", got, want)
			}
		})
	}
}

func TestStatusReportKeepsTheLastErrorsOnly(t *testing.T) {
	i := newInstance(t)
	for n := range maxErrors + 10 {
		i.askForToken("client_id", fmt.Sprint("client ", n))
	}
	errors := i.StatusReport().Errors
	if len(errors) != 50 || errors[0].ClientID != "client 59" || errors[49].ClientID != "client 10" {
		t.Errorf("%d errors, from %q to %q", len(errors), errors[0].ClientID, errors[len(errors)-1].ClientID)
	}
}
