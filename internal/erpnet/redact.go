// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnet

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"html"
	"net/url"
	"slices"
	"strings"
	"sync"
	"unicode"
)

// Text that a server sent leaves the client in one of two ways, and is redacted there and nowhere else: as a part of a
// message, by [Client.Message], or as data that ends in a state, by [Client.Data]. What is compared is compared as it
// came.

const (
	// maxMessage bounds, in runes, how much of a server's message is shown.
	maxMessage = 300

	// minRedacted is the length, in bytes, of the shortest secret that is looked for in data: a shorter one may be a
	// part of any word.
	minRedacted = 8
)

// redactor knows the secrets that must not come back from a server, and replaces them in each form.
type redactor struct {
	mu            sync.RWMutex
	secrets       []string
	message, data *strings.Replacer // nil while there are no secrets to look for
}

// Protect makes the client redact a secret or token from all that servers send from now on: a debugging server may send
// back what it was sent.
func (c *Client) Protect(secret Secret) {
	text := secret.Reveal()
	r := &c.redactor
	r.mu.Lock()
	defer r.mu.Unlock()
	if text == "" || slices.Contains(r.secrets, text) {
		return
	}
	r.secrets = append(r.secrets, text)
	r.message, r.data = replacer(r.secrets, 1), replacer(r.secrets, minRedacted)
}

// replacer replaces the secrets of at least the given length.
func replacer(secrets []string, shortest int) *strings.Replacer {
	var pairs []string
	for _, secret := range secrets {
		if len(secret) < shortest {
			continue
		}
		for _, form := range echoForms(secret) {
			pairs = append(pairs, form, Redacted)
		}
	}
	return strings.NewReplacer(pairs...)
}

// replace replaces by one of the redactor's two replacers.
func (r *redactor) replace(text string, choose func(*redactor) *strings.Replacer) string {
	r.mu.RLock()
	chosen := choose(r)
	r.mu.RUnlock()
	if chosen == nil {
		return text
	}
	return chosen.Replace(text)
}

// Message makes a server's text fit to be shown: one line without control characters, at most 300 runes, and without
// any secret of the client in a form that a server may send it back in, or anything that looks like an access token.
func (c *Client) Message(text string) string {
	messages := func(r *redactor) *strings.Replacer { return r.message }
	text = c.redactor.replace(strings.ToValidUTF8(text, ""), messages)
	text = strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return ' '
		}
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, text)
	// Again: taking out control characters may have joined a secret's halves.
	words := strings.Fields(c.redactor.replace(text, messages))
	for i, word := range words {
		if looksLikeToken(word) {
			words[i] = Redacted
		}
	}
	text = strings.Join(words, " ")
	if runes := []rune(text); len(runes) > maxMessage {
		text = string(runes[:maxMessage]) + "..."
	}
	return text
}

// Messages is [Client.Message] for several texts.
func (c *Client) Messages(texts []string) []string {
	shown := make([]string, len(texts))
	for i, text := range texts {
		shown[i] = c.Message(text)
	}
	return shown
}

// Data takes the client's secrets of 8 bytes and more out of a text that is otherwise kept as it is, for a state.
func (c *Client) Data(text string) string {
	return c.redactor.replace(text, func(r *redactor) *strings.Replacer { return r.data })
}

// AllData is [Client.Data] for several texts; nil for nil.
func (c *Client) AllData(texts []string) []string {
	redacted := slices.Clone(texts)
	for i := range redacted {
		redacted[i] = c.Data(redacted[i])
	}
	return redacted
}

// DataValue is [Client.Data] for every text in a decoded JSON value, which it changes.
func (c *Client) DataValue(value any) any {
	switch value := value.(type) {
	case string:
		return c.Data(value)
	case []any:
		for i := range value {
			value[i] = c.DataValue(value[i])
		}
	case map[string]any:
		for name, member := range value {
			delete(value, name)
			value[c.Data(name)] = c.DataValue(member)
		}
	}
	return value
}

// echoForms lists how a secret may come back: as it is, form-encoded, path-encoded, JSON-escaped, HTML-escaped, in
// base64, or as its whole hash.
func echoForms(secret string) []string {
	escaped, _ := json.Marshal(secret) // a string always has a JSON form
	return []string{
		secret,
		url.QueryEscape(secret),
		lowerPercent(url.QueryEscape(secret)),
		url.PathEscape(secret),
		lowerPercent(url.PathEscape(secret)),
		string(escaped[1 : len(escaped)-1]),
		strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(secret),
		html.EscapeString(secret),
		base64.StdEncoding.EncodeToString([]byte(secret)),
		base64.RawURLEncoding.EncodeToString([]byte(secret)),
		SecretHash(secret),
	}
}

// lowerPercent writes percent-encoded bytes with lower-case digits, as .NET does.
func lowerPercent(text string) string {
	lower := []byte(text)
	for i := 0; i+2 < len(lower); i++ {
		if lower[i] == '%' {
			copy(lower[i+1:i+3], bytes.ToLower(lower[i+1:i+3]))
		}
	}
	return string(lower)
}

// looksLikeToken reports whether a word holds a reference token or what every JWT begins with: the base64url of `{"`.
func looksLikeToken(word string) bool {
	return strings.Contains(word, ReferenceTokenPrefix) || strings.Contains(word, "eyJ") && len(word) > 40
}
