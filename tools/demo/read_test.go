// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const accessToken = "header.payload.signature"

// readFrom runs the reader against a TLS server and returns what it left, and the reader's error.
func readFrom(t *testing.T, answer http.HandlerFunc) (result, error) {
	t.Helper()
	server := httptest.NewTLSServer(answer)
	t.Cleanup(server.Close)
	dir := t.TempDir()
	caFile := filepath.Join(dir, "ca.pem")
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	if err := os.WriteFile(caFile, ca, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("ERPNET_CA_CERTIFICATE_FILE", caFile)
	t.Setenv("ERPNET_CA_CERTIFICATE_PEM", "")
	t.Setenv("ACCESS_TOKEN", accessToken)
	t.Setenv("REQUEST_URL", server.URL+"/api/domain/odata/Crm_Sales_Customers?$top=10")
	t.Setenv("FACTS", `{"granted_scopes": ["read"], "system_user": "service", "database": "DEMO",
		"expires_at": "2026-01-02T03:04:05Z", "secret_hash": "T/AGymuI51LwjLeIFxRQXOs9IHnupDKs/ajhWODR2C4="}`)

	file := filepath.Join(dir, "result.json")
	readErr := read(t.Context(), file)
	left, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(left), accessToken) {
		t.Errorf("the result holds the token: %s", left)
	}
	r, err := loadResult(file)
	if (err == nil) != (readErr == nil) {
		t.Errorf("the reader ends with %v and leaves %v", readErr, err)
	}
	return r, err
}

func TestRead(t *testing.T) {
	var request *http.Request
	got, err := readFrom(t, func(w http.ResponseWriter, r *http.Request) {
		request = r
		_, _ = w.Write([]byte(`{"value": [{"Number": "001"}, {"Number": "002", "DisplayText": "Green Ltd."}]}`))
	})
	if err != nil {
		t.Fatal(err)
	}
	if request.Header.Get("Authorization") != "Bearer "+accessToken || request.URL.Query().Get("$top") != "10" {
		t.Errorf("asked for %s with %q", request.URL, request.Header.Get("Authorization"))
	}
	if len(got.Customers) != 2 || got.Customers[1] != (customer{"002", "Green Ltd."}) {
		t.Errorf("customers: %v", got.Customers)
	}
	if got.Facts.Database != "DEMO" || !got.Facts.ExpiresAt.Equal(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)) {
		t.Errorf("facts: %+v", got.Facts)
	}
}

func TestReadFailures(t *testing.T) {
	tests := map[string]struct {
		answer http.HandlerFunc
		want   string
	}{
		"an error of the Domain API": {
			func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(http.StatusServiceUnavailable)
				_, _ = w.Write([]byte(`{"error": {"message": "No license for ` + accessToken + `"}}`))
			},
			"503 Service Unavailable No license for (redacted)",
		},
		"a refusal without a body": {
			func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) },
			"401 Unauthorized",
		},
		"a page": {
			func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>")) },
			"not the JSON of the Domain API",
		},
		"a redirect": {
			func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/elsewhere", http.StatusFound) },
			"302 Found",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := readFrom(t, tt.answer)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q in it", err, tt.want)
			}
		})
	}
}
