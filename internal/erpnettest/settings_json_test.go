// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

import (
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestSettingsAreReadFromJSON(t *testing.T) {
	change, err := ReadSettings(strings.NewReader(`{
		"token_lifetime": "60s", "licences": 3, "session_queue": 0, "session_idle": "1m30s", "busy_retry_after": "7",
		"version": "25.1.0.1", "database": "OTHER", "token_error_status": 401, "omit_error_description": true,
		"claim_shape": "legacy", "issuer": "https://id.example.test", "public_url": "http://erp.internal",
		"security_access": "read-only", "secret_hashes": "omitted", "missing_credentials_error": "invalid_client",
		"auto_discovery_paths": ["/sys/auto-discovery"], "unknown_attributes": ["ReferenceTokens"],
		"allow_duplicate_uris": true, "ignore_client_id_case": true,
		"web_sites": [{"Type": "ID", "Status": "Working", "Url": "https://x/id"}]
	}`))
	if err != nil {
		t.Fatal(err)
	}
	want := defaultSettings()
	want.TokenLifetime, want.Licences, want.SessionQueue, want.SessionIdle = time.Minute, 3, 0, 90*time.Second
	want.BusyRetryAfter, want.Version, want.Database = "7", "25.1.0.1", "OTHER"
	want.TokenErrorStatus, want.OmitErrorDescription, want.ClaimShape = 401, true, Legacy
	want.Issuer, want.PublicURL = "https://id.example.test", "http://erp.internal"
	want.SecurityAccess, want.SecretHashes = SecurityReadOnly, SecretHashesOmitted
	want.MissingCredentialsError = invalidClient
	want.AutoDiscoveryPaths, want.UnknownAttributes = []string{"/sys/auto-discovery"}, []string{"ReferenceTokens"}
	want.AllowDuplicateURIs, want.IgnoreClientIDCase = true, true
	want.WebSites = []WebSite{{Type: "ID", Status: "Working", Url: "https://x/id"}}
	got := defaultSettings()
	change(&got)
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestMistakesInSettingsAreNamed(t *testing.T) {
	tests := []struct{ settings, want string }{
		{settings: `[]`, want: `a JSON object such as {"token_lifetime": "60s"}`},
		{settings: `null`, want: "a JSON object"},
		{settings: `{} {}`, want: "something follows"},
		{settings: `{"lifetime": "60s"}`, want: `a setting is "lifetime": it must be one of allow_duplicate_uris, `},
		{settings: `{"token_lifetime": 60}`, want: `token_lifetime: a duration is a text such as "60s"`},
		{settings: `{"token_lifetime": "-1s"}`, want: `token_lifetime: a duration`},
		{settings: `{"licences": "3"}`, want: "licences: a string"},
		{settings: `{"licences": -3}`, want: "licences: a number below 0"},
		{settings: `{"claim_shape": "new"}`, want: `claim_shape: it is "new": it must be one of current, legacy`},
	}
	for _, test := range tests {
		if _, err := ReadSettings(strings.NewReader(test.settings)); err == nil ||
			!strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: error %v", test.settings, err)
		}
	}
}
