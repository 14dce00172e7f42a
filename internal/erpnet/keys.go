// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnet

import (
	"context"
	"encoding/json"
	"strings"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// keyRefetchInterval is how often, at most, an unknown key makes the keys of an
// instance be fetched again.
const keyRefetchInterval = time.Minute

// KeyCache keeps the signing keys of identity services for the life of a
// process. The zero value is ready. It is safe for concurrent use.
type KeyCache struct {
	mu   sync.Mutex
	sets map[string]*keySet
}

// keySet is what one jwks_uri published.
type keySet struct {
	url string

	mu        sync.Mutex                   // held while keys are fetched, so that they are fetched once
	keys      map[string][]jose.JSONWebKey // by ID; "" for those without one
	fetchedAt time.Time
	refetched time.Time // when a token that fits no key last made them be fetched again
}

func (c *KeyCache) set(url string) *keySet {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.sets == nil {
		c.sets = map[string]*keySet{}
	}
	if c.sets[url] == nil {
		c.sets[url] = &keySet{url: url}
	}
	return c.sets[url]
}

// warm fetches the keys unless they are there.
func (s *keySet) warm(ctx context.Context, client *Client) *Error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.keys != nil {
		return nil
	}
	return s.fetch(ctx, client)
}

// verdict is what the keys say of a signature.
type verdict struct {
	known    bool // a key of its ID is published
	genuine  bool // that key made the signature
	keysFrom time.Time
	failure  *Error // the keys could not be fetched again
}

// verify looks for the key of a signature. When none fits, the keys are fetched
// once more, at most once a minute: they may have been rotated.
func (s *keySet) verify(ctx context.Context, client *Client, signed *jose.JSONWebSignature, id string) verdict {
	s.mu.Lock()
	defer s.mu.Unlock()
	v := s.try(signed, id)
	if now := client.now(); !v.genuine && now.Sub(s.refetched) >= keyRefetchInterval {
		s.refetched = now
		failure := s.fetch(ctx, client) // the keys at hand stay if it fails
		if failure != nil {
			s.refetched = time.Time{}
		}
		v = s.try(signed, id)
		v.failure = failure
	}
	return v
}

// try looks at the keys of an ID, and at those without one.
func (s *keySet) try(signed *jose.JSONWebSignature, id string) verdict {
	v := verdict{keysFrom: s.fetchedAt}
	for _, candidates := range [][]jose.JSONWebKey{s.keys[id], s.keys[""]} {
		for _, key := range candidates {
			v.known = true
			if _, err := signed.Verify(key.Key); err == nil {
				v.genuine = true
				return v
			}
		}
	}
	return v
}

// fetch gets a JWK Set (RFC 7517 section 5) without credentials. Keys that are
// not for RS256 signatures, or that cannot be read, are left out.
func (s *keySet) fetch(ctx context.Context, client *Client) *Error {
	var document struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if failed := client.getJSON(ctx, s.url, &document); failed != nil {
		return failed
	}
	keys := map[string][]jose.JSONWebKey{}
	for _, text := range document.Keys {
		if key, ok := readKey(text); ok {
			keys[key.KeyID] = append(keys[key.KeyID], key)
		}
	}
	if len(keys) == 0 {
		return &Error{Kind: NoKeys, URL: s.url, Happened: "was answered with a JSON object that holds no public RSA key for signatures"}
	}
	s.keys, s.fetchedAt = keys, client.now()
	return nil
}

// readKey reads an RSA key for RS256 signatures from the members that make one.
// Certificates and their thumbprints, which servers write in forms of their own,
// are not looked at.
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
		members.Use != "" && members.Use != "sig" || members.Algorithm != "" && members.Algorithm != string(jose.RS256) {
		return jose.JSONWebKey{}, false
	}
	members.Modulus, members.Exponent = strings.TrimRight(members.Modulus, "="), strings.TrimRight(members.Exponent, "=")
	var key jose.JSONWebKey
	plain, err := json.Marshal(members)
	return key, err == nil && key.UnmarshalJSON(plain) == nil
}
