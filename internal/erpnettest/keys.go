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

// signingKey is an RSA-2048 key with its kid: 32 uppercase hexadecimal digits,
// as in sample B (protocol 2.4).
type signingKey struct {
	id      string
	private *rsa.PrivateKey
}

func newSigningKey() signingKey {
	private := must(rsa.GenerateKey(rand.Reader, 2048))
	sum := sha256.Sum256(private.N.Bytes())
	return signingKey{id: strings.ToUpper(hex.EncodeToString(sum[:16])), private: private}
}

// processKeys are shared by all servers of the process, because generating a
// key takes longer than starting a server. A new server signs with the first
// one.
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

// strangerKey isn't in the JWKS of any server.
var strangerKey = sync.OnceValue(newSigningKey)

// keyring holds the keys of one server.
type keyring struct {
	mu        sync.Mutex
	published []signingKey // oldest first
	current   signingKey
	used      int // how many of processKeys this server has used
}

// rotate switches to a new signing key and returns its kid.
func (k *keyring) rotate() string {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.current = processKey(k.used)
	k.used++
	k.published = append(slices.Clip(k.published), k.current)
	return k.current.id
}

func (k *keyring) signing() signingKey {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.current
}

func (k *keyring) all() []signingKey {
	k.mu.Lock()
	defer k.mu.Unlock()
	return slices.Clone(k.published)
}

// RotateKey switches to a new signing key and returns its kid. The old key
// stays in the JWKS until WithdrawKey, so its tokens stay valid.
func (s *Server) RotateKey() string { return s.keys.rotate() }

// WithdrawKey removes a key from the JWKS. From then on, the Domain API refuses
// the tokens that it signed.
func (s *Server) WithdrawKey(kid string) {
	k := &s.keys
	k.mu.Lock()
	defer k.mu.Unlock()
	k.published = slices.DeleteFunc(k.published, func(key signingKey) bool { return key.id == kid })
}

// SigningKeyID returns the kid of the current signing key.
func (s *Server) SigningKeyID() string { return s.keys.signing().id }

// KeyIDs returns the kids in the JWKS, oldest first.
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
