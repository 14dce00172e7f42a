// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package identity

import (
	"context"
	"slices"
	"testing"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

// A list that only informs fails nothing, whatever form it has.
func TestPublishedScopesAreReadInAnyForm(t *testing.T) {
	for form, want := range map[string][]string{
		`["update","read"]`: {"update", "read"},
		`"update read"`:     {"update", "read"},
		`["read",5]`:        nil,
		`{"read":true}`:     nil,
		`5`:                 nil,
		`null`:              nil,
	} {
		l := newLab(t)
		l.Inject(erpnettest.Discovery, erpnettest.RawField("scopes_supported", form))
		got, err := l.service.Discover(context.Background(), l.request.Instance)
		wantError(t, err, "")
		if err == nil && (!slices.Equal(got.ScopesSupported, want) || got.JWKSURL != l.keysURL()) {
			t.Errorf("%s gives %+v", form, got)
		}
	}
}
