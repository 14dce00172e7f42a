// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"
)

func (i *testInstance) printReport() string {
	i.t.Helper()
	printed, err := json.Marshal(i.StatusReport())
	if err != nil {
		i.t.Fatal(err)
	}
	return string(printed)
}

func TestStatusReportKeepsTextsShortAndInOneLine(t *testing.T) {
	i := newInstance(t)
	i.askForToken("client_id", "one\r\ntwo\t\x1b[31m\u202e\xff"+strings.Repeat("ж", 1<<18))
	got := i.StatusReport().Errors[0].ClientID
	if !strings.HasPrefix(got, "one  two \ufffd[31m\ufffd\ufffdжж") || !strings.HasSuffix(got, "ж…") ||
		utf8.RuneCountInString(got) != 200 {
		t.Errorf("%d characters: %q", utf8.RuneCountInString(got), got)
	}
}

// TestStatusReportHoldsNoSecret makes every mistake that could bring a secret
// into a text of the report.
func TestStatusReportHoldsNoSecret(t *testing.T) {
	i := newInstance(t)
	reference := i.newReferenceToken(ReferenceToken{})
	short := NewApplication("com.example/short")
	short.ApplicationSecretHash = SecretHash("pa55!")
	i.AddApplication(short)
	i.token = i.newToken()
	record := i.samplePath()
	secrets := []string{
		SampleSecret, "pa55!", i.token, reference, SecretHash(SampleSecret), short.ApplicationSecretHash,
		SamplePasswordHash,
	}
	for _, secret := range secrets {
		for _, parameter := range []string{"client_id", "grant_type", "scope"} {
			for _, value := range []string{secret, "read " + secret, secret + " update"} {
				i.askForToken(parameter, value)
			}
		}
		// A parameter named like the secret, twice, which is an error that names it.
		request := newRequest(t, http.MethodPost, i.IdentityURL()+tokenPath, url.Values{secret: {"a", "b"}}.Encode())
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		i.do(request)
		request = newRequest(t, http.MethodGet, i.URL, "")
		request.URL.Path = "/nowhere/" + secret
		i.do(request)
		i.readWith(secret)
		i.call(http.MethodPatch, record, `{"`+secret+`": 1}`)
		i.call(http.MethodPatch, record, `{"Scope": "read `+secret+`"}`)
		i.call(http.MethodPatch, record, `{"ApplicationUri": "`+secret+`"}`)
		filter := url.Values{"$filter": {"Number eq '1' '" + secret + "'"}}
		i.read(salesCustomers + "?" + filter.Encode())

		printed := i.printReport()
		for _, leak := range secrets {
			if strings.Contains(printed, leak) {
				t.Fatalf("%q is in the report after mistakes with %q:\n%s", leak, secret, printed)
			}
		}
		if strings.Count(printed, redacted) < 9 { // all but the wrong token
			t.Errorf("%q was redacted %d times:\n%s", secret, strings.Count(printed, redacted), printed)
		}
	}
}

// TestStatusReportHoldsNoMistypedSecret sends what no hash can tell for a secret.
func TestStatusReportHoldsNoMistypedSecret(t *testing.T) {
	const mistyped = SampleSecret + "-mistyped"
	i := newInstance(t)
	for _, clientID := range []string{mistyped, "with " + mistyped, SampleSecret, SampleSecret + mistyped} {
		// old_secret is the beginning of the other one.
		i.askForToken("client_id", clientID, "client_secret", mistyped, "old_secret", SampleSecret)
		request := i.tokenRequest("client_id", clientID, "client_secret", "-")
		request.URL.RawQuery = url.Values{"client_secret": {mistyped}}.Encode()
		i.do(request)
	}
	request := newRequest(t, http.MethodGet, i.URL+"/nowhere/key-"+mistyped, "")
	request.Header.Set("X-Api-Key", mistyped)
	i.do(request)
	printed := i.printReport()
	if strings.Contains(printed, SampleSecret) || strings.Contains(printed, "-mistyped") ||
		strings.Count(printed, redacted) < 9 {
		t.Error(printed)
	}
}
