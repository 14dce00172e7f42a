// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package identity

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
	"golang.org/x/sync/singleflight"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
)

// keyRefetchInterval is the minimum time between two refetches of an instance's keys because of an unknown key.
const keyRefetchInterval = time.Minute

// keySet holds the keys that one jwks_uri publishes.
type keySet struct {
	client *erpnet.Client
	url    string

	fetches singleflight.Group // shared by all callers that wait for the keys

	mu        sync.Mutex
	keys      map[string][]jose.JSONWebKey // by ID; "" for keys without one
	fetchedAt time.Time
	refetched time.Time // when a token that fits no key last caused a refetch
}

// keySet returns the key set of a jwks_uri. The service keeps it for its lifetime.
func (s *Service) keySet(url string) *keySet {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.keySets[url] == nil {
		s.keySets[url] = &keySet{client: s.Client, url: url}
	}
	return s.keySets[url]
}

// warm fetches the keys unless they are already known.
func (k *keySet) warm(ctx context.Context) *erpnet.Error {
	k.mu.Lock()
	known := k.keys != nil
	k.mu.Unlock()
	if known {
		return nil
	}
	return k.fetchOnce(ctx)
}

// verdict is the result of checking a signature against the keys.
type verdict struct {
	known    bool // a key with its ID is published
	genuine  bool // such a key made the signature
	odd      bool // the signature could not be checked, because its header has critical parameters
	keysFrom time.Time
	failure  *erpnet.Error // the keys could not be refetched
}

// verify looks for the key of a signature. If no key fits, it refetches the keys, at most once a minute, because they
// may have been rotated.
func (k *keySet) verify(ctx context.Context, signed *jose.JSONWebSignature, id string) verdict {
	v := k.try(signed, id)
	if v.genuine || !k.mayRefetch() {
		return v
	}
	failure := k.fetchOnce(ctx) // on failure, the known keys stay
	if failure != nil {
		k.mu.Lock()
		k.refetched = time.Time{}
		k.mu.Unlock()
	}
	v = k.try(signed, id)
	v.failure = failure
	return v
}

// mayRefetch reports whether the keys may be refetched now. If so, it records the refetch.
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

// try tries the keys with the given ID and the keys without one. If the token names no key, it tries all keys.
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
		_, err := signed.Verify(key.Key)
		if err == nil {
			v.genuine = true
			return v
		}
		v.odd = errors.Is(err, jose.ErrUnsupportedCriticalHeader)
	}
	return v
}

// fetchOnce fetches the keys once for all callers that wait for them.
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

// fetch gets a JWK Set (RFC 7517 section 5) without credentials. It skips keys that are not for RS256 signatures and
// keys that it cannot read.
func (k *keySet) fetch(ctx context.Context) *erpnet.Error {
	var document struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if failed := k.client.GetJSON(ctx, k.url, &document, erpnet.Policy{}); failed != nil {
		return failed
	}
	if document.Keys == nil {
		return &erpnet.Error{
			Kind:     NoKeys,
			URL:      k.url,
			Happened: "was answered with a JSON object whose member \"keys\" is missing or is not a list",
		}
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
			Happened: "was answered with a JSON object that holds no readable public RSA key for signatures",
		}
	}
	now := k.client.Now()
	k.mu.Lock()
	defer k.mu.Unlock()
	k.keys, k.fetchedAt = keys, now
	return nil
}

// fromBase64 makes base64url without padding of standard base64.
var fromBase64 = strings.NewReplacer("+", "-", "/", "_", "=", "")

// readKey reads an RSA key for RS256 signatures from the members that define it. It ignores certificates and their
// thumbprints, which servers write in nonstandard forms, and an ID that is no string.
func readKey(text json.RawMessage) (jose.JSONWebKey, bool) {
	var members struct {
		KeyType   string `json:"kty"`
		Use       string `json:"use,omitempty"`
		Algorithm string `json:"alg,omitempty"`
		KeyID     any    `json:"kid,omitempty"`
		Modulus   string `json:"n"`
		Exponent  string `json:"e"`
	}
	if json.Unmarshal(text, &members) != nil || members.KeyType != "RSA" ||
		members.Use != "" && members.Use != "sig" ||
		members.Algorithm != "" && members.Algorithm != string(jose.RS256) {
		return jose.JSONWebKey{}, false
	}
	if _, isText := members.KeyID.(string); !isText {
		members.KeyID = nil
	}
	members.Modulus, members.Exponent = fromBase64.Replace(members.Modulus), fromBase64.Replace(members.Exponent)
	var key jose.JSONWebKey
	plain, err := json.Marshal(members)
	return key, err == nil && key.UnmarshalJSON(plain) == nil
}
