// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnet

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"html"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A server may send a secret back in any encoding, in several at once, and wrapped over lines. So a secret is not looked
// for in a list of encodings: text and secret are both decoded until nothing is left to decode, and what encoders and
// line wrapping add is left out of both.

// normalized is a text in that form. from and to say, for each byte of it, where it came from.
type normalized struct {
	text     []byte
	from, to []int
}

// maxDecoded is how many times something may be encoded.
const maxDecoded = 4

// normalize decodes percent-encoding, HTML entities and backslash escapes, until there are none; then it leaves out
// spaces, plus signs (a space in forms), backslashes, quotes and what cannot be seen, and ignores letter case.
func normalize(text string) normalized {
	n := normalized{text: []byte(text), from: make([]int, len(text)), to: make([]int, len(text))}
	for i := range n.text {
		n.from[i], n.to[i] = i, i+1
	}
	for range maxDecoded {
		if !bytes.ContainsAny(n.text, `%&\`) {
			break
		}
		decoded, changed := n.decodeOnce()
		if n = decoded; !changed {
			break
		}
	}
	return n.condense()
}

// decodeOnce decodes what is encoded, once.
func (n normalized) decodeOnce() (decoded normalized, changed bool) {
	for i := 0; i < len(n.text); {
		if character, length := decode(n.text[i:]); length > 0 {
			for _, b := range character {
				decoded.append(b, n.from[i], n.to[i+length-1])
			}
			i, changed = i+length, true
			continue
		}
		decoded.append(n.text[i], n.from[i], n.to[i])
		i++
	}
	return decoded, changed
}

func (n *normalized) append(b byte, from, to int) {
	n.text, n.from, n.to = append(n.text, b), append(n.from, from), append(n.to, to)
}

// decode decodes the escape that a text begins with: what it stands for, and its length; 0 if there is none.
func decode(text []byte) (character []byte, length int) {
	switch text[0] {
	case '%':
		if len(text) > 1 && (text[1] == 'u' || text[1] == 'U') { // as .NET's and JavaScript's old functions write it
			return codeUnit(text, 2, 4)
		}
		if b, ok := hexByte(text, 1); ok {
			return []byte{b}, 3
		}
	case '&':
		if end := bytes.IndexByte(text[:min(len(text), 12)], ';'); end > 1 {
			entity := string(text[:end+1])
			if plain := html.UnescapeString(entity); plain != entity {
				return []byte(plain), end + 1
			}
		}
	case '\\':
		if len(text) < 2 {
			return nil, 0
		}
		switch text[1] {
		case 'u', 'U':
			if len(text) > 2 && text[2] == '{' {
				if end := bytes.IndexByte(text[:min(len(text), 11)], '}'); end > 3 {
					return codePoint(text[3:end], end+1)
				}
			}
			return codeUnit(text, 2, 4)
		case 'x', 'X':
			if b, ok := hexByte(text, 2); ok {
				return []byte(string(rune(b))), 4
			}
		case 'n', 'r', 't', 'b', 'f':
			return []byte(" "), 2
		}
	}
	return nil, 0
}

func hexByte(text []byte, at int) (byte, bool) {
	if len(text) < at+2 {
		return 0, false
	}
	value, err := strconv.ParseUint(string(text[at:at+2]), 16, 8)
	return byte(value), err == nil
}

// codeUnit reads an escape of hexadecimal digits, as which a character beyond the first 65,536 needs two.
func codeUnit(text []byte, at, digits int) ([]byte, int) {
	if len(text) < at+digits {
		return nil, 0
	}
	high, length := codePoint(text[at:at+digits], at+digits)
	value, err := strconv.ParseUint(string(text[at:at+digits]), 16, 32)
	if err != nil || value < 0xd800 || value > 0xdbff || len(text) < 2*(at+digits) || !bytes.Equal(text[at+digits:at+digits+at], text[:at]) {
		return high, length
	}
	low, err := strconv.ParseUint(string(text[2*at+digits:2*(at+digits)]), 16, 32)
	if err != nil || low < 0xdc00 || low > 0xdfff {
		return high, length
	}
	return []byte(string(rune(0x10000 + (value-0xd800)<<10 + (low - 0xdc00)))), 2 * (at + digits)
}

func codePoint(digits []byte, length int) ([]byte, int) {
	value, err := strconv.ParseUint(string(digits), 16, 32)
	if err != nil || value > unicode.MaxRune {
		return nil, 0
	}
	return []byte(string(rune(value))), length
}

// condense leaves out what encoders and line wrapping add, and ignores letter case.
func (n normalized) condense() normalized {
	condensed := normalized{
		text: make([]byte, 0, len(n.text)), from: make([]int, 0, len(n.text)), to: make([]int, 0, len(n.text)),
	}
	for i := 0; i < len(n.text); {
		r, size := utf8.DecodeRune(n.text[i:])
		invalid := r == utf8.RuneError && size == 1
		if !invalid && (strings.ContainsRune("+\\\"'`\uFFFD", r) || unicode.IsSpace(r) || !unicode.IsPrint(r)) {
			i += size
			continue
		}
		for range size {
			b := n.text[i]
			if b >= 'A' && b <= 'Z' {
				b += 'a' - 'A'
			}
			condensed.append(b, n.from[i], n.to[i])
			i++
		}
	}
	return condensed
}

