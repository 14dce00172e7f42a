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

// TestStatusReportHoldsNoSecret makes every mistake that could put a secret
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
		// A repeated parameter whose name is the secret: the error contains the
		// name.
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
		if strings.Count(printed, redacted) < 9 { // all except the wrong token
			t.Errorf("%q was redacted %d times:\n%s", secret, strings.Count(printed, redacted), printed)
		}
	}
}

// TestStatusReportHoldsNoMistypedSecret sends secrets that no hash identifies.
func TestStatusReportHoldsNoMistypedSecret(t *testing.T) {
	const mistyped = SampleSecret + "-mistyped"
	i := newInstance(t)
	for _, clientID := range []string{mistyped, "with " + mistyped, SampleSecret, SampleSecret + mistyped} {
		// old_secret is a prefix of the mistyped secret.
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

// A secret known only by its hash is found whatever clients put before and
// after it, in the report and in the access log.
func TestRegisteredSecretsAreRedactedInAnySurroundings(t *testing.T) {
	const short = "pa55!"
	surroundings := []string{
		"", " ", "=", "&", "|", ".", "-", "[", "]", "?", "!", "#", "@", "*", "+", "~", "^", "_", "{", "}", "<",
		">", "\\", "%",
		"$", "/", ",", ":", ";", "'", `"`, "(", ")", "`", "\t", "client_secret=", "a", "0", "%2D", "%253D", "ж",
	}
	log := &strings.Builder{}
	s := NewUnstartedServer()
	s.AccessLog = log
	i := start(t, s)
	app := NewApplication("com.example/short")
	app.ApplicationSecretHash = SecretHash(short)
	i.AddApplication(app)
	for _, secret := range []string{SampleSecret, short} {
		for _, around := range surroundings {
			if secret == short && (around == "a" || around == "0" || around == "_") {
				continue // inside a word
			}
			for _, text := range []string{
				around + secret, secret + around, around + secret + around, "x" + around + secret,
			} {
				if secret == short && around == "" {
					text = secret
				}
				i.askForToken("client_id", text)
				i.askForToken("client_id", url.QueryEscape(text))
				request := newRequest(t, http.MethodGet, i.URL, "")
				request.URL.Path = "/nowhere/" + text
				i.do(request)
				request.URL.Path = "/nowhere/" + url.PathEscape(text)
				i.do(request)
			}
			if report := i.printReport(); strings.Contains(report, secret) {
				t.Fatalf("%q is in the report:\n%s", secret, report)
			}
		}
	}
	for line := range strings.Lines(log.String()) {
		plain, _ := url.PathUnescape(line)
		plain, _ = url.PathUnescape(plain)
		if strings.Contains(line+plain, SampleSecret) || strings.Contains(line+plain, short) {
			t.Errorf("in the log: %s", line)
		}
	}
	if n := strings.Count(log.String(), redacted); n < 100 {
		t.Errorf("the log was redacted %d times:\n%s", n, log)
	}
}

func TestAccessLogStaysReadable(t *testing.T) {
	log := &strings.Builder{}
	s := NewUnstartedServer()
	s.AccessLog = log
	i := start(t, s)
	for path, want := range map[string]string{
		"/nowhere/with%20space(1)":           "GET /nowhere/with%20space(1) 404",
		"/line%0Abreak":                      "GET /line%0Abreak 404",
		"/long/" + strings.Repeat("x", 1000): "GET /long/" + strings.Repeat("x", maxShown-7) + "… 404",
	} {
		log.Reset()
		i.get(i.URL + path)
		if !strings.HasPrefix(log.String(), want+" ") || strings.Count(log.String(), "\n") != 1 {
			t.Errorf("%q, want %q", log, want)
		}
	}
}
