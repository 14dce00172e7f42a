// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

// observed is what a client sees of one request.
type observed struct {
	status int // 0 when there was no response
	header http.Header
	body   string // as far as it came
}

// observe sends a request, and gives up after a while: for a fault that hangs.
func (r started) observe(t *testing.T, method, path, token, body string) observed {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if strings.Contains(t.Name(), "/hang/") {
		ctx, cancel = context.WithTimeout(ctx, 30*time.Millisecond)
		defer cancel()
	}
	request, err := http.NewRequestWithContext(ctx, method, r.facts.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	client := &http.Client{
		Transport:     &http.Transport{DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	response, err := client.Do(request)
	if err != nil {
		return observed{}
	}
	defer response.Body.Close()
	read, _ := io.ReadAll(response.Body) // an error is what some faults are for
	return observed{response.StatusCode, response.Header, string(read)}
}

// tokenRequest asks for a token of the sample application.
func (r started) tokenRequest(t *testing.T) observed {
	t.Helper()
	form := url.Values{
		"grant_type": {"client_credentials"}, "client_id": {r.facts.ClientID}, "client_secret": {erpnettest.SampleSecret},
	}
	return r.observe(t, http.MethodPost, "/id/connect/token", "", form.Encode())
}

// part is a part of the token in a response: 0 is its header, 1 its claims.
func (o observed) part(n int) string {
	var document struct {
		AccessToken string `json:"access_token"`
	}
	_ = json.Unmarshal([]byte(o.body), &document)
	parts := strings.Split(document.AccessToken, ".")
	if len(parts) < 3 {
		return document.AccessToken
	}
	decoded, _ := base64.RawURLEncoding.DecodeString(parts[n])
	return string(decoded)
}

const customers = "/api/domain/odata/Crm_Sales_Customers?$top=4"

// faultCases have one fault of each kind, and how it shows: at the token endpoint,
// unless the fault names another.
var faultCases = map[string]struct {
	fault  string
	status int    // 0 is no response
	part   string // of the body, of the header Location or Retry-After, or of the token's claims
}{
	"status":          {`{"endpoint": "token", "what": "status", "status": 503, "retry_after": 600}`, 503, "600"},
	"oauth-error":     {`{"endpoint": "token", "what": "oauth-error", "error": "invalid_scope", "status": 401}`, 401, "invalid_scope"},
	"domain-error":    {`{"endpoint": "api", "what": "domain-error", "code": 2129, "message": "No."}`, 500, `"code":2129`},
	"no-licence":      {`{"endpoint": "api", "what": "no-licence"}`, 503, `"code":8`},
	"no-licence-text": {`{"endpoint": "api", "what": "no-licence-text"}`, 500, "simultaneously connected users"},
	"problem":         {`{"endpoint": "api", "what": "problem", "status": 422, "message": "Odd."}`, 422, `"detail":"Odd."`},
	"odata-error":     {`{"endpoint": "api", "what": "odata-error", "message": "Odd."}`, 500, `"value":"Odd."`},
	"empty-body":      {`{"endpoint": "token", "what": "empty-body"}`, 200, ""},
	"invalid-json":    {`{"endpoint": "token", "what": "invalid-json"}`, 200, ",,"},
	"field":           {`{"endpoint": "token", "what": "field", "name": "expires_in", "value": "soon"}`, 200, `"expires_in":"soon"`},
	"without-field":   {`{"endpoint": "token", "what": "without-field", "name": "expires_in"}`, 200, `"access_token"`},
	"hidden-records":  {`{"endpoint": "api", "what": "hidden-records"}`, 200, `"value":[]`},
	"none":            {`{"endpoint": "token", "what": "none"}`, 200, `"access_token"`},

	"html":              {`{"endpoint": "token", "what": "html", "status": 521}`, 521, "<h1>Web Server Is Down</h1>"},
	"redirect":          {`{"endpoint": "token", "what": "redirect", "location": "/elsewhere"}`, 302, "/elsewhere"},
	"login-redirect":    {`{"endpoint": "api", "what": "login-redirect"}`, 302, "/id/Account/Login"},
	"foreign-links":     {`{"endpoint": "api", "what": "foreign-links", "url": "http://erp.internal"}`, 200, "http://erp.internal/api"},
	"response-replaced": {`{"endpoint": "token", "what": "response-replaced", "status": 520}`, 520, "Unknown Error"},

	"latency":       {`{"endpoint": "token", "what": "latency", "delay": "1ms"}`, 200, `"access_token"`},
	"slow-body":     {`{"endpoint": "token", "what": "slow-body", "delay": "1us"}`, 200, `"access_token"`},
	"hang":          {`{"endpoint": "token", "what": "hang"}`, 0, ""},
	"reset":         {`{"endpoint": "token", "what": "reset"}`, 0, ""},
	"disconnect":    {`{"endpoint": "token", "what": "disconnect"}`, 0, ""},
	"cut":           {`{"endpoint": "token", "what": "cut"}`, 200, `{`},
	"response-lost": {`{"endpoint": "token", "what": "response-lost"}`, 0, ""},

	"expired":         {`{"what": "expired"}`, 200, `"exp":`},
	"not-yet-valid":   {`{"what": "not-yet-valid"}`, 200, `"exp":`},
	"extreme-dates":   {`{"what": "extreme-dates"}`, 200, `"exp":253402300799`},
	"wrong-issuer":    {`{"what": "wrong-issuer"}`, 200, `"iss":"https://other.my.erp.net/id"`},
	"wrong-audience":  {`{"what": "wrong-audience"}`, 200, `"aud":["TableAPI"]`},
	"wrong-client":    {`{"what": "wrong-client"}`, 200, `"client_id":"another.trusted.app/service"`},
	"bad-signature":   {`{"what": "bad-signature"}`, 200, `"iss"`},
	"foreign-key":     {`{"what": "foreign-key"}`, 200, `"iss"`},
	"unknown-key":     {`{"what": "unknown-key"}`, 200, `"iss"`},
	"no-key-id":       {`{"what": "no-key-id"}`, 200, `"iss"`},
	"opaque":          {`{"what": "opaque"}`, 200, "enrt_"},
	"duplicate-claim": {`{"what": "duplicate-claim", "name": "aud", "value": 7}`, 200, `"aud":7}`},
	"claim":           {`{"what": "claim", "name": "client_db", "value": {"a": 1}}`, 200, `"client_db":{"a":1}`},
	"without-claim":   {`{"what": "without-claim", "name": "jti"}`, 200, `"iss"`},
	"scopes":          {`{"what": "scopes", "scopes": ["read"]}`, 200, `"scope":["read"]`},
}

// Each fault can be set by -fault, by a file and at the control address, and
// strikes as often as it says.
func TestEveryFaultCanBeSetInEveryWay(t *testing.T) {
	for _, what := range erpnettest.FaultKinds() {
		if _, tested := faultCases[what]; !tested {
			t.Errorf("%s is not tested", what)
		}
	}
	for what, test := range faultCases {
		once := strings.TrimSuffix(test.fault, "}") + `, "times": 1}`
		for way, start := range map[string]func(t *testing.T) started{
			"flag": func(t *testing.T) started { return start(t, "-tls=false", "-fault", once) },
			"file": func(t *testing.T) started { return start(t, "-tls=false", "-fault", writeFile(t, once)) },
			"control": func(t *testing.T) started {
				r := start(t, "-tls=false")
				if got := r.control(t, http.MethodPost, "faults", once); got.status != http.StatusCreated {
					t.Fatalf("status %d: %s", got.status, got.body)
				}
				return r
			},
		} {
			t.Run(what+"/"+way, func(t *testing.T) { start(t).expectFault(t, test.fault, test.status, test.part) })
		}
	}
}

// expectFault makes the request that a fault is for, and another one after it.
func (r started) expectFault(t *testing.T, fault string, status int, part string) {
	t.Helper()
	request := func() observed { return r.tokenRequest(t) }
	if strings.Contains(fault, `"api"`) {
		var document map[string]any
		if err := json.Unmarshal([]byte(r.tokenRequest(t).body), &document); err != nil {
			t.Fatal(err)
		}
		token := fmt.Sprint(document["access_token"])
		request = func() observed { return r.observe(t, http.MethodGet, customers, token, "") }
	}
	got := request()
	seen := got.body + got.part(0) + got.part(1) + got.header.Get("Location") + got.header.Get("Retry-After")
	if got.status != status || !strings.Contains(seen, part) {
		t.Errorf("status %d, %q is missing: %s", got.status, part, seen)
	}
	if after := request(); after.status != http.StatusOK || !strings.Contains(after.body, "{") {
		t.Errorf("afterwards: status %d: %s", after.status, after.body)
	}
	if left := strings.TrimSpace(r.control(t, http.MethodGet, "faults", "").body); left != "[]" {
		t.Errorf("still in force: %s", left)
	}
	// The mock may notice later than the next request that a client has left.
	for deadline := time.Now().Add(10 * time.Second); !r.hasStruck(t, fault); {
		if time.Now().After(deadline) {
			t.Fatal("no request has the fault")
		}
	}
}

// hasStruck tells whether one request of the list, and no other, has the fault.
func (r started) hasStruck(t *testing.T, fault string) bool {
	t.Helper()
	var requests []erpnettest.RecentRequest
	if err := json.Unmarshal([]byte(r.control(t, http.MethodGet, "requests", "").body), &requests); err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, request := range requests {
		if request.Fault != "" && strings.Contains(fault, `"`+request.Fault+`"`) {
			n++
		}
	}
	return n == 1
}

// control sends a request to the control address.
func (r started) control(t *testing.T, method, path, body string) observed {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, r.facts.StatusURL+path, bytes.NewBufferString(body))
	if err != nil {
		t.Fatal(err)
	}
	response, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	read, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return observed{response.StatusCode, response.Header, string(read)}
}

func TestMistakesInFaultsAreNamed(t *testing.T) {
	for value, want := range map[string]string{
		`{"what": "hung"}`: `-fault: "what" is "hung": it must be one of bad-signature`,
		`[{"what": "hang", "endpoint": "everything"}]`: `-fault: "endpoint" is "everything": it must be one of any, api`,
		`no-such-file.json`:                            "-fault: open no-such-file.json",
		writeFile(t, `{"what": "hang"`):                "a fault is a JSON object such as",
	} {
		err := run(t.Context(), []string{"-fault", value}, io.Discard, io.Discard)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: error %v", value, err)
		}
	}
}

func TestFaultsOfManyFlagsQueueUp(t *testing.T) {
	all := `[{"what": "status", "status": 418, "endpoint": "token", "times": 1}, {"what": "reset", "endpoint": "keys"}]`
	file := filepath.Join(t.TempDir(), "faults.json")
	if err := os.WriteFile(file, []byte(all), 0o600); err != nil {
		t.Fatal(err)
	}
	r := start(t, "-tls=false", "-fault", file, "-fault", `{"what": "status", "status": 419, "endpoint": "token", "times": 1}`)
	for _, want := range []int{418, 419, 200} {
		if got := r.tokenRequest(t); got.status != want {
			t.Errorf("status %d, want %d", got.status, want)
		}
	}
}
