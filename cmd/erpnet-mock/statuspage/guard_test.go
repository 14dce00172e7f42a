// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package statuspage

import (
	"net/http"
	"strings"
	"testing"
)

func TestOnlyTheNamesOfThisMachineAreAnswered(t *testing.T) {
	instance := newInstance(t)
	for host, want := range map[string]int{
		"localhost":             200,
		"LOCALHOST:8080":        200,
		"127.0.0.1:8080":        200,
		"127.1.2.3":             200,
		"[::1]":                 200,
		"[::1]:8080":            200,
		"erpnet-mock":           200, // the host of -url
		"ERPNET-MOCK:8444":      200,
		"erpnet-mock.example":   403,
		"":                      403,
		"example.com":           403,
		"example.com:8080":      403,
		"localhost.example.com": 403,
		"127.0.0.1.example.com": 403,
		"192.0.2.1:8080":        403,
		"0.0.0.0:8080":          403,
		"[2001:db8::1]:8080":    403,
		"example.com@127.0.0.1": 403,
		"127.0.0.1:80:80":       403,
	} {
		for _, path := range []string{"/", "/status.json", "/script.js", "/faults", "/env/sh", "/nowhere"} {
			got := ask(t, instance, http.MethodGet, host, path)
			expected := want
			if want == 200 && path == "/nowhere" {
				expected = 404
			}
			if got.Code != expected || want == 403 && strings.Contains(got.Body.String(), instance.URL) {
				t.Errorf("Host %q, %s: status %d", host, path, got.Code)
			}
		}
	}
}

func TestNothingCanBeChanged(t *testing.T) {
	instance := newInstance(t)
	for method, want := range map[string]int{
		"GET": 200, "HEAD": 200, "POST": 405, "PUT": 405, "DELETE": 405, "OPTIONS": 405,
	} {
		for _, path := range []string{"/", "/status.json", "/style.css", "/narrow.css", "/script.js", "/icon.svg"} {
			if got := ask(t, instance, method, "localhost", path); got.Code != want {
				t.Errorf("%s %s: status %d", method, path, got.Code)
			}
		}
	}
}

func TestPageLoadsNothingFromElsewhere(t *testing.T) {
	instance := newInstance(t)
	for path, contentType := range map[string]string{
		"/":            "text/html; charset=utf-8",
		"/status.json": "application/json; charset=utf-8",
		"/style.css":   "text/css; charset=utf-8",
		"/narrow.css":  "text/css; charset=utf-8",
		"/script.js":   "text/javascript; charset=utf-8",
		"/icon.svg":    "image/svg+xml",
	} {
		response := ask(t, instance, http.MethodGet, "localhost", path)
		header := response.Header()
		if header.Get("Content-Type") != contentType || header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: headers %v", path, header)
		}
		if header.Get("Cache-Control") != "no-store" ||
			header.Get("Cross-Origin-Resource-Policy") != "same-origin" ||
			header.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s: headers %v", path, header)
		}
		policy := header.Get("Content-Security-Policy")
		for _, part := range []string{
			"default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'",
		} {
			if !strings.Contains(policy, part) {
				t.Errorf("%s: %s is not in the policy %q", path, part, policy)
			}
		}
		if strings.Contains(policy, "unsafe") || strings.Contains(policy, "*") || strings.Contains(policy, "http") {
			t.Errorf("%s: policy %q", path, policy)
		}
		body := strings.ReplaceAll(response.Body.String(), "http://www.w3.org/2000/svg", "")
		body = strings.ReplaceAll(body, instance.URL, "")
		for _, foreign := range []string{"http:", "https:", "//cdn", "@import", "url("} {
			if strings.Contains(body, foreign) {
				t.Errorf("%s holds %q", path, foreign)
			}
		}
	}
}
