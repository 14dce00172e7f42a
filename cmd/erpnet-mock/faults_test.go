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
	status int // 0 if there was no response
	header http.Header
	body   string // what was received of it
}

// observe sends a request, and gives up on a fault that hangs.
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
	read, _ := io.ReadAll(response.Body) // some faults cause an error here on purpose
	return observed{response.StatusCode, response.Header, string(read)}
}

// tokenRequest asks for a token of the sample application.
func (r started) tokenRequest(t *testing.T) observed {
	t.Helper()
	form := url.Values{
		"grant_type": {"client_credentials"}, "client_id": {r.facts.ClientID},
		"client_secret": {erpnettest.SampleSecret},
	}
	return r.observe(t, http.MethodPost, "/id/connect/token", "", form.Encode())
}

// part returns a part of the token in a response: 0 is its header, 1 its
// claims.
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

// faultCases has one fault of each kind and its visible effect. The request
// goes to the token endpoint unless the fault names another.
var faultCases = map[string]struct {
	fault  string
	status int    // 0 means no response
	part   string // a part of the body, of the header Location or Retry-After, or of the token's claims
}{
	"status": {
		fault:  `{"endpoint": "token", "what": "status", "status": 503, "retry_after": 600}`,
		status: 503, part: "600",
	},
	"oauth-error": {
		fault:  `{"endpoint": "token", "what": "oauth-error", "error": "invalid_scope", "status": 401}`,
		status: 401, part: "invalid_scope",
	},
	"domain-error": {
		fault:  `{"endpoint": "api", "what": "domain-error", "code": 2129, "message": "No."}`,
		status: 500, part: `"code":2129`,
	},
	"no-licence": {fault: `{"endpoint": "api", "what": "no-licence"}`, status: 503, part: `"code":8`},
	"no-licence-text": {
		fault:  `{"endpoint": "api", "what": "no-licence-text"}`,
		status: 500, part: "simultaneously connected users",
	},
	"problem": {
		fault:  `{"endpoint": "api", "what": "problem", "status": 422, "message": "Odd."}`,
		status: 422, part: `"detail":"Odd."`,
	},
	"odata-error": {
		fault:  `{"endpoint": "api", "what": "odata-error", "message": "Odd."}`,
		status: 500, part: `"value":"Odd."`,
	},
	"empty-body":   {fault: `{"endpoint": "token", "what": "empty-body"}`, status: 200},
	"invalid-json": {fault: `{"endpoint": "token", "what": "invalid-json"}`, status: 200, part: ",,"},
	"field": {
		fault:  `{"endpoint": "token", "what": "field", "name": "expires_in", "value": "soon"}`,
		status: 200, part: `"expires_in":"soon"`,
	},
	"without-field": {
		fault:  `{"endpoint": "token", "what": "without-field", "name": "expires_in"}`,
		status: 200, part: `"access_token"`,
	},
	"hidden-records": {fault: `{"endpoint": "api", "what": "hidden-records"}`, status: 200, part: `"value":[]`},
	"none":           {fault: `{"endpoint": "token", "what": "none"}`, status: 200, part: `"access_token"`},

	"html": {
		fault:  `{"endpoint": "token", "what": "html", "status": 521}`,
		status: 521, part: "<h1>Web Server Is Down</h1>",
	},
	"redirect": {
		fault:  `{"endpoint": "token", "what": "redirect", "location": "/elsewhere"}`,
		status: 302, part: "/elsewhere",
	},
	"login-redirect": {
		fault:  `{"endpoint": "api", "what": "login-redirect"}`,
		status: 302, part: "/id/Account/Login",
	},
	"foreign-links": {
		fault:  `{"endpoint": "api", "what": "foreign-links", "url": "http://erp.internal"}`,
		status: 200, part: "http://erp.internal/api",
	},
	"response-replaced": {
		fault:  `{"endpoint": "token", "what": "response-replaced", "status": 520}`,
		status: 520, part: "Unknown Error",
	},

	"latency": {
		fault:  `{"endpoint": "token", "what": "latency", "delay": "1ms"}`,
		status: 200, part: `"access_token"`,
	},
	"slow-body": {
		fault:  `{"endpoint": "token", "what": "slow-body", "delay": "1us"}`,
		status: 200, part: `"access_token"`,
	},
	"hang":          {fault: `{"endpoint": "token", "what": "hang"}`, status: 0},
	"reset":         {fault: `{"endpoint": "token", "what": "reset"}`, status: 0},
	"disconnect":    {fault: `{"endpoint": "token", "what": "disconnect"}`, status: 0},
	"cut":           {fault: `{"endpoint": "token", "what": "cut"}`, status: 200, part: `{`},
	"response-lost": {fault: `{"endpoint": "token", "what": "response-lost"}`, status: 0},

	"expired":       {fault: `{"what": "expired"}`, status: 200, part: `"exp":`},
	"not-yet-valid": {fault: `{"what": "not-yet-valid"}`, status: 200, part: `"exp":`},
	"lifetime":      {fault: `{"what": "lifetime", "lifetime": "60s"}`, status: 200, part: `"expires_in":60`},
	"extreme-dates": {fault: `{"what": "extreme-dates"}`, status: 200, part: `"exp":253402300799`},
	"wrong-issuer": {
		fault:  `{"what": "wrong-issuer"}`,
		status: 200, part: `"iss":"https://other.my.erp.net/id"`,
	},
	"wrong-audience": {fault: `{"what": "wrong-audience"}`, status: 200, part: `"aud":["TableAPI"]`},
	"wrong-client": {
		fault:  `{"what": "wrong-client"}`,
		status: 200, part: `"client_id":"another.trusted.app/service"`,
	},
	"bad-signature": {fault: `{"what": "bad-signature"}`, status: 200, part: `"iss"`},
	"foreign-key":   {fault: `{"what": "foreign-key"}`, status: 200, part: `"iss"`},
	"unknown-key":   {fault: `{"what": "unknown-key"}`, status: 200, part: `"iss"`},
	"no-key-id":     {fault: `{"what": "no-key-id"}`, status: 200, part: `"iss"`},
	"opaque":        {fault: `{"what": "opaque"}`, status: 200, part: "enrt_"},
	"duplicate-claim": {
		fault:  `{"what": "duplicate-claim", "name": "aud", "value": 7}`,
		status: 200, part: `"aud":7}`,
	},
	"claim": {
		fault:  `{"what": "claim", "name": "client_db", "value": {"a": 1}}`,
		status: 200, part: `"client_db":{"a":1}`,
	},
	"without-claim": {fault: `{"what": "without-claim", "name": "jti"}`, status: 200, part: `"iss"`},
	"scopes":        {fault: `{"what": "scopes", "scopes": ["read"]}`, status: 200, part: `"scope":["read"]`},
}

// Each fault can be set with -fault, with a file and at the control address,
// and strikes as often as it says.
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

// expectFault sends the request that a fault is for, and then another one.
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
	// The mock may notice that a client has gone only after its next request.
	for deadline := time.Now().Add(10 * time.Second); !r.hasStruck(t, fault); {
		if time.Now().After(deadline) {
			t.Fatal("no request has the fault")
		}
	}
}

// hasStruck reports whether exactly one request in the list has the fault.
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
		`{"what": "hung"}`:                      `-fault: "what" is "hung": it must be one of bad-signature`,
		`[{"what": "hang", "endpoint": "all"}]`: `-fault: "endpoint" is "all": it must be one of any, api`,
		`no-such-file.json`:                     "-fault: open no-such-file.json",
		writeFile(t, `{"what": "hang"`):         "a fault is a JSON object such as",
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
	another := `{"what": "status", "status": 419, "endpoint": "token", "times": 1}`
	r := start(t, "-tls=false", "-fault", file, "-fault", another)
	for _, want := range []int{418, 419, 200} {
		if got := r.tokenRequest(t); got.status != want {
			t.Errorf("status %d, want %d", got.status, want)
		}
	}
}
