// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package identity

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

const testSecret = "Correct-Horse-Battery-Staple-0123456789"

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// requestFor returns a request for a token from an instance that a scripted server simulates.
func requestFor(scope string) TokenRequest {
	return TokenRequest{
		Instance: erpnet.Instance{
			URL:         "https://demodb.my.erp.net",
			IdentityURL: "https://demodb.my.erp.net/id",
		},
		Credentials: Credentials{ClientID: "my.trusted.app/service", Secret: erpnet.NewSecret(testSecret)},
		Scope:       scope,
	}
}

// members holds the members of a JSON object. In changes to another object, a nil value removes the member.
type members map[string]any

func (m members) with(changes members) members {
	changed := maps.Clone(m)
	for name, value := range changes {
		changed[name] = value
		if value == nil {
			delete(changed, name)
		}
	}
	return changed
}

func (m members) String() string {
	text, _ := json.Marshal(m) // the members in tests always have a JSON form
	return string(text)
}

// tokenWith returns the usual token, issued at noon and unsigned, with the given changes to its claims.
func tokenWith(changes members) string {
	return unsigned(usualHeader, members{
		"iss": "https://demodb.my.erp.net/id", "client_id": "my.trusted.app/service",
		"aud": []string{"DomainAPI"}, "scope": []string{"read"},
		"iat": noon.Unix(), "nbf": noon.Unix(), "exp": noon.Add(time.Hour).Unix(),
	}.with(changes).String())
}

const usualHeader = `{"alg":"RS256","kid":"5B27920E653DD7AC67D2F64B32A17992","typ":"at+jwt"}`

func unsigned(header, payload string) string {
	encode := base64.RawURLEncoding.EncodeToString
	return encode([]byte(header)) + "." + encode([]byte(payload)) + "." + encode([]byte("not a signature"))
}

// grantOf returns a token response with the given changes to its members.
func grantOf(token string, changes members) string {
	usual := members{"access_token": token, "expires_in": 3600, "token_type": "Bearer", "scope": "read"}
	return usual.with(changes).String()
}

// response is what a scripted server sends.
type response struct {
	status int
	header map[string]string
	body   string
}

// server is a transport that selects the response by the end of the path, and responds to anything else with 404.
type server map[string]response

func (s server) RoundTrip(r *http.Request) (*http.Response, error) {
	sent := response{status: 404}
	for end, scripted := range s {
		if strings.HasSuffix(r.URL.Path, end) {
			sent = scripted
		}
	}
	header := http.Header{}
	for name, value := range sent.header {
		header.Set(name, value)
	}
	body := io.NopCloser(strings.NewReader(sent.body))
	return &http.Response{StatusCode: sent.status, Header: header, Body: body}, nil
}

// askAtNoon requests a token at noon from a server that sends the given response.
func askAtNoon(r TokenRequest, sent response) (*Token, *erpnet.Error) {
	options := erpnet.Options{Transport: server{"/connect/token": sent}, Now: func() time.Time { return noon }}
	token, err := NewService(erpnet.NewClient(options)).RequestToken(context.Background(), r)
	return token, erpnet.AsError(err)
}

// lab is a simulated instance, a service, and the clock that both share.
type lab struct {
	*erpnettest.Server
	service *Service
	request TokenRequest

	mu    sync.Mutex
	clock time.Time
}

func newLab(t testing.TB) *lab {
	t.Helper()
	l := &lab{Server: erpnettest.NewServer(), clock: noon}
	t.Cleanup(l.Close)
	l.SetClock(func() time.Time { return l.pass(0) })
	l.service = NewService(erpnet.NewClient(erpnet.Options{Now: func() time.Time { return l.pass(0) }}))
	instance, err := erpnet.ParseInstance(l.URL)
	wantError(t, err, "")
	l.request = TokenRequest{Instance: instance, Credentials: Credentials{
		ClientID: erpnettest.SampleApplication().ApplicationUri, Secret: erpnet.NewSecret(erpnettest.SampleSecret),
	}}
	return l
}

// pass advances the clock and returns the new time.
func (l *lab) pass(d time.Duration) time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.clock = l.clock.Add(d)
	return l.clock
}

// verify requests a token and returns the failed checks of the token and of what the identity service publishes.
func (l *lab) verify(t testing.TB) []Finding {
	t.Helper()
	token, failed := l.service.RequestToken(context.Background(), l.request)
	if token == nil {
		t.Fatal(failed)
	}
	return l.failures(token)
}

func (l *lab) failures(token *Token) []Finding {
	published := l.service.Published(context.Background(), l.request.Instance)
	v := Verification{Service: l.service, Request: l.request, Token: token, Published: published}
	signature, _ := v.Signature(context.Background())
	findings := slices.Concat([]Finding{published.Document, published.Keys}, v.Claims(), signature)
	return slices.DeleteFunc(findings, func(f Finding) bool { return f.Status != Failed })
}

func wantFailed(t testing.TB, failures []Finding, names ...string) {
	t.Helper()
	var got []string
	for _, finding := range failures {
		got = append(got, finding.Name)
	}
	if !slices.Equal(got, names) {
		t.Errorf("failed are %q, want %q", got, names)
	}
}

// wantKind fails the test unless the error has the given kind. An empty kind expects no error.
func wantKind(t testing.TB, err error, kind erpnet.Kind) {
	t.Helper()
	got := erpnet.Kind("")
	if failed := erpnet.AsError(err); failed != nil {
		got = failed.Kind
	}
	if got != kind {
		t.Errorf("got %q, want %q: %v", got, kind, err)
	}
}

// wantError fails the test unless the error contains the given text. An empty text expects no error.
func wantError(t testing.TB, err error, text string) {
	t.Helper()
	switch {
	case text == "" && err != nil:
		t.Errorf("unexpected error: %v", err)
	case text != "" && (err == nil || !strings.Contains(err.Error(), text)):
		t.Errorf("got the error %v, want one with %q", err, text)
	}
}
