// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

import (
	"crypto/sha256"
	"encoding/base64"
	"sync"
)

const (
	// longestSecret is the maximum length of a secret to search for, in bytes.
	// It exceeds maxSecretLength, the longest that gets a token.
	longestSecret = 128
	// maxCachedTexts bounds the cache of registeredSecrets.
	maxCachedTexts = 1000
)

// registeredSecrets finds secrets and passwords that the registry knows only by
// their hashes. It caches its findings, because the same texts, such as a path,
// occur many times.
type registeredSecrets struct {
	hashes map[string]bool
	sums   map[[sha256.Size]byte]bool // the decoded hashes

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

// has reports whether a text is a secret or the hash of one.
func (r *registeredSecrets) has(text string) bool {
	return text != "" && (r.hashes[text] || r.sums[sha256.Sum256([]byte(text))])
}

// spans returns the secrets in a text that begin before end. It finds a secret
// of at least minRedacted bytes anywhere, and a shorter one only as a whole
// word.
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
		for to := min(len(text), from+longestSecret); to > from; to-- { // longest first
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

// isBoundary reports whether a word can begin or end at a position. Words
// consist of ASCII letters and digits.
func isBoundary(text string, at int) bool {
	return at == 0 || at == len(text) || !isAlphanumeric(text[at-1]) || !isAlphanumeric(text[at])
}

func isAlphanumeric(b byte) bool {
	return '0' <= b && b <= '9' || 'A' <= b && b <= 'Z' || 'a' <= b && b <= 'z'
}

// secrets returns the secrets that the registry knows now.
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
