// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package domainapi

import (
	"strings"
	"testing"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
)

func TestDomainErrorIsReadInBothShapes(t *testing.T) {
	for name, body := range map[string]string{
		"wrapped": `{"error":{"message":"No","code":8,"type":"T","info":"at Stack.Trace()"}}`,
		"bare":    `{"message":"No","code":8,"type":"T"}`,
	} {
		if got := readErrorBody(&erpnet.Response{Body: []byte(body)}); got != (errorBody{"No", 8, "T", true}) {
			t.Errorf("%s: %+v", name, got)
		}
	}
	for _, body := range []string{"", "<html>", `{"error":"x"}`, `[]`, `{"error":{"code":"x"}}`} {
		if got := readErrorBody(&erpnet.Response{Body: []byte(body)}); got.Message != "" {
			t.Errorf("%s: %+v", body, got)
		}
	}
}

func FuzzReadDomainError(f *testing.F) {
	f.Add([]byte(`{"error":{"message":"No","code":8,"type":"T"}}`))
	f.Add([]byte(`{"message":"No","code":1e3}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		e := failure(protecting("opaque-token-value"), &erpnet.Response{Status: 500, Body: body}, "")
		if e == nil || e.Kind == "" || strings.Contains(e.Happened, "opaque-token-value") {
			t.Errorf("%+v", e)
		}
	})
}

// Each sign of a shortage of licences, and of a rename, is enough alone.
func TestDomainErrorsAreToldApart(t *testing.T) {
	for body, want := range map[string]erpnet.Kind{
		`{"error":{"message":"x","code":8}}`:                                                   NoLicence,
		`{"error":{"message":"x","code":0,"type":"Aloe.SystemFrameworks.E1LicenseException"}}`: NoLicence,
		`{"error":{"message":"MaximumLicenseCountExceeded","code":0}}`:                         NoLicence,
		`{"error":{"message":"Crm_X is no more supported, see GetRenamedEntityTypes"}}`:        Renamed,
		`{"error":{"message":"x","code":2029}}`:                                                Failed,
	} {
		if e := failure(protecting(), &erpnet.Response{Status: 500, Body: []byte(body)}, ""); e.Kind != want {
			t.Errorf("%s is %s", body, e.Kind)
		}
	}
}

func TestDomainErrorsHideSecrets(t *testing.T) {
	body := `{"error":{"message":"Bearer opaque-token-value of client secret-of-the-client refused"}}`
	e := failure(protecting("secret-of-the-client", "opaque-token-value"), &erpnet.Response{Status: 500, Body: []byte(body)})
	if want := `was answered with HTTP status 500: "Bearer (redacted) of client (redacted) refused"`; e.Happened != want {
		t.Errorf("got %s", e.Happened)
	}
}

func protecting(secrets ...string) *erpnet.Client {
	client := erpnet.NewClient(erpnet.Options{})
	for _, secret := range secrets {
		client.Protect(erpnet.NewSecret(secret))
	}
	return client
}
