// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package domainapi

import (
	"strings"
	"testing"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet/identity"
)

// Each different token opens its own session, and the session's name holds no secret.
func TestEachTokenHasItsSession(t *testing.T) {
	const secret = "a secret of the usual length"
	sample := identity.TokenRequest{Credentials: identity.Credentials{ClientID: "a", Secret: erpnet.NewSecret(secret)}}
	scoped := sample
	scoped.Scope = "read"
	seen := map[string]bool{}
	for _, source := range []TokenSource{
		{Request: sample},
		{Request: scoped},
		{Request: sample, ReferenceToken: erpnet.NewSecret(secret)},
		{Request: sample, ReferenceToken: erpnet.NewSecret(secret + "2")},
	} {
		name := source.session()
		if seen[name] || name != source.session() || strings.Contains(name, secret) {
			t.Errorf("the session's name is %q", name)
		}
		seen[name] = true
	}
}
