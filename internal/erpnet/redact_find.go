// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnet

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"html"
	"net/url"
	"strings"
	"unicode"
)

// secretForm holds the forms of a secret to search for.
type secretForm struct {
	plain   string
	literal []string // in the usual encodings, for secrets that become too short when decoded
	// A normalized text that contains one of folded, or a condensed text that contains one of condensed, reveals the
	// secret.
	folded, condensed []string
}

func newSecretForm(secret string) secretForm {
	escaped, _ := json.Marshal(secret) // a string always has a JSON form
	upper := url.QueryEscape(secret)
	form := secretForm{plain: secret, literal: []string{
		secret, upper, lowerPercent(upper), url.PathEscape(secret), lowerPercent(url.PathEscape(secret)),
		string(escaped[1 : len(escaped)-1]), html.EscapeString(secret),
	}}
	// A secret may itself look encoded, so search for it both as it is and decoded.
	for _, round := range normalize(secret, isInvisible) {
		folded := round.folded()
		condensed := folded.condensed()
		// If little is left, for example of a run of backslashes, it may be part of any text.
		if 3*len(folded.text) >= len(secret) {
			form.folded = append(form.folded, string(folded.text))
		}
		if 3*len(condensed.text) >= len(secret) {
			form.condensed = append(form.condensed, string(condensed.text))
		}
	}
	return form
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

// redact replaces the secrets of at least the given length wherever a text reveals one.
func (r *redactor) redact(text string, shortest int) string {
	r.mu.RLock()
	secrets := r.secrets
	r.mu.RUnlock()
	if text == "" || len(secrets) == 0 {
		return text
	}
	var found spans
	for _, secret := range secrets {
		for _, literal := range secret.literal {
			if len(secret.plain) >= shortest {
				found.addAll(text, literal)
			}
		}
	}
	rounds := normalize(text, isInvisible)
	for _, round := range append(ordered(rounds[0]), rounds...) {
		found.addNormalized(round, secrets, shortest)
	}
	// A space ends an encoded secret, unless the encoded text is wrapped.
	shortest = max(shortest, minRedacted)
	if spaced := last(normalize(text, unicode.IsControl)); !found.addEncoded(spaced, secrets, shortest, maxNested) {
		found.addEncoded(last(rounds), secrets, shortest, maxNested)
	}
	return found.replace(text)
}

// spans are the parts of a text to redact.
type spans [][2]int

func (s *spans) addAll(text, secret string) {
	for at := 0; ; {
		i := strings.Index(text[at:], secret)
		if i < 0 {
			return
		}
		*s = append(*s, [2]int{at + i, at + i + len(secret)})
		at += i + len(secret)
	}
}

// addNormalized adds the parts of a normalized text that reveal a secret.
func (s *spans) addNormalized(n normalized, secrets []secretForm, shortest int) {
	folded := n.folded()
	condensed := folded.condensed()
	for _, secret := range secrets {
		if len(secret.plain) < shortest {
			continue
		}
		for _, form := range secret.folded {
			s.addForm(folded, form)
		}
		for _, form := range secret.condensed {
			s.addForm(condensed, form)
		}
	}
}

func (s *spans) addForm(n normalized, form string) {
	for at := 0; ; {
		i := bytes.Index(n.text[at:], []byte(form))
		if i < 0 {
			return
		}
		first, last := at+i, at+i+len(form)-1
		*s = append(*s, [2]int{n.from[first], n.to[last]})
		at = last + 1
	}
}

// maxNested is how many further layers of base64 or hexadecimal digits are decoded.
const maxNested = 1

// minEncoded is the length of the shortest run of characters that is decoded as base64 or hexadecimal digits.
const minEncoded = 8

// addEncoded adds the runs of base64 and hexadecimal digits that reveal a secret when decoded, such as the header of
// HTTP Basic authentication, and reports whether it found any.
func (s *spans) addEncoded(n normalized, secrets []secretForm, shortest, depth int) (found bool) {
	for _, encoding := range []struct {
		digit  func(byte) bool
		decode func(string) [][]byte
	}{{isBase64, decodeBase64}, {isHex, decodeHex}} {
		for begin := 0; begin < len(n.text); {
			end := begin
			for end < len(n.text) && encoding.digit(n.text[end]) {
				end++
			}
			padded := end + len(n.text[end:]) - len(bytes.TrimLeft(n.text[end:], "="))
			if end-begin >= minEncoded {
				for _, decoded := range encoding.decode(string(n.text[begin:end])) {
					if shows(string(decoded), secrets, shortest, depth) {
						*s, found = append(*s, [2]int{n.from[begin], n.to[padded-1]}), true
					}
				}
			}
			begin = end + 1
		}
	}
	return found
}

func isHex(b byte) bool { return b >= '0' && b <= '9' || b >= 'a' && b <= 'f' || b >= 'A' && b <= 'F' }

func isBase64(b byte) bool {
	return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9' || strings.IndexByte("+/-_", b) >= 0
}

var toURLAlphabet = strings.NewReplacer("+", "-", "/", "_")

// decodeBase64 decodes a run of base64 in either alphabet. The run may begin with unrelated characters, so decodeBase64
// tries four offsets.
func decodeBase64(run string) (all [][]byte) {
	run = toURLAlphabet.Replace(run)
	for offset := range 4 {
		part := run[offset:]
		if len(part)%4 == 1 {
			part = part[:len(part)-1]
		}
		if decoded, err := base64.RawURLEncoding.DecodeString(part); err == nil {
			all = append(all, decoded)
		}
	}
	return all
}

func decodeHex(run string) (all [][]byte) {
	for offset := range 2 {
		part := run[offset:]
		if decoded, err := hex.DecodeString(part[:len(part)/2*2]); err == nil {
			all = append(all, decoded)
		}
	}
	return all
}

// shows reports whether a decoded text reveals a secret, possibly under further layers of encoding, up to depth.
func shows(text string, secrets []secretForm, shortest, depth int) bool {
	var found spans
	rounds := normalize(text, isInvisible)
	for _, round := range rounds {
		found.addNormalized(round, secrets, shortest)
	}
	if depth > 0 {
		found.addEncoded(last(rounds), secrets, shortest, depth-1)
	}
	return len(found) > 0
}

// replace redacts the given parts of a text. Parts that overlap or touch are redacted as one.
func (s spans) replace(text string) string {
	if len(s) == 0 {
		return text
	}
	hidden := make([]bool, len(text))
	for _, span := range s {
		for i := span[0]; i < span[1]; i++ {
			hidden[i] = true
		}
	}
	var redacted strings.Builder
	for i := range len(text) {
		switch {
		case !hidden[i]:
			redacted.WriteByte(text[i])
		case i == 0 || !hidden[i-1]:
			redacted.WriteString(Redacted)
		}
	}
	return redacted.String()
}
