// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

import (
	"crypto/sha256"
	"encoding/base64"
	"sync"
)

const (
	// longestSecret is how long a secret is looked for, in bytes: above
	// maxSecretLength, which is the most that gets a token.
	longestSecret = 128
	// maxCachedTexts bounds the cache of registeredSecrets.
	maxCachedTexts = 1000
)

// registeredSecrets find the secrets and passwords that the registry knows by
// their hashes only. The same texts come again and again, such as a path, so what
// was found in them is kept.
type registeredSecrets struct {
	hashes map[string]bool
	sums   map[[sha256.Size]byte]bool // of secrets, decoded

	mu    sync.Mutex
	found map[string][]span
}

func newRegisteredSecrets(hashes map[string]bool) *registeredSecrets {
	secrets := &registeredSecrets{hashes: hashes, sums: map[[sha256.Size]byte]bool{}, found: map[string][]span{}}
	for hash := range hashes {
		if sum, err := base64.StdEncoding.DecodeString(hash); err == nil && len(sum) == sha256.Size {
			secrets.sums[[sha256.Size]byte(sum)] = true
		}
	}
	return secrets
}

// has tells whether a text is a secret or the hash of one.
func (r *registeredSecrets) has(text string) bool {
	return text != "" && (r.hashes[text] || r.sums[sha256.Sum256([]byte(text))])
}

// spans are the secrets in a text that begin before end: anywhere from minRedacted
// bytes on, and shorter ones where they are words.
func (r *registeredSecrets) spans(text string, end int) []span {
	text = text[:min(len(text), end+longestSecret)]
	r.mu.Lock()
	defer r.mu.Unlock()
	known, seen := r.found[text]
	if seen {
		return known
	}
	var found []span
	for from := range min(end, len(text)) {
		for to := min(len(text), from+longestSecret); to > from; to-- { // the longest first
			isWord := isBoundary(text, from) && isBoundary(text, to)
			if (isWord || to-from >= minRedacted) && r.has(text[from:to]) {
				found = append(found, span{from, to})
				break
			}
		}
	}
	if len(r.found) >= maxCachedTexts {
		clear(r.found)
	}
	r.found[text] = found
	return found
}

// isBoundary tells whether a word begins or ends at a position. All but letters
// and digits of ASCII stand between words.
func isBoundary(text string, at int) bool {
	return at == 0 || at == len(text) || !isAlphanumeric(text[at-1]) || !isAlphanumeric(text[at])
}

func isAlphanumeric(b byte) bool {
	return '0' <= b && b <= '9' || 'A' <= b && b <= 'Z' || 'a' <= b && b <= 'z'
}

// secrets are those that the registry knows now.
func (r *registry) secrets() *registeredSecrets {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.known != nil {
		return r.known
	}
	hashes := map[string]bool{}
	for _, app := range r.applications {
		hashes[app.ApplicationSecretHash] = true
	}
	for _, user := range r.users {
		hashes[user.Password] = true
	}
	r.known = newRegisteredSecrets(hashes)
	return r.known
}
