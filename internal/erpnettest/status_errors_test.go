// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func lastError(t *testing.T, s *Server) RequestError {
	t.Helper()
	errors := s.StatusReport().Errors
	if len(errors) == 0 {
		t.Fatal("no error is reported")
	}
	return errors[0]
}

func TestStatusReportTellsWhatWentWrong(t *testing.T) {
	uri := SampleApplication().ApplicationUri
	for name, test := range map[string]struct {
		request func(t *testing.T, s *Server)
		want    RequestError // without its time
	}{
		"secret": {
			func(t *testing.T, s *Server) {
				form := sampleForm()
				form.Set("client_secret", "wrong")
				askForToken(t, s, form)
			},
			RequestError{Endpoint: Token, Method: "POST", Path: "/id/connect/token", Status: 400, Error: invalidClient, Message: "Invalid client_id or client_secret", ClientID: uri},
		},
		"scope": {
			func(t *testing.T, s *Server) {
				form := sampleForm()
				form.Set("scope", "read admin")
				askForToken(t, s, form)
			},
			RequestError{Endpoint: Token, Method: "POST", Path: "/id/connect/token", Status: 400, Error: invalidScope, Message: "Invalid scope: admin", ClientID: uri},
		},
		"no token": {
			func(t *testing.T, s *Server) { callAPI(t, s, "", salesCustomers) },
			RequestError{Endpoint: DomainAPI, Method: "GET", Path: "/api/domain/odata/Crm_Sales_Customers", Status: 401, Message: "The request carries no token, or more than one."},
		},
		"expired token": {
			func(t *testing.T, s *Server) {
				s.Inject(Token, Expired().Once())
				callAPI(t, s, sampleToken(t, s), salesCustomers)
			},
			RequestError{Endpoint: DomainAPI, Method: "GET", Path: "/api/domain/odata/Crm_Sales_Customers", Status: 401, Message: "The token is expired, revoked or not one of this instance.", ClientID: uri},
		},
		"no scope of the API": {
			func(t *testing.T, s *Server) {
				s.Inject(Token, GrantedScopes("profile").Once())
				callAPI(t, s, sampleToken(t, s), salesCustomers)
			},
			RequestError{Endpoint: DomainAPI, Method: "GET", Path: "/api/domain/odata/Crm_Sales_Customers", Status: 403, Message: "The token has neither the scope read nor update.", ClientID: uri},
		},
		"no scope to write": {
			func(t *testing.T, s *Server) {
				form := sampleForm()
				form.Set("scope", "read")
				answered, _ := askForToken(t, s, form)
				send(t, s, answered.AccessToken, http.MethodPost, trustedApplications, `{}`)
			},
			RequestError{Endpoint: DomainAPI, Method: "POST", Path: "/api/domain/odata/" + trustedApplications, Status: 403, Message: "The token does not have the scope update.", ClientID: uri},
		},
		"security namespace": {
			func(t *testing.T, s *Server) {
				s.Configure(func(settings *Settings) { settings.SecurityAccess = SecurityRefused })
				callAPI(t, s, sampleToken(t, s), users)
			},
			RequestError{Endpoint: DomainAPI, Method: "GET", Path: "/api/domain/odata/" + users, Status: 403, Message: "Access to the security namespace is denied.", ClientID: uri},
		},
		"busy session": {
			func(t *testing.T, s *Server) {
				s.Configure(func(settings *Settings) { settings.SessionRequestsPerMinute = 1 })
				token := sampleToken(t, s)
				callAPI(t, s, token, salesCustomers)
				callAPI(t, s, token, salesCustomers)
			},
			RequestError{Endpoint: DomainAPI, Method: "GET", Path: "/api/domain/odata/Crm_Sales_Customers", Status: 429, Message: "The session has too many requests, at once or in this minute.", ClientID: uri},
		},
		"exception": {
			func(t *testing.T, s *Server) { callAPI(t, s, sampleToken(t, s), salesCustomers+"?$top=some") },
			RequestError{Endpoint: DomainAPI, Method: "GET", Path: "/api/domain/odata/Crm_Sales_Customers", Status: 500, Error: "InvalidOperationException", Message: "The query option '$top' has a wrong value.", ClientID: uri},
		},
		"exception without its wrapper": {
			func(t *testing.T, s *Server) {
				s.Configure(func(settings *Settings) { settings.BareErrors = true })
				callAPI(t, s, sampleToken(t, s), salesCustomers+"?$top=some")
			},
			RequestError{Endpoint: DomainAPI, Method: "GET", Path: "/api/domain/odata/Crm_Sales_Customers", Status: 500, Error: "InvalidOperationException", Message: "The query option '$top' has a wrong value.", ClientID: uri},
		},
		"no such path": {
			func(t *testing.T, s *Server) { get(t, s, s.URL+"/no%20where?q=1") },
			RequestError{Endpoint: Other, Method: "GET", Path: "/no where", Status: 404},
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newServer(t)
			s.SetClock(func() time.Time { return at })
			test.request(t, s)
			got := lastError(t, s)
			if !got.Time.Equal(at) {
				t.Errorf("time %s", got.Time)
			}
			got.Time = time.Time{}
			if got != test.want {
				t.Errorf("got  %+v\nwant %+v", got, test.want)
			}
		})
	}
}

