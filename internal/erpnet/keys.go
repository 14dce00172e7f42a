// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnet

import (
	"context"
	"encoding/json"
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
	mu        sync.Mutex // held while keys are fetched, so that they are fetched once
	keys      map[string]jose.JSONWebKey
	fetchedAt time.Time
	refetched time.Time // when an unknown key last made them be fetched again
}

func (c *KeyCache) set(url string) *keySet {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.sets == nil {
		c.sets = map[string]*keySet{}
	}
	if c.sets[url] == nil {
		c.sets[url] = &keySet{}
	}
	return c.sets[url]
}

// warm fetches the keys unless they are there.
func (s *keySet) warm(ctx context.Context, client *Client, url string) *Error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.keys != nil {
		return nil
	}
	return s.fetch(ctx, client, url)
}

// find returns the key of an ID, which it looks for once more at the server if
// it is unknown and the last such look was over a minute ago. The time is when
// the keys were fetched.
func (s *keySet) find(ctx context.Context, client *Client, url, id string) (jose.JSONWebKey, bool, time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	key, found := s.keys[id]
	if now := client.now(); !found && now.Sub(s.refetched) >= keyRefetchInterval {
		s.refetched = now
		_ = s.fetch(ctx, client, url) // the keys at hand stay; the unknown one is reported
		key, found = s.keys[id]
	}
	return key, found, s.fetchedAt
}

// fetch gets a JWK Set (RFC 7517 section 5) without credentials. Keys that are
// not for RS256 signatures, or that cannot be read, are left out.
func (s *keySet) fetch(ctx context.Context, client *Client, url string) *Error {
	var document struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if failed := client.getJSON(ctx, url, &document); failed != nil {
		return failed
	}
	keys := map[string]jose.JSONWebKey{}
	for _, text := range document.Keys {
		var key jose.JSONWebKey
		if key.UnmarshalJSON(text) == nil && key.IsPublic() && key.Use != "enc" && (key.Algorithm == "" || key.Algorithm == string(jose.RS256)) {
			keys[key.KeyID] = key
		}
	}
	if len(keys) == 0 {
		return &Error{Kind: NotJSON, URL: url, Happened: "was answered with a JSON object that holds no public key for RS256"}
	}
	s.keys, s.fetchedAt = keys, client.now()
	return nil
}
