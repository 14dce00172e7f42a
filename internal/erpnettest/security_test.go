// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

import (
	"net/http"
	"strings"
	"testing"
)

func TestSecurityNamespaceCanBeClosed(t *testing.T) {
	for name, test := range map[string]struct {
		configure   func(*Settings)
		scope       string
		read, write int
		body        string // in what is refused
	}{
		"allowed":                   {func(*Settings) {}, "read update", 200, 204, ""},
		"allowed, to read":          {func(*Settings) {}, "read", 200, 403, ""},
		"allowed, update alone":     {func(*Settings) {}, "update", 200, 204, ""},
		"read-only":                 {func(s *Settings) { s.SecurityAccess = SecurityReadOnly }, "read update", 200, 403, ""},
		"refused":                   {func(s *Settings) { s.SecurityAccess = SecurityRefused }, "read update", 403, 403, ""},
		"refused with 500":          {func(s *Settings) { s.SecurityAccess, s.SecurityRefusalStatus = SecurityRefused, 500 }, "read update", 500, 500, "security namespace is denied"},
		"refused, with sec":         {func(s *Settings) { s.SecurityAccess = SecurityRefused }, "read update sec", 200, 204, ""},
		"refused, with sec to read": {func(s *Settings) { s.SecurityAccess = SecurityRefused }, "read sec", 200, 403, ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := newServer(t)
			s.Configure(test.configure)
			s.ChangeApplication(SampleApplication().ApplicationUri, func(app *TrustedApplication) { app.Scope = test.scope })
			token := sampleToken(t, s)
			paths := []string{trustedApplications + "(" + s.Applications()[0].Id + ")"}
			for _, path := range paths {
				for method, want := range map[string]int{http.MethodGet: test.read, http.MethodPatch: test.write} {
					body := ""
					if method == http.MethodPatch {
						body = `{}`
					}
					got := send(t, s, token, method, path, body)
					if got.status != want || !strings.Contains(got.body, test.body) || want == 403 && got.body != "" {
						t.Errorf("%s %s: status %d: %s", method, path, got.status, got.body)
					}
				}
			}
			if got := send(t, s, token, http.MethodDelete, trustedApplications+"("+customerID(0)+")", ""); test.write != 204 && got.status != test.write {
				t.Errorf("DELETE: status %d", got.status)
			}
			if got := callAPI(t, s, token, salesCustomers+"?$top=1"); got.status != 200 {
				t.Errorf("customers: status %d", got.status)
			}
		})
	}
}

func TestOtherSetsAreReadOnlyHere(t *testing.T) {
	s := newServer(t)
	token := sampleToken(t, s)
	for method, path := range map[string]string{
		http.MethodPost:   salesCustomers,
		http.MethodPatch:  salesCustomers + "(" + customerID(0) + ")",
		http.MethodDelete: salesCustomers + "(" + customerID(0) + ")",
		http.MethodPut:    trustedApplications + "(" + s.Applications()[0].Id + ")",
	} {
		if got := send(t, s, token, method, path, `{}`); got.status != http.StatusMethodNotAllowed || !strings.HasPrefix(got.header.Get("Allow"), "GET, HEAD") {
			t.Errorf("%s: status %d", method, got.status)
		}
	}
}
