// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package statuspage

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

// send sends a body to the control, as a test program does. A header is written
// like "Origin: http://example.com".
func send(
	t *testing.T, instance *erpnettest.Server, method, path, body string, headers ...string,
) *httptest.ResponseRecorder {
	t.Helper()
	request := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body))
	request.Host = "127.0.0.1:8444"
	for _, header := range headers {
		name, value, _ := strings.Cut(header, ": ")
		request.Header.Set(name, value)
	}
	got := httptest.NewRecorder()
	Handler(instance, testConfig).ServeHTTP(got, request)
	return got
}

func TestFaultsAreSetListedAndCleared(t *testing.T) {
	instance := newInstance(t)
	const fault = `{"endpoint": "token", "what": "status", "status": 503, "times": 2}`
	got := send(t, instance, http.MethodPost, "/faults", fault)
	if got.Code != http.StatusCreated || !strings.Contains(got.Body.String(), `"status": 503`) {
		t.Errorf("status %d: %s", got.Code, got.Body)
	}
	const two = `[{"what": "hang", "endpoint": "keys"}, {"what": "html", "endpoint": "api"}]`
	send(t, instance, http.MethodPost, "/faults", two)
	askForToken(t, instance, "x", "y")
	var faults []map[string]any
	if err := json.Unmarshal(send(t, instance, http.MethodGet, "/faults", "").Body.Bytes(), &faults); err != nil {
		t.Fatal(err)
	}
	if len(faults) != 3 || faults[0]["struck"] != 1.0 || faults[1]["endpoint"] != "keys" ||
		faults[2]["what"] != "html" {
		t.Errorf("%v", faults)
	}
	if got := send(t, instance, http.MethodDelete, "/faults", ""); got.Code != http.StatusNoContent {
		t.Errorf("status %d", got.Code)
	}
	if got := send(t, instance, http.MethodGet, "/faults", ""); strings.TrimSpace(got.Body.String()) != "[]" {
		t.Errorf("left: %s", got.Body)
	}
	send(t, instance, http.MethodPost, "/faults", `{"what": "hang"}`)
	got = send(t, instance, http.MethodPost, "/faults/clear", "")
	if got.Code != http.StatusSeeOther || got.Header().Get("Location") != "/" || len(instance.Faults()) != 0 {
		t.Errorf("status %d, left: %v", got.Code, instance.Faults())
	}
}

func TestMistakesInFaultsGetTheValidWords(t *testing.T) {
	instance := newInstance(t)
	for body, want := range map[string]string{
		`{"what": "hung"}`: `"what" is "hung": it must be one of bad-signature`,
		`[{"what": "hang"}, {"what": "hang", "endpoint": "all"}]`: `"endpoint" is "all": it must be one of any, api`,
		`not JSON`:                       `a fault is a JSON object such as`,
		strings.Repeat(" ", maxFaults+1): "request body too large",
	} {
		got := send(t, instance, http.MethodPost, "/faults", body)
		if got.Code != http.StatusBadRequest || !strings.Contains(got.Body.String(), want) ||
			len(instance.Faults()) != 0 {
			t.Errorf("status %d: %s", got.Code, got.Body)
		}
	}
}

func TestRequestsAreListedAndForgotten(t *testing.T) {
	instance := newInstance(t)
	sample := erpnettest.SampleApplication()
	readCustomers(t, instance, askForToken(t, instance, sample.ApplicationUri, erpnettest.SampleSecret))
	var requests []erpnettest.RecentRequest
	if err := json.Unmarshal(send(t, instance, http.MethodGet, "/requests", "").Body.Bytes(), &requests); err != nil {
		t.Fatal(err)
	}
	if len(requests) != 2 || requests[0].Endpoint != erpnettest.DomainAPI ||
		requests[1].ClientID != sample.ApplicationUri {
		t.Errorf("%+v", requests)
	}
	if got := send(t, instance, http.MethodDelete, "/requests", ""); got.Code != http.StatusNoContent {
		t.Errorf("status %d", got.Code)
	}
	if got := send(t, instance, http.MethodGet, "/requests", ""); strings.TrimSpace(got.Body.String()) != "[]" {
		t.Errorf("left: %s", got.Body)
	}
}

