// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

import (
	"cmp"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

const (
	// maxShown is how much of a text stands in a StatusReport, in characters.
	maxShown = 200
	redacted = "(redacted)"
	// minRedacted is the length in bytes from which a secret is looked for inside
	// of words. Redacting a shorter one would tear texts that don't hold it.
	minRedacted = 8
)

// secretForms are what looks like a JWT, a reference token or the hash of a secret.
var secretForms = regexp.MustCompile(`eyJ[\w.-]{16,}|` + referenceTokenPrefix + `\w+|[0-9A-Za-z+/]{43}=`)

// redactor takes secrets out of the texts of one request: a client that mixes up
// its parameters may send a secret in any of them. A secret is known by where it
// comes from, by its form, or by its hash as a whole parameter or word.
type redactor struct {
	secrets []string        // that came with the request
	hashes  map[string]bool // of the registered secrets and passwords
}

func (s *Server) newRedactor(r Request) redactor {
	red := redactor{hashes: s.registry.hashes()}
	for _, header := range []string{"Authorization", "X-Api-Key", "Api-Key"} {
		for _, value := range r.Header.Values(header) {
			red.secrets = append(red.secrets, strings.Fields(value)...)
		}
	}
	query, _ := url.ParseQuery(r.RawQuery) // as much as can be read
	for _, parameters := range []url.Values{query, r.Form()} {
		red.secrets = append(red.secrets, parameters["client_secret"]...)
		for name, values := range parameters {
			for _, text := range append(values, name) {
				if red.isSecret(text) {
					red.secrets = append(red.secrets, text)
				}
			}
		}
	}
	// Of two that begin alike the longer one goes first: no rest of it may stay.
	slices.SortFunc(red.secrets, func(a, b string) int { return cmp.Compare(len(b), len(a)) })
	return red
}

// isSecret tells whether a text is a secret, or a hash of one, or came as one.
func (r redactor) isSecret(text string) bool {
	return text != "" && (slices.Contains(r.secrets, text) || r.hashes[text] || r.hashes[SecretHash(text)])
}

// redact takes what is secret out of a text and shortens it to one line.
func (r redactor) redact(text string) string {
	if r.isSecret(text) {
		return redacted
	}
	for _, secret := range r.secrets {
		if len(secret) >= minRedacted {
			text = strings.ReplaceAll(text, secret, redacted)
		}
	}
	text = secretForms.ReplaceAllString(text, redacted)
	for _, word := range strings.FieldsFunc(text, isBetweenWords) {
		if r.isSecret(word) {
			text = strings.ReplaceAll(text, word, redacted)
		}
	}
	shown := []rune(strings.Map(printable, text))
	if len(shown) > maxShown {
		shown = append(shown[:maxShown-1], '…')
	}
	return string(shown)
}

func isBetweenWords(r rune) bool {
	return unicode.IsSpace(r) || strings.ContainsRune(`'"/(),:;`, r)
}

// printable keeps a text in one line and in its direction of writing.
func printable(r rune) rune {
	if unicode.IsPrint(r) {
		return r
	}
	if unicode.IsSpace(r) {
		return ' '
	}
	return unicode.ReplacementChar
}

// hashes are those that the registry keeps of secrets and passwords.
func (r *registry) hashes() map[string]bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	hashes := map[string]bool{}
	for _, app := range r.applications {
		hashes[app.ApplicationSecretHash] = true
	}
	for _, user := range r.users {
		hashes[user.Password] = true
	}
	return hashes
}
