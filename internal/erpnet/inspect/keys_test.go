// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package inspect

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

// published are the keys of an instance, as the JWKS has them.
func published(t *testing.T, l *lab) []any {
	t.Helper()
	var document struct {
		Keys []any `json:"keys"`
	}
	if failed := l.service.Client.GetJSON(context.Background(), l.IdentityURL()+"/.well-known/openid-configuration/jwks", &document, erpnet.Policy{}); failed != nil {
		t.Fatal(failed)
	}
	return document.Keys
}

// Servers write JWK Sets in forms of their own; what makes a key is what counts.
func TestKeysAreReadFromOddSets(t *testing.T) {
	elliptic := map[string]any{"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}
	for name, test := range map[string]struct {
		change func(key map[string]any) []any // the keys in place of the one
		failed []string
	}{
		"no use, no alg": {func(k map[string]any) []any { delete(k, "use"); delete(k, "alg"); return []any{k} }, nil},
		"without ID":     {func(k map[string]any) []any { delete(k, "kid"); return []any{k} }, nil},
		"odd certificate": {func(k map[string]any) []any {
			k["x5c"], k["x5t"] = []string{"not base64!"}, "5B27920E653DD7AC67D2F64B32A17992"
			return []any{k}
		}, nil},
		"padded modulus": {func(k map[string]any) []any { k["n"] = k["n"].(string) + "=="; return []any{k} }, nil}, //nolint:forcetypeassert // a string in every JWK
		"other key of the same ID": {func(k map[string]any) []any {
			e := with(elliptic, "kid", k["kid"])
			return []any{k, e, with(k, "n", strings.Repeat("A", 342)+"E")}
		}, nil},
		"unreadable neighbours": {func(k map[string]any) []any { return []any{nil, 7, "x", map[string]any{"kty": "OKP"}, k} }, nil},
		"for encryption":        {func(k map[string]any) []any { return []any{with(k, "use", "enc")} }, []string{"keys"}},
		"for another algorithm": {func(k map[string]any) []any { return []any{with(k, "alg", "RS512")} }, []string{"keys"}},
		"elliptic only":         {func(k map[string]any) []any { return []any{with(elliptic, "kid", k["kid"])} }, []string{"keys"}},
		"none":                  {func(map[string]any) []any { return []any{} }, []string{"keys"}},
		"of another ID":         {func(k map[string]any) []any { return []any{with(k, "kid", "another")} }, []string{"key"}},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLab(t)
			key := published(t, l)[0].(map[string]any) //nolint:forcetypeassert // an object in every JWK Set
			set, err := json.Marshal(test.change(key))
			if err != nil {
				t.Fatal(err)
			}
			l.Inject(erpnettest.JWKS, erpnettest.RawField("keys", string(set)))
			expectFailed(t, l.check(), test.failed...)
		})
	}
}

func with(members map[string]any, name string, value any) map[string]any {
	changed := map[string]any{}
	for n, v := range members {
		changed[n] = v
	}
	changed[name] = value
	return changed
}

// A key that was replaced under the same ID is found by the one more look.
func TestKeyReplacedUnderTheSameID(t *testing.T) {
	l := newLab(t)
	key := published(t, l)[0].(map[string]any) //nolint:forcetypeassert // an object in every JWK Set
	l.RotateKey()
	other := published(t, l)[1].(map[string]any) //nolint:forcetypeassert // an object in every JWK Set
	old, err := json.Marshal([]any{with(key, "kid", other["kid"])})
	if err != nil {
		t.Fatal(err)
	}
	l.Inject(erpnettest.JWKS, erpnettest.RawField("keys", string(old)).Once())
	expectFailed(t, l.check())
}

// Keys that cannot be fetched again are their own failure, and no word about the token.
func TestFailedRefetchIsReportedAsSuch(t *testing.T) {
	l := newLab(t)
	expectFailed(t, l.check("read"))
	l.RotateKey()
	l.Inject(erpnettest.JWKS, erpnettest.Status(500).Once())
	report := l.check("update")
	expectFailed(t, report, "key")
	if kind := report.Failures()[0].Failure.Kind; kind != erpnet.ServerFailed {
		t.Errorf("reported as %s", kind)
	}
	l.pass(time.Second)
	expectFailed(t, l.check("update")) // a failed look is not the minute's one
}

func TestJWKSURLMayBeRelative(t *testing.T) {
	l := newLab(t)
	l.Inject(erpnettest.Discovery, erpnettest.Field("jwks_uri", "/id/.well-known/openid-configuration/jwks"))
	expectFailed(t, l.check())
}