func TestControlServesWhatAContainersUserNeeds(t *testing.T) {
	instance := newInstance(t)
	for path, want := range map[string]string{
		"/ca.pem": "the certificate", "/env/sh": "export A=http://127.0.0.1:8444\n", "/healthy": "ready\n",
	} {
		got := send(t, instance, http.MethodGet, path, "")
		if got.Code != http.StatusOK || got.Body.String() != want {
			t.Errorf("%s: status %d: %s", path, got.Code, got.Body)
		}
	}
	if got := send(t, instance, http.MethodGet, "/env/cmd", ""); got.Code != http.StatusNotFound {
		t.Errorf("status %d", got.Code)
	}
}

// Another web site can make a browser send requests here, but nothing changes.
func TestPagesOfOtherSitesChangeNothing(t *testing.T) {
	for name, headers := range map[string][]string{
		"cross-site": {"Sec-Fetch-Site: cross-site"},
		"same-site":  {"Sec-Fetch-Site: same-site"},
		"old":        {"Origin: http://example.com"},
		"hidden":     {"Origin: null"},
	} {
		instance := newInstance(t)
		send(t, instance, http.MethodPost, "/faults", `{"what": "none"}`)
		for path, method := range map[string]string{
			"/faults": http.MethodPost, "/faults/clear": http.MethodPost,
		} {
			got := send(t, instance, method, path, `{"what": "hang"}`, headers...)
			if got.Code != http.StatusForbidden {
				t.Errorf("%s: %s: status %d", name, path, got.Code)
			}
		}
		for _, path := range []string{"/faults", "/requests"} {
			if got := send(t, instance, http.MethodDelete, path, "", headers...); got.Code != http.StatusForbidden {
				t.Errorf("%s: %s: status %d", name, path, got.Code)
			}
		}
		if left := instance.Faults(); len(left) != 1 || left[0].What != "none" {
			t.Errorf("%s: %v", name, left)
		}
	}
	own := []string{"Origin: http://127.0.0.1:8444", "Sec-Fetch-Site: same-origin"}
	if got := send(t, newInstance(t), http.MethodDelete, "/faults", "", own...); got.Code != http.StatusNoContent {
		t.Errorf("the page itself: status %d", got.Code)
	}
}

// No control address reveals a secret, a hash or a token, in whatever form a
// client has sent it.
func TestControlHoldsNoSecret(t *testing.T) {
	instance := newInstance(t)
	const sample = erpnettest.SampleSecret
	token := askForToken(t, instance, erpnettest.SampleApplication().ApplicationUri, sample)
	secrets := []string{sample, erpnettest.SecretHash(sample), erpnettest.SamplePasswordHash, token}
	for _, secret := range secrets {
		for _, before := range []string{"", "=", "&", "|", ".", "-", "[", "?", "x", "%", "%3D"} {
			text := before + secret
			askForToken(t, instance, text, "wrong")
			askForToken(t, instance, url.QueryEscape(text), "wrong")
			do(t, instance, http.MethodGet, instance.URL+"/"+url.PathEscape(text), "", "")
			query := "Crm_Sales_Customers?$filter=" + url.QueryEscape(text)
			do(t, instance, http.MethodGet, instance.DomainAPIURL()+query, token, "")
			readCustomers(t, instance, secret)
		}
	}
	for _, path := range []string{"/", "/status.json", "/requests", "/faults"} {
		body := send(t, instance, http.MethodGet, path, "").Body.String()
		if path != "/faults" && !strings.Contains(body, "(redacted)") {
			t.Errorf("%s: nothing was redacted", path)
		}
		for _, secret := range secrets {
			if strings.Contains(body, secret) {
				t.Errorf("%q is in %s", secret, path)
			}
		}
	}
}
