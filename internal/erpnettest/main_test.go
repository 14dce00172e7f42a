// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// newServer starts an instance that the test's end closes.
func newServer(t *testing.T) *Server {
	t.Helper()
	s := NewServer()
	t.Cleanup(s.Close)
	return s
}

// reply is an answer that has been read to its end, or not.
type reply struct {
	status  int
	header  http.Header
	body    string
	readErr error
}

func do(t *testing.T, s *Server, request *http.Request) (reply, error) {
	t.Helper()
	client := *s.Client()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	response, err := client.Do(request)
	if err != nil {
		return reply{}, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return reply{response.StatusCode, response.Header, string(body), err}, nil
}

func mustDo(t *testing.T, s *Server, request *http.Request) reply {
	t.Helper()
	got, err := do(t, s, request)
	if err = errors.Join(err, got.readErr); err != nil {
		t.Fatalf("%s %s: %v", request.Method, request.URL.Path, err)
	}
	return got
}

func newRequest(t *testing.T, method, address, body string) *http.Request {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	return request
}

func get(t *testing.T, s *Server, address string) reply {
	t.Helper()
	return mustDo(t, s, newRequest(t, http.MethodGet, address, ""))
}

func sampleForm() url.Values {
	return url.Values{
		"grant_type":    {"client_credentials"},
		"client_id":     {SampleApplication().ApplicationUri},
		"client_secret": {SampleSecret},
	}
}

func tokenRequest(t *testing.T, s *Server, form url.Values) *http.Request {
	t.Helper()
	request := newRequest(t, http.MethodPost, s.IdentityURL()+"/connect/token", form.Encode())
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return request
}

// tokenAnswer is the token endpoint's JSON, for better or worse.
type tokenAnswer struct {
	AccessToken      string  `json:"access_token"`
	ExpiresIn        int64   `json:"expires_in"`
	TokenType        string  `json:"token_type"`
	Scope            string  `json:"scope"`
	Error            string  `json:"error"`
	ErrorDescription *string `json:"error_description"`
}

func askForToken(t *testing.T, s *Server, form url.Values) (tokenAnswer, reply) {
	t.Helper()
	got := mustDo(t, s, tokenRequest(t, s, form))
	var answered tokenAnswer
	decode(t, got.body, &answered)
	return answered, got
}

func sampleToken(t *testing.T, s *Server) string {
	t.Helper()
	answered, got := askForToken(t, s, sampleForm())
	if answered.AccessToken == "" {
		t.Fatalf("no token: status %d, error %q", got.status, answered.Error)
	}
	return answered.AccessToken
}

func decode(t *testing.T, text string, into any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), into); err != nil {
		t.Fatalf("%v in %q", err, text)
	}
}

// readToken verifies a token by the JWKS that the instance publishes.
func readToken(t *testing.T, s *Server, token string) (header jose.Header, claims map[string]any, err error) {
	t.Helper()
	var keys jose.JSONWebKeySet
	decode(t, get(t, s, s.IdentityURL()+"/.well-known/openid-configuration/jwks").body, &keys)
	parsed, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		return jose.Header{}, nil, err
	}
	header = parsed.Signatures[0].Protected
	matching := keys.Key(header.KeyID)
	if len(matching) != 1 {
		return header, nil, errors.New("key not published")
	}
	payload, err := parsed.Verify(matching[0])
	if err != nil {
		return header, nil, err
	}
	decode(t, string(payload), &claims)
	return header, claims, nil
}

func callAPI(t *testing.T, s *Server, token, path string) reply {
	t.Helper()
	request := newRequest(t, http.MethodGet, s.DomainAPIURL()+path, "")
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	return mustDo(t, s, request)
}

// send is a call of the Domain API with a JSON body, or without one.
func send(t *testing.T, s *Server, token, method, path, body string) reply {
	t.Helper()
	return mustDo(t, s, apiRequest(t, s, token, method, path, body))
}

func apiRequest(t *testing.T, s *Server, token, method, path, body string) *http.Request {
	t.Helper()
	request := newRequest(t, method, s.DomainAPIURL()+path, body)
	request.Header.Set("Authorization", "Bearer "+token)
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	return request
}

// object is a JSON object that an answer must be.
func object(t *testing.T, got reply) map[string]any {
	t.Helper()
	var read map[string]any
	decode(t, got.body, &read)
	return read
}

// at is a fixed moment, in UTC and in whole seconds.
var at = time.Date(2026, 3, 14, 9, 26, 53, 0, time.UTC)
