// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"sync"

	"github.com/go-jose/go-jose/v4"
)

// signingKey is an RSA-2048 key with its kid, 32 upper-case hexadecimal digits
// as in sample B (protocol 2.4).
type signingKey struct {
	id      string
	private *rsa.PrivateKey
}

func newSigningKey() signingKey {
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic("erpnettest: key: " + err.Error())
	}
	sum := sha256.Sum256(private.N.Bytes())
	return signingKey{id: strings.ToUpper(hex.EncodeToString(sum[:16])), private: private}
}

// processKeys are shared by all servers of the process, since making one costs
// more than starting a server. The first one is what a new server signs with.
var processKeys struct {
	mu   sync.Mutex
	made []signingKey
}

func processKey(n int) signingKey {
	processKeys.mu.Lock()
	defer processKeys.mu.Unlock()
	for len(processKeys.made) <= n {
		processKeys.made = append(processKeys.made, newSigningKey())
	}
	return processKeys.made[n]
}

// strangerKey is in no server's JWKS.
var strangerKey = sync.OnceValue(newSigningKey)

// keyring holds the keys of one server; the zero value has the first one.
type keyring struct {
	mu        sync.Mutex
	published []signingKey
	current   signingKey
	used      int // how many of the process's keys this server has had
}

func (k *keyring) init() {
	if k.used == 0 {
		k.current = processKey(0)
		k.published = []signingKey{k.current}
		k.used = 1
	}
}

func (k *keyring) signing() signingKey {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.init()
	return k.current
}

func (k *keyring) all() []signingKey {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.init()
	return slices.Clone(k.published)
}

// find returns the published key with that kid.
func (k *keyring) find(id string) (signingKey, bool) {
	for _, key := range k.all() {
		if key.id == id {
			return key, true
		}
	}
	return signingKey{}, false
}

// RotateKey signs from now on with a new key and returns its kid. The old key
// stays in the JWKS until WithdrawKey, so its tokens stay valid.
func (s *Server) RotateKey() string {
	k := &s.keys
	k.mu.Lock()
	defer k.mu.Unlock()
	k.init()
	k.current = processKey(k.used)
	k.used++
	k.published = append(slices.Clone(k.published), k.current)
	return k.current.id
}

// WithdrawKey takes a key out of the JWKS. The Domain API refuses its tokens
// from then on.
func (s *Server) WithdrawKey(kid string) {
	k := &s.keys
	k.mu.Lock()
	defer k.mu.Unlock()
	k.init()
	k.published = slices.DeleteFunc(slices.Clone(k.published), func(key signingKey) bool { return key.id == kid })
}

// SigningKeyID is the kid of the tokens issued now.
func (s *Server) SigningKeyID() string { return s.keys.signing().id }

// KeyIDs are the kids in the JWKS, oldest first.
func (s *Server) KeyIDs() []string {
	var ids []string
	for _, key := range s.keys.all() {
		ids = append(ids, key.id)
	}
	return ids
}

func (s *Server) publicKeys() []jose.JSONWebKey {
	var public []jose.JSONWebKey
	for _, key := range s.keys.all() {
		public = append(public, jose.JSONWebKey{
			Key: key.private.Public(), KeyID: key.id, Algorithm: string(jose.RS256), Use: "sig",
		})
	}
	return public
}
