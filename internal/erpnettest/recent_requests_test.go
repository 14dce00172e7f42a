// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"
)

func TestRecentRequestsTellWhatWasAsked(t *testing.T) {
	s := NewUnstartedServer()
	s.DiscardHistory = true // the list is kept nevertheless
	i := start(t, s)
	i.freeze(0)
	i.injectJSON(`{"what": "html", "status": 503, "endpoint": "api", "times": 1, "method": "PATCH"}`)
	i.askForToken("scope", "read admin")
	i.read(salesCustomers + "?$top=1")
	i.call(http.MethodPatch, i.samplePath(), "{}")
	uri := SampleApplication().ApplicationUri
	both := []string{"read", "update"}
	want := []RecentRequest{
		{
			Endpoint: DomainAPI, Method: "PATCH", Path: "/api/domain/odata/" + i.samplePath(), ClientID: uri,
			Status: 503,
			Fault:  "html",
		},
		{
			Endpoint: DomainAPI, Method: "GET", Path: "/api/domain/odata/" + salesCustomers, ClientID: uri,
			Status: 200, Scopes: both,
		},
		{Endpoint: Token, Method: "POST", Path: "/id/connect/token", ClientID: uri, Status: 200, Scopes: both},
		{
			Endpoint: Token, Method: "POST", Path: "/id/connect/token", ClientID: uri, Status: 400,
			Scopes: []string{"read", "admin"}, Reason: `Scope of the application is "read update".`,
		},
	}
	got := i.RecentRequests(100)
	if len(got) != len(want) {
		t.Fatalf("%+v", got)
	}
	for n := range want {
		if got[n].DurationMS <= 0 || got[n].DurationMS > 10_000 {
			t.Errorf("duration %v", got[n].DurationMS)
		}
		got[n].DurationMS = 0
		want[n].Time, want[n].Scopes = frozen, append([]string{}, want[n].Scopes...)
		if fmt.Sprintf("%+v", got[n]) != fmt.Sprintf("%+v", want[n]) {
			t.Errorf("got  %+v\nwant %+v", got[n], want[n])
		}
	}
	if newest := i.RecentRequests(1); len(newest) != 1 || newest[0].Fault != "html" {
		t.Errorf("the newest: %+v", newest)
	}
	i.ForgetRecentRequests()
	if left := i.RecentRequests(100); left == nil || len(left) != 0 || i.Count(Token) != 2 {
		t.Errorf("%+v, %d counted", left, i.Count(Token))
	}
}

func TestWhyATokenWasRefused(t *testing.T) {
	change := func(edit func(*TrustedApplication)) func(*testInstance) {
		return func(i *testInstance) { i.changeSample(edit) }
	}
	tests := []struct {
		name    string
		prepare func(*testInstance)
		edits   []string // changes to the request
		want    string
	}{
		{
			name: "no application", edits: []string{"client_id", "com.example/x"},
			want: "No trusted application has this ApplicationUri.",
		},
		{
			name: "disabled", prepare: change(func(a *TrustedApplication) { a.IsEnabled = false }),
			want: "IsEnabled of the application is false.",
		},
		{
			name: "public", prepare: change(func(a *TrustedApplication) { a.ClientType = "Public" }),
			want: "ClientType of the application is Public, not Confidential.",
		},
		{
			name: "no hash", prepare: change(func(a *TrustedApplication) { a.ApplicationSecretHash = "" }),
			want: "The application has no ApplicationSecretHash.",
		},
		{
			name: "another secret", edits: []string{"client_secret", "x"},
			want: "The hash of the client_secret is not the ApplicationSecretHash.",
		},
		{
			name: "not allowed", prepare: change(func(a *TrustedApplication) { a.SystemUserAllowed = false }),
			want: "SystemUserAllowed of the application is false.",
		},
		{
			name: "no user", prepare: change(func(a *TrustedApplication) { a.SystemUser = "" }),
			want: "The application has no SystemUser.",
		},
		{
			name: "unknown user", prepare: change(func(a *TrustedApplication) { a.SystemUser = "nobody" }),
			want: "There is no user with the Login of SystemUser.",
		},
		{
			name: "inactive user", want: "The SystemUser is not active.",
			prepare: func(i *testInstance) { i.AddUser(User{Login: "svc.integration"}) },
		},
		{name: "scope", edits: []string{"scope", "sec"}, want: `Scope of the application is "read update".`},
		{name: "all is well"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			i := newInstance(t)
			if test.prepare != nil {
				test.prepare(i)
			}
			i.askForToken(test.edits...)
			if got := i.RecentRequests(1)[0].Reason; got != test.want {
				t.Errorf("reason %q", got)
			}
			if errors := i.StatusReport().Errors; test.want != "" && errors[0].Reason != test.want {
				t.Errorf("errors %+v", errors)
			}
		})
	}
}

func TestEqualErrorsAreOne(t *testing.T) {
	i := newInstance(t)
	for n := range 3 {
		i.freeze(time.Duration(n) * time.Minute)
		i.askForToken("client_secret", "wrong")
		i.askForToken("client_id", "com.example/x")
	}
	errors := i.StatusReport().Errors
	if len(errors) != 2 || errors[0].ClientID != "com.example/x" || errors[0].Count != 3 ||
		!errors[0].First.Equal(frozen) || !errors[0].Time.Equal(frozen.Add(2*time.Minute)) {
		t.Errorf("%+v", errors)
	}
}

// The server keeps a bounded amount, however many requests and tokens there
// are.
func TestWhatIsKeptIsBounded(t *testing.T) {
	var l limiter
	l.open = map[tokenSum]*session{}
	settings := defaultSettings()
	for n := range maxSessions + 500 {
		slot, refused := l.acquire(caller{token: fmt.Sprint(n)}, frozen, settings)
		if refused != nil {
			t.Fatal("refused")
		}
		l.release(slot)
	}
	if len(l.open) != maxSessions || l.byUse.Len() != maxSessions || l.counts.Opened != maxSessions+500 {
		t.Errorf("%d sessions, %d in order, %d opened", len(l.open), l.byUse.Len(), l.counts.Opened)
	}
	var recent recentRequests
	for n := range 3*maxRecent + 7 {
		recent.add(RecentRequest{Status: n})
	}
	got := recent.newestFirst(5000)
	if len(got) != maxRecent || cap(recent.ring) > 2*maxRecent || got[0].Status != 3*maxRecent+6 ||
		!slices.IsSortedFunc(got, func(a, b RecentRequest) int { return b.Status - a.Status }) {
		t.Errorf("%d requests, from %d", len(got), got[0].Status)
	}
}
