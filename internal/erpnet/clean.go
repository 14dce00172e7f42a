// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnet

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strings"
	"unicode"
)

// maxServerText bounds, in runes, how much of a server's message is shown.
const maxServerText = 300

// cleanText makes a server's message fit to be shown: one line without control
// characters, at most [maxServerText] runes, and without the given secrets in
// any form in which a server may echo them, or anything that looks like an
// access token.
func cleanText(text string, secrets ...string) string {
	text = redact(strings.ToValidUTF8(text, ""), secrets)
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
	words := strings.Fields(redact(text, secrets))
	for i, word := range words {
		if looksLikeToken(word) {
			words[i] = Redacted
		}
	}
	text = strings.Join(words, " ")
	if runes := []rune(text); len(runes) > maxServerText {
		text = string(runes[:maxServerText]) + "..."
	}
	return text
}

func redact(text string, secrets []string) string {
	for _, secret := range secrets {
		for _, form := range echoForms(secret) {
			text = strings.ReplaceAll(text, form, Redacted)
		}
	}
	return text
}

// echoForms lists how a secret may come back: as it is, form-encoded,
// path-encoded, JSON-escaped, or in base64.
func echoForms(secret string) []string {
	if secret == "" {
		return nil
	}
	escaped, _ := json.Marshal(secret) // a string always has a JSON form
	return []string{
		secret,
		url.QueryEscape(secret),
		url.PathEscape(secret),
		string(escaped[1 : len(escaped)-1]),
		strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(secret),
		base64.StdEncoding.EncodeToString([]byte(secret)),
		base64.RawURLEncoding.EncodeToString([]byte(secret)),
	}
}

// looksLikeToken reports whether a word holds a reference token or what every
// JWT begins with: the base64url of `{"`.
func looksLikeToken(word string) bool {
	return strings.Contains(word, referenceTokenPrefix) || strings.Contains(word, "eyJ") && len(word) > 40
}
