// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package identity

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
	"golang.org/x/sync/singleflight"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
)

// keyRefetchInterval is how often, at most, an unknown key makes the keys of an instance be fetched again.
const keyRefetchInterval = time.Minute

// keySet is what one jwks_uri published.
type keySet struct {
	client *erpnet.Client
	url    string

	fetches singleflight.Group // of all who wait for the same keys

	mu        sync.Mutex
	keys      map[string][]jose.JSONWebKey // by ID; "" for those without one
	fetchedAt time.Time
	refetched time.Time // when a token that fits no key last made them be fetched again
}

// keySet is the set of a jwks_uri, which is kept for the life of the service.
func (s *Service) keySet(url string) *keySet {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.keySets[url] == nil {
		s.keySets[url] = &keySet{client: s.Client, url: url}
	}
	return s.keySets[url]
}

// warm fetches the keys unless they are there.
func (k *keySet) warm(ctx context.Context) *erpnet.Error {
	k.mu.Lock()
	known := k.keys != nil
	k.mu.Unlock()
	if known {
		return nil
	}
	return k.fetchOnce(ctx)
}

// verdict is what the keys say of a signature.
type verdict struct {
	known    bool // a key of its ID is published
	genuine  bool // that key made the signature
	keysFrom time.Time
	failure  *erpnet.Error // the keys could not be fetched again
}

// verify looks for the key of a signature. When none fits, the keys are fetched once more, at most once a minute: they
// may have been rotated.
func (k *keySet) verify(ctx context.Context, signed *jose.JSONWebSignature, id string) verdict {
	v := k.try(signed, id)
	if v.genuine || !k.mayRefetch() {
		return v
	}
	failure := k.fetchOnce(ctx) // the keys at hand stay if it fails
	if failure != nil {
		k.mu.Lock()
		k.refetched = time.Time{}
		k.mu.Unlock()
	}
	v = k.try(signed, id)
	v.failure = failure
	return v
}

// mayRefetch reports whether it is time to fetch the keys again, and takes note that it is done.
func (k *keySet) mayRefetch() bool {
	now := k.client.Now()
	k.mu.Lock()
	defer k.mu.Unlock()
	if now.Sub(k.refetched) < keyRefetchInterval {
		return false
	}
	k.refetched = now
	return true
}

// try looks at the keys of an ID, and at those without one; at all keys for a token that names none.
func (k *keySet) try(signed *jose.JSONWebSignature, id string) verdict {
	k.mu.Lock()
	v := verdict{keysFrom: k.fetchedAt}
	candidates := slices.Concat(k.keys[id], k.keys[""])
	if id == "" {
		candidates = slices.Concat(slices.Collect(maps.Values(k.keys))...)
	}
	k.mu.Unlock()
	for _, key := range candidates {
		v.known = true
		if _, err := signed.Verify(key.Key); err == nil {
			v.genuine = true
			return v
		}
	}
	return v
}

// fetchOnce fetches the keys, once for all who wait for them.
func (k *keySet) fetchOnce(ctx context.Context) *erpnet.Error {
	shared := k.fetches.DoChan("", func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), erpnet.OperationLimit)
		defer cancel()
		return k.fetch(ctx), nil
	})
	select {
	case result := <-shared:
		return result.Val.(*erpnet.Error) //nolint:forcetypeassert // the function above returns nothing else
	case <-ctx.Done():
		return erpnet.CanceledError(k.url, "", ctx.Err())
	}
}

// fetch gets a JWK Set (RFC 7517 section 5) without credentials. Keys that are not for RS256 signatures, or that cannot
// be read, are left out.
func (k *keySet) fetch(ctx context.Context) *erpnet.Error {
	var document struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if failed := k.client.GetJSON(ctx, k.url, &document, erpnet.Policy{}); failed != nil {
		return failed
	}
	keys := map[string][]jose.JSONWebKey{}
	for _, text := range document.Keys {
		if key, ok := readKey(text); ok {
			keys[key.KeyID] = append(keys[key.KeyID], key)
		}
	}
	if len(keys) == 0 {
		return &erpnet.Error{
			Kind:     NoKeys,
			URL:      k.url,
			Happened: "was answered with a JSON object that holds no public RSA key for signatures",
		}
	}
	now := k.client.Now()
	k.mu.Lock()
	defer k.mu.Unlock()
	k.keys, k.fetchedAt = keys, now
	return nil
}

// readKey reads an RSA key for RS256 signatures from the members that make one. Certificates and their thumbprints,
// which servers write in forms of their own, are not looked at.
func readKey(text json.RawMessage) (jose.JSONWebKey, bool) {
	var members struct {
		KeyType   string `json:"kty"`
		Use       string `json:"use,omitempty"`
		Algorithm string `json:"alg,omitempty"`
		KeyID     string `json:"kid,omitempty"`
		Modulus   string `json:"n"`
		Exponent  string `json:"e"`
	}
	if json.Unmarshal(text, &members) != nil || members.KeyType != "RSA" ||
		members.Use != "" && members.Use != "sig" ||
		members.Algorithm != "" && members.Algorithm != string(jose.RS256) {
		return jose.JSONWebKey{}, false
	}
	members.Modulus = strings.TrimRight(members.Modulus, "=")
	members.Exponent = strings.TrimRight(members.Exponent, "=")
	var key jose.JSONWebKey
	plain, err := json.Marshal(members)
	return key, err == nil && key.UnmarshalJSON(plain) == nil
}
