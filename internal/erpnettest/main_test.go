// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// testInstance is a server and its client. The client has an access token of
// the sample application from its first call on.
type testInstance struct {
	*Server
	t     *testing.T
	token string
}

// newInstance starts an instance that closes when the test ends.
func newInstance(t *testing.T, configure ...func(*Settings)) *testInstance {
	t.Helper()
	return start(t, NewUnstartedServer(), configure...)
}

func start(t *testing.T, s *Server, configure ...func(*Settings)) *testInstance {
	t.Helper()
	for _, change := range configure {
		s.Configure(change)
	}
	s.Start()
	t.Cleanup(s.Close)
	return &testInstance{Server: s, t: t}
}

// frozen is a fixed moment, in UTC and in whole seconds.
var frozen = time.Date(2026, 3, 14, 9, 26, 53, 0, time.UTC)

// freeze stops the clock at a time after frozen.
func (i *testInstance) freeze(after time.Duration) {
	i.SetClock(func() time.Time { return frozen.Add(after) })
}

func (i *testInstance) changeSample(change func(*TrustedApplication)) {
	i.ChangeApplication(SampleApplication().ApplicationUri, change)
}

// samplePath is the sample application in the Domain API.
func (i *testInstance) samplePath() string {
	app, _ := i.registry.client(SampleApplication().ApplicationUri, false)
	return trustedApplications + "(" + app.Id + ")"
}

// reply is a response that may not have been read to its end.
type reply struct {
	status  int
	header  http.Header
	body    string
	readErr error
}

// expect checks the status and that the body contains part.
func (r reply) expect(t *testing.T, status int, part string) {
	t.Helper()
	if r.status != status || !strings.Contains(r.body, part) {
		t.Errorf("status %d, want %d, with %q in the body: %s", r.status, status, part, r.body)
	}
}

// object returns the body, which must be a JSON object.
func (r reply) object(t *testing.T) map[string]any {
	t.Helper()
	var object map[string]any
	decode(t, r.body, &object)
	return object
}

func decode(t *testing.T, text string, into any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), into); err != nil {
		t.Fatalf("%v in %q", err, text)
	}
}

func newRequest(t *testing.T, method, address, body string) *http.Request {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	return request
}

// try sends a request that may fail.
func (i *testInstance) try(request *http.Request) (reply, error) {
	client := *i.Client()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	response, err := client.Do(request)
	if err != nil {
		return reply{}, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return reply{response.StatusCode, response.Header, string(body), err}, nil
}

func (i *testInstance) do(request *http.Request) reply {
	i.t.Helper()
	got, err := i.try(request)
	if err = errors.Join(err, got.readErr); err != nil {
		i.t.Fatalf("%s %s: %v", request.Method, request.URL.Path, err)
	}
	return got
}

func (i *testInstance) get(address string) reply {
	i.t.Helper()
	return i.do(newRequest(i.t, http.MethodGet, address, ""))
}

// tokenRequest returns a token request for the sample application. The edits
// are names and values of parameters in turn; the value "-" removes a
// parameter.
func (i *testInstance) tokenRequest(edits ...string) *http.Request {
	i.t.Helper()
	form := url.Values{
		"grant_type":    {"client_credentials"},
		"client_id":     {SampleApplication().ApplicationUri},
		"client_secret": {SampleSecret},
	}
	for edit := range slices.Chunk(edits, 2) {
		form.Set(edit[0], edit[1])
		if edit[1] == "-" {
			form.Del(edit[0])
		}
	}
	request := newRequest(i.t, http.MethodPost, i.IdentityURL()+"/connect/token", form.Encode())
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return request
}

// tokenResponse is the JSON of the token endpoint: a token or an error.
type tokenResponse struct {
	AccessToken      string  `json:"access_token"`
	ExpiresIn        int64   `json:"expires_in"`
	TokenType        string  `json:"token_type"`
	Scope            string  `json:"scope"`
	Error            string  `json:"error"`
	ErrorDescription *string `json:"error_description"`

	reply reply
}

func (i *testInstance) askForToken(edits ...string) tokenResponse {
	i.t.Helper()
	got := tokenResponse{reply: i.do(i.tokenRequest(edits...))}
	decode(i.t, got.reply.body, &got)
	return got
}

func (i *testInstance) newToken() string {
	i.t.Helper()
	got := i.askForToken()
	if got.AccessToken == "" {
		i.t.Fatalf("no token: status %d, error %q", got.reply.status, got.Error)
	}
	return got.AccessToken
}

// verify verifies a token with the JWKS that the instance publishes.
func (i *testInstance) verify(token string) (header jose.Header, claims map[string]any, err error) {
	i.t.Helper()
	var keys jose.JSONWebKeySet
	decode(i.t, i.get(i.IdentityURL()+"/.well-known/openid-configuration/jwks").body, &keys)
	parsed, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		return jose.Header{}, nil, err
	}
	header = parsed.Signatures[0].Protected
	payload, err := parsed.Verify(keys)
	if err != nil {
		return header, nil, err
	}
	decode(i.t, string(payload), &claims)
	return header, claims, nil
}

// apiRequest returns a Domain API request, with or without a JSON body.
func (i *testInstance) apiRequest(method, path, body string) *http.Request {
	i.t.Helper()
	if i.token == "" {
		i.token = i.newToken()
	}
	request := newRequest(i.t, method, i.DomainAPIURL()+path, body)
	request.Header.Set("Authorization", "Bearer "+i.token)
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	return request
}

func (i *testInstance) call(method, path, body string) reply {
	i.t.Helper()
	return i.do(i.apiRequest(method, path, body))
}

func (i *testInstance) read(path string) reply {
	i.t.Helper()
	return i.call(http.MethodGet, path, "")
}

// readWith reads the customers with another token.
func (i *testInstance) readWith(token string) reply {
	i.t.Helper()
	request := newRequest(i.t, http.MethodGet, i.DomainAPIURL()+salesCustomers+"?$top=1", "")
	request.Header.Set("Authorization", "Bearer "+token)
	return i.do(request)
}

// entityPage is a page of the Domain API.
type entityPage struct {
	Context string           `json:"@odata.context"`
	Count   *int             `json:"@odata.count"`
	Next    string           `json:"@odata.nextLink"`
	Value   []map[string]any `json:"value"`
}

func (i *testInstance) readPage(path string) (p entityPage) {
	i.t.Helper()
	got := i.read(path)
	got.expect(i.t, http.StatusOK, "")
	decode(i.t, got.body, &p)
	return p
}
