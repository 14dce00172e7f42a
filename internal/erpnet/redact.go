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

// Text that a server sent leaves the client in one of three ways, and is redacted there and nowhere else: as a part of a
// message, by [Client.Message]; as a name or a URL, by [Client.Name]; or as other data that ends in a state, by
// [Client.Data]. Redaction is the last change of a text. What is compared is compared as it came.

const (
	// maxMessage and maxName bound, in runes, what is shown of a server's message and of a name or a URL.
	maxMessage = 300
	maxName    = 2048

	// minRedacted is the length, in bytes, of the shortest secret that is looked for in data: a shorter one may be
	// a part of any word.
	minRedacted = 8
)

// redactor knows the secrets that must not come back from a server.
type redactor struct {
	mu      sync.RWMutex
	secrets []secretForm
}

// Protect makes the client redact a secret or token, and its hash, from all that servers send from now on: a debugging
// server may send back what it was sent.
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

// Message makes a server's text fit to be shown: one line without control characters, at most 300 runes, and without
// any secret of the client, however it is encoded, or anything that looks like an access token.
func (c *Client) Message(text string) string {
	words := strings.Fields(c.redactor.redact(oneLine(text), 1))
	for i, word := range words {
		if looksLikeToken(word) {
			words[i] = Redacted
		}
	}
	return bounded(strings.Join(words, " "), maxMessage)
}

// Messages is [Client.Message] for several texts.
func (c *Client) Messages(texts []string) []string { return each(texts, c.Message) }

// Name makes a name or a URL of a server fit for a state: one line without control characters, at most 2,048 runes, and
// without the client's secrets of 8 bytes and more.
func (c *Client) Name(text string) string {
	return bounded(c.redactor.redact(oneLine(text), minRedacted), maxName)
}

// Names is [Client.Name] for several texts; nil for nil.
func (c *Client) Names(texts []string) []string { return each(texts, c.Name) }

// Data makes a text of a server fit for a state that keeps it as it is otherwise: without the client's secrets of 8
// bytes and more, and with U+FFFD instead of each character that can overwrite what a person reviews on a terminal.
func (c *Client) Data(text string) string {
	return c.redactor.redact(strings.Map(harmless, text), minRedacted)
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
		for _, name := range slices.Collect(maps.Keys(value)) {
			member := value[name]
			delete(value, name)
			value[c.Data(name)] = c.DataValue(member)
		}
	}
	return value
}

// each applies a function to each of several texts; nil gives nil.
func each(texts []string, change func(string) string) []string {
	changed := slices.Clone(texts)
	for i, text := range changed {
		changed[i] = change(text)
	}
	return changed
}

// oneLine writes white space as single spaces, and leaves out what is not printable.
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

// harmless replaces what a terminal obeys: control characters except tabs and line breaks, and the characters that
// change the direction of what follows.
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

// looksLikeToken reports whether a word holds a reference token or what every JWT begins with: the base64url of `{"`.
func looksLikeToken(word string) bool {
	return strings.Contains(word, ReferenceTokenPrefix) || strings.Contains(word, "eyJ") && len(word) > 40
}
