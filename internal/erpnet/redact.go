// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnet

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
	"strings"
	"sync"
	"unicode"
)

// Text from a server leaves the client in one of three ways, and is redacted there and nowhere else: as part of a
// message, by [Client.Message]; as a name or a URL, by [Client.Name]; or as other data that is stored in a state, by
// [Client.Data]. Redaction is the last change to a text. Comparisons use the text as the server sent it.

const (
	// maxMessage and maxName bound, in runes, how much is shown of a server's message, and of a name or a URL.
	maxMessage = 300
	maxName    = 2048

	// minRedacted is the length, in bytes, of the shortest secret that is redacted in data. A shorter one may be part
	// of any word.
	minRedacted = 8
)

// redactor knows the secrets that must be redacted from what servers send.
type redactor struct {
	mu      sync.RWMutex
	secrets []secretForm
}

// Protect makes the client redact a secret or token, and its hash, from everything that servers send from now on. A
// server in debug mode may echo what it received.
func (c *Client) Protect(secret Secret) {
	text := secret.Reveal()
	r := &c.redactor
	r.mu.RLock()
	known := text == "" || slices.ContainsFunc(r.secrets, func(f secretForm) bool { return f.plain == text })
	r.mu.RUnlock()
	if known {
		return
	}
	sum := sha256.Sum256([]byte(text))
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, form := range []string{text, SecretHash(text), hex.EncodeToString(sum[:])} {
		r.secrets = append(r.secrets, newSecretForm(form))
	}
}

// Message makes a server's text safe to show: one line without control characters, cut off after 300 runes, without any
// of the client's secrets (however they are encoded) and without anything that looks like an access token.
func (c *Client) Message(text string) string {
	words := strings.Fields(c.redactor.redact(oneLine(text), 1))
	for i, word := range words {
		if looksLikeToken(word) {
			words[i] = Redacted
		}
	}
	return bounded(strings.Join(words, " "), maxMessage)
}

// Messages applies [Client.Message] to several texts.
func (c *Client) Messages(texts []string) []string { return each(texts, c.Message) }

// Name makes a name or a URL from a server safe for a state: one line without control characters, cut off after 2,048
// runes, and without the client's secrets of 8 bytes or more.
func (c *Client) Name(text string) string {
	return bounded(c.redactor.redact(oneLine(text), minRedacted), maxName)
}

// Names applies [Client.Name] to several texts. It returns nil for nil.
func (c *Client) Names(texts []string) []string { return each(texts, c.Name) }

// Data makes a text from a server safe for a state that otherwise keeps the text unchanged: without the client's
// secrets of 8 bytes or more, and with U+FFFD instead of each character that can overwrite what a person reviews on a
// terminal.
func (c *Client) Data(text string) string {
	return c.redactor.redact(strings.Map(harmless, text), minRedacted)
}

// DataValue applies [Client.Data] to every text in a decoded JSON value. It changes the value.
func (c *Client) DataValue(value any) any {
	switch value := value.(type) {
	case string:
		return c.Data(value)
	case []any:
		for i := range value {
			value[i] = c.DataValue(value[i])
		}
	case map[string]any:
		for _, name := range slices.Collect(maps.Keys(value)) {
			member := value[name]
			delete(value, name)
			value[c.Data(name)] = c.DataValue(member)
		}
	}
	return value
}

// each applies a function to each of several texts. It returns nil for nil.
func each(texts []string, change func(string) string) []string {
	changed := slices.Clone(texts)
	for i, text := range changed {
		changed[i] = change(text)
	}
	return changed
}

// oneLine replaces white space with single spaces and drops characters that are not printable.
func oneLine(text string) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case !unicode.IsPrint(r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, ""))
	return strings.Join(strings.Fields(text), " ")
}

// harmless replaces the characters that a terminal acts on: control characters except tabs and line breaks, and
// characters that change the direction of the text after them.
func harmless(r rune) rune {
	switch {
	case r == '\t', r == '\n', r == '\r':
		return r
	case unicode.IsControl(r), r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069, r == 0x2028, r == 0x2029:
		return unicode.ReplacementChar
	}
	return r
}

func bounded(text string, most int) string {
	if len(text) <= most {
		return text
	}
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "..."
	}
	return text
}

// looksLikeToken reports whether a word contains a reference token or the start of a JWT, which is the base64url of
// `{"`.
func looksLikeToken(word string) bool {
	return strings.Contains(word, ReferenceTokenPrefix) || strings.Contains(word, "eyJ") && len(word) > 40
}