func TestStatusReportKeepsTheLastErrorsOnly(t *testing.T) {
	s := newServer(t)
	for i := range maxErrors + 10 {
		form := sampleForm()
		form.Set("client_id", fmt.Sprint("client ", i))
		askForToken(t, s, form)
	}
	errors := s.StatusReport().Errors
	if len(errors) != 50 || errors[0].ClientID != "client 59" || errors[49].ClientID != "client 10" {
		t.Errorf("%d errors, from %q to %q", len(errors), errors[0].ClientID, errors[len(errors)-1].ClientID)
	}
}

func TestStatusReportKeepsTextsShortAndInOneLine(t *testing.T) {
	s := newServer(t)
	form := sampleForm()
	form.Set("client_id", "one\r\ntwo\t\x1b[31m\u202e\xff"+strings.Repeat("ж", 1<<18))
	askForToken(t, s, form)
	got := lastError(t, s).ClientID
	if !strings.HasPrefix(got, "one  two \ufffd[31m\ufffd\ufffdжж") || !strings.HasSuffix(got, "ж…") || utf8.RuneCountInString(got) != 200 {
		t.Errorf("%d characters: %q", utf8.RuneCountInString(got), got)
	}
}

// TestStatusReportHoldsNoSecret makes every mistake that could bring a secret
// into a text of the report.
func TestStatusReportHoldsNoSecret(t *testing.T) {
	s := newServer(t)
	app := SampleApplication()
	app.ReferenceTokens = "AdministratorsOnly"
	s.AddApplication(app)
	short := NewApplication("com.example/short")
	short.ApplicationSecretHash = SecretHash("pa55!")
	s.AddApplication(short)
	record := trustedApplications + "(" + s.Applications()[1].Id + ")"
	token := sampleToken(t, s)
	reference := issueReferenceToken(t, s, ReferenceToken{Application: app.ApplicationUri})
	secrets := []string{SampleSecret, "pa55!", token, reference, app.ApplicationSecretHash, short.ApplicationSecretHash, SamplePasswordHash}

	for _, secret := range secrets {
		for _, parameter := range []string{"client_id", "grant_type", "scope"} {
			for _, value := range []string{secret, "read " + secret, secret + " update"} {
				form := sampleForm()
				form.Set(parameter, value)
				askForToken(t, s, form)
			}
		}
		form := sampleForm()
		form[secret] = []string{"a", "b"}
		askForToken(t, s, form)
		request := newRequest(t, http.MethodGet, s.URL, "")
		request.URL.Path = "/nowhere/" + secret
		mustDo(t, s, request)
		callAPI(t, s, secret, "Crm_Customers")
		send(t, s, token, http.MethodPatch, record, `{"`+secret+`": 1}`)
		send(t, s, token, http.MethodPatch, record, `{"Scope": "read `+secret+`"}`)
		send(t, s, token, http.MethodPatch, record, `{"ApplicationUri": "`+secret+`"}`)
		filter := url.Values{"$filter": {"Number eq '1' '" + secret + "'"}}
		callAPI(t, s, token, salesCustomers+"?"+filter.Encode())

		printed := printReport(t, s)
		for _, leak := range secrets {
			if strings.Contains(printed, leak) {
				t.Fatalf("%q is in the report after mistakes with %q:\n%s", leak, secret, printed)
			}
		}
		if want := 9; strings.Count(printed, redacted) < want { // all but the wrong token
			t.Errorf("%q was hidden %d times:\n%s", secret, strings.Count(printed, redacted), printed)
		}
	}
}

// TestStatusReportHoldsNoMistypedSecret sends what no hash can tell for a secret.
func TestStatusReportHoldsNoMistypedSecret(t *testing.T) {
	const mistyped = SampleSecret + "-mistyped"
	s := newServer(t)
	for _, clientID := range []string{mistyped, "with " + mistyped, SampleSecret, SampleSecret + mistyped} {
		form := sampleForm()
		form.Set("client_id", clientID)
		form.Set("client_secret", mistyped)
		form.Set("old_secret", SampleSecret) // the beginning of the other one
		askForToken(t, s, form)
		request := tokenRequest(t, s, url.Values{"client_id": {clientID}})
		request.URL.RawQuery = url.Values{"client_secret": {mistyped}}.Encode()
		mustDo(t, s, request)
	}
	request := newRequest(t, http.MethodGet, s.URL+"/nowhere/key-"+mistyped, "")
	request.Header.Set("X-Api-Key", mistyped)
	mustDo(t, s, request)
	printed := printReport(t, s)
	if strings.Contains(printed, SampleSecret) || strings.Contains(printed, "-mistyped") || strings.Count(printed, redacted) < 9 {
		t.Error(printed)
	}
}

func printReport(t *testing.T, s *Server) string {
	t.Helper()
	printed, err := json.Marshal(s.StatusReport())
	if err != nil {
		t.Fatal(err)
	}
	return string(printed)
}
