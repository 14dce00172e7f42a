// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package identity

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

// publishedKeys returns the keys of the instance as its JWK Set holds them.
func (l *lab) publishedKeys(t *testing.T) []members {
	t.Helper()
	var set struct{ Keys []members }
	if failed := l.service.Client.GetJSON(context.Background(), l.keysURL(), &set, erpnet.Policy{}); failed != nil {
		t.Fatal(failed)
	}
	return set.Keys
}

func (l *lab) keysURL() string { return l.IdentityURL() + "/.well-known/openid-configuration/jwks" }

// publish returns a fault that makes the instance publish the given keys instead of its own.
func (l *lab) publish(t *testing.T, keys ...any) erpnettest.Fault {
	t.Helper()
	set, err := json.Marshal(keys)
	wantError(t, err, "")
	return erpnettest.RawField("keys", string(set))
}

// Servers write JWK Sets in nonstandard forms. Only the members that define a key count.
func TestKeysAreReadFromOddSets(t *testing.T) {
	another := members{"kty": "RSA", "kid": "KID", "e": "AQAB", "n": strings.Repeat("A", 342) + "E"}
	elliptic := members{"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}
	for name, test := range map[string]struct {
		change     members // changes to the usual key
		neighbours []any   // keys that are published before it
		alone      bool    // only the neighbours are published
		failed     []string
	}{
		"no use, no alg":        {change: members{"use": nil, "alg": nil}},
		"without ID":            {change: members{"kid": nil}},
		"a number as ID":        {change: members{"kid": 7}},
		"odd certificate":       {change: members{"x5c": []string{"not base64!"}, "x5t": "5B27920E653DD7AC"}},
		"unreadable neighbours": {neighbours: []any{nil, 7, "x", members{"kty": "OKP"}, elliptic}},
		"two of the same ID":    {neighbours: []any{another}},
		"for encryption":        {change: members{"use": "enc"}, failed: []string{"keys"}},
		"for another algorithm": {change: members{"alg": "RS512"}, failed: []string{"keys"}},
		"elliptic only":         {neighbours: []any{elliptic}, alone: true, failed: []string{"keys"}},
		"none":                  {neighbours: []any{}, alone: true, failed: []string{"keys"}},
		"of another ID":         {change: members{"kid": "another"}, failed: []string{"key"}},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLab(t)
			key := l.publishedKeys(t)[0]
			keys := slices.Clone(test.neighbours)
			for _, neighbour := range keys {
				if other, _ := neighbour.(members); other["kid"] == "KID" {
					other["kid"] = key["kid"]
				}
			}
			//nolint:forcetypeassert // a string in every RSA key
			key["n"] = strings.NewReplacer("-", "+", "_", "/").Replace(key["n"].(string)) + "=="
			if !test.alone {
				keys = append(keys, key.with(test.change))
			}
			l.Inject(erpnettest.JWKS, l.publish(t, keys...))
			wantFailed(t, l.verify(t), test.failed...)
		})
	}
}

func TestKeysThatAreNoListAreToldAsSuch(t *testing.T) {
	l := newLab(t)
	l.Inject(erpnettest.JWKS, erpnettest.RawField("keys", `{"kty":"RSA"}`))
	failures := l.verify(t)
	wantFailed(t, failures, "keys")
	wantKind(t, failures[0].Failure, NoKeys)
	wantError(t, failures[0].Failure, `"keys" is missing or is not a list`)
}

func TestRotatedKeysAreFetchedOnceMore(t *testing.T) {
	l := newLab(t)
	old, failed := l.service.RequestToken(context.Background(), l.request)
	wantKind(t, failed, "")
	wantFailed(t, l.failures(old))
	l.RotateKey()
	l.RotateKey()
	wantFailed(t, l.verify(t))
	wantFailed(t, l.verify(t))
	wantFailed(t, l.failures(old)) // its key is still published
	if n := l.Count(erpnettest.JWKS); n != 2 {
		t.Errorf("the keys were fetched %d times, want once and once more", n)
	}
}

func TestKeyReplacedUnderTheSameIDIsFound(t *testing.T) {
	l := newLab(t)
	l.RotateKey()
	keys := l.publishedKeys(t)
	l.Inject(erpnettest.JWKS, l.publish(t, keys[0].with(members{"kid": keys[1]["kid"]})).Once())
	wantFailed(t, l.verify(t))
}

func TestUnknownKeyIsLookedForOnceAMinute(t *testing.T) {
	l := newLab(t)
	wantFailed(t, l.verify(t))
	l.Inject(erpnettest.Token, erpnettest.UnknownKey())
	for i, want := range []int{2, 2, 3} {
		if i == 2 {
			l.pass(time.Minute)
		}
		wantFailed(t, l.verify(t), "key")
		if n := l.Count(erpnettest.JWKS); n != want {
			t.Errorf("the keys were fetched %d times, want %d", n, want)
		}
	}
}

// A failed refetch of the keys is reported separately. It says nothing about the token, and it does not
// count as the one refetch per minute.
func TestFailedRefetchIsReportedAsSuch(t *testing.T) {
	l := newLab(t)
	wantFailed(t, l.verify(t))
	l.RotateKey()
	l.Inject(erpnettest.JWKS, erpnettest.Status(500).Once())
	failures := l.verify(t)
	wantFailed(t, failures, "key")
	wantKind(t, failures[0].Failure, erpnet.ServerFailed)
	wantFailed(t, l.verify(t))
}
