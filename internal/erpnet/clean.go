// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnet

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"html"
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
	var pairs []string
	for _, secret := range secrets {
		for _, form := range echoForms(secret) {
			pairs = append(pairs, form, Redacted)
		}
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

// echoForms lists how a secret may come back: as it is, form-encoded,
// path-encoded, JSON-escaped, HTML-escaped, in base64, or as its whole hash.
func echoForms(secret string) []string {
	if secret == "" {
		return nil
	}
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

// looksLikeToken reports whether a word holds a reference token or what every
// JWT begins with: the base64url of `{"`.
func looksLikeToken(word string) bool {
	return strings.Contains(word, referenceTokenPrefix) || strings.Contains(word, "eyJ") && len(word) > 40
}
