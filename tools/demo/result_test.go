// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func TestPrint(t *testing.T) {
	expires := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	r := result{
		Facts: facts{
			GrantedScopes: []string{"read", "update"},
			SystemUser:    "service",
			Database:      "DEMO",
			ExpiresAt:     expires,
			SecretHash:    "T/AGymuI51LwjLeIFxRQXOs9IHnupDKs/ajhWODR2C4=",
		},
		Customers: []customer{{"001", "Blue Ltd."}, {"002", "Green Ltd."}},
	}
	var out strings.Builder
	r.print(&out, expires.Add(-time.Hour))

	want := `
Access token (neither shown nor stored)
  granted scopes  read, update
  system user     service
  database        DEMO
  expires at      2026-01-02T03:04:05Z (in 1h0m0s)

Client secret (neither shown nor stored)
  hash  T/AGymuI51LwjLeIFxRQXOs9IHnupDKs/ajhWODR2C4=
        what the trusted application has as ApplicationSecretHash

The first 2 customers, read with the token
  Number  Name
  001     Blue Ltd.
  002     Green Ltd.
`
	if out.String() != want {
		t.Errorf("got:\n%s\nwant:\n%s", out.String(), want)
	}
}

func TestOneLine(t *testing.T) {
	for text, want := range map[string]string{
		"":                   "",
		"Blue\n  Ltd.":       "Blue Ltd.",
		"\x1b[31mRed\x07 AD": "[31mRed AD",
	} {
		if got := oneLine(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

func TestReadResult(t *testing.T) {
	got, err := readResult([]byte(`{
		"facts": {"value": {"system_user": "service"}},
		"customers": {"value": [{"Number": "001", "DisplayText": "Blue Ltd."}]}
	}`))
	customers := []customer{{"001", "Blue Ltd."}}
	if err != nil || got.Facts.SystemUser != "service" || !slices.Equal(got.Customers, customers) {
		t.Errorf("got %+v, %v", got, err)
	}
	if _, err := readResult([]byte("Warning: no outputs")); err == nil {
		t.Error("takes what is not JSON")
	}
}
