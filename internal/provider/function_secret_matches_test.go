// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import "testing"

func TestSecretMatches(t *testing.T) {
	p := start(t, nil, nil)
	for secret, want := range map[string]bool{"DEMO": true, "demo": false} {
		if got := p.call("secret_matches", secret, hashOfDEMO).succeeds(t).value; got != want {
			t.Errorf("%s: %v", secret, got)
		}
	}
}
