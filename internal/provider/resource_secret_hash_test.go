// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"strings"
	"testing"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

// The hash follows the version, not the secret, because the provider can't see that a write-only value has changed. A
// version is a string, like the versions of secret stores.
func TestSecretHashResource(t *testing.T) {
	m := start(t, nil, nil).resource("secret_hash")
	config := func(secret, version string) arguments {
		return arguments{"secret_wo": secret, "secret_wo_version": version}
	}
	m.apply(config("DEMO", "1")).succeeds(t).has(t, arguments{"hash": hashOfDEMO, "secret_wo": nil})
	if m.plan(config("other", "1")).changes {
		t.Error("the secret shows")
	}
	m.apply(config("other", "4f2c9a01-latest")).succeeds(t).has(t, arguments{"hash": erpnettest.SecretHash("other")})
	m.destroy().succeeds(t)
}

// A store that records a new version although its write failed returns the old secret again.
func TestNewVersionOfTheSameSecretIsAWarning(t *testing.T) {
	m := start(t, nil, nil).resource("secret_hash")
	m.apply(arguments{"secret_wo": "DEMO"}).succeeds(t)
	m.apply(arguments{"secret_wo": "DEMO", "secret_wo_version": "1"}).succeeds(t) // there was no version before
	r := m.apply(arguments{"secret_wo": "DEMO", "secret_wo_version": "2"})
	if len(r.diagnostics) != 1 ||
		!strings.HasPrefix(r.text(), "Secret Not Rotated: secret_wo_version has changed, but secret_wo is") {
		t.Error(r.text())
	}
}