// redact replaces the secrets of at least the given length in a text, wherever it shows one.
func (r *redactor) redact(text string, shortest int) string {
	r.mu.RLock()
	secrets := r.secrets
	r.mu.RUnlock()
	if text == "" || len(secrets) == 0 {
		return text
	}
	n := normalize(text)
	var found spans
	for _, secret := range secrets {
		if len(secret.plain) < shortest {
			continue
		}
		found.addAll(text, secret.plain)
		if secret.normalized != "" {
			found.addNormalized(n, secret.normalized)
		}
	}
	found.addEncoded(text, secrets, max(shortest, minRedacted))
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

func (s *spans) addNormalized(n normalized, secret string) {
	for at := 0; ; {
		i := bytes.Index(n.text[at:], []byte(secret))
		if i < 0 {
			return
		}
		first, last := at+i, at+i+len(secret)-1
		*s = append(*s, [2]int{n.from[first], n.to[last]})
		at = last + 1
	}
}

// minEncoded is the length of the shortest run of characters that may be base64 or hexadecimal digits of a secret.
const minEncoded = 8

// addEncoded adds the runs of base64 and of hexadecimal digits that hold a secret when they are decoded, such as the
// header of HTTP Basic authentication.
func (s *spans) addEncoded(text string, secrets []secretForm, shortest int) {
	for begin := 0; begin < len(text); {
		end := begin
		for end < len(text) && isBase64(text[end]) {
			end++
		}
		if end-begin >= minEncoded && anyDecodedHolds(text[begin:end], secrets, shortest) {
			*s = append(*s, [2]int{begin, end})
		}
		begin = end + 1
	}
}

func isBase64(b byte) bool {
	return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9' || strings.IndexByte("+/-_=", b) >= 0
}

var toURLAlphabet = strings.NewReplacer("+", "-", "/", "_", "=", "")

func anyDecodedHolds(run string, secrets []secretForm, shortest int) bool {
	plain := toURLAlphabet.Replace(run)
	// A run may begin with characters that are not a part of it, so that each of four offsets is tried.
	for offset := range min(4, len(plain)) {
		part := plain[offset:]
		if len(part)%4 == 1 {
			part = part[:len(part)-1]
		}
		if decoded, err := base64.RawURLEncoding.DecodeString(part); err == nil && holds(decoded, secrets, shortest) {
			return true
		}
	}
	decoded, err := hex.DecodeString(run[:len(run)/2*2])
	return err == nil && holds(decoded, secrets, shortest)
}

func holds(decoded []byte, secrets []secretForm, shortest int) bool {
	for _, secret := range secrets {
		if len(secret.plain) >= shortest && bytes.Contains(decoded, []byte(secret.plain)) {
			return true
		}
	}
	return false
}

// replace redacts the parts of a text, those that overlap or touch as one.
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
