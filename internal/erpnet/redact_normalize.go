// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnet

import (
	"bytes"
	"html"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A server may echo a secret in any encoding, in several at once, and wrapped over lines. Instead of searching for a
// list of encoded forms, the client decodes both the text and the secret until nothing is left to decode, and drops
// from both what encoders and line wrapping add.

// normalized is a text in this form. For each byte, from and to are the range of the original text that it came from.
type normalized struct {
	text     []byte
	from, to []int
}

// maxDecoded bounds the rounds of decoding. maxOrdered is the length, in bytes, of the longest text that is also
// decoded in each order of two encodings.
const (
	maxDecoded = 6
	maxOrdered = 32 << 10
)

// escapes is a set of characters that begin an escape.
type escapes string

const (
	percentEncoding  escapes = "%"
	htmlEntities     escapes = "&"
	backslashEscapes escapes = `\`
	allEscapes               = percentEncoding + htmlEntities + backslashEscapes
)

// normalize decodes percent-encoding, HTML entities, and backslash escapes until there are none, and returns the text
// after each round. It drops unwanted characters, such as spaces and invisible characters.
func normalize(text string, unwanted func(rune) bool) []normalized {
	n := normalized{text: []byte(text), from: make([]int, len(text)), to: make([]int, len(text))}
	for i := range n.text {
		n.from[i], n.to[i] = i, i+1
	}
	rounds := []normalized{n.without(unwanted)}
	for len(rounds) < maxDecoded {
		decoded, changed := last(rounds).decodeOnce(allEscapes)
		if !changed {
			break
		}
		rounds = append(rounds, decoded.without(unwanted))
	}
	return rounds
}

// ordered decodes a text by each encoding alone, and by every two in either order. If all encodings are decoded at
// once, a secret that itself looks encoded is lost.
func ordered(n normalized) []normalized {
	var results []normalized
	if len(n.text) > maxOrdered {
		return nil
	}
	for _, first := range []escapes{percentEncoding, htmlEntities, backslashEscapes} {
		outer, changed := n.decodeOnce(first)
		if !changed {
			continue
		}
		results = append(results, outer)
		for _, second := range []escapes{percentEncoding, htmlEntities, backslashEscapes} {
			if inner, changed := outer.decodeOnce(second); changed {
				results = append(results, inner)
			}
		}
	}
	for i, result := range results {
		results[i] = result.without(isInvisible)
	}
	return results
}

// last returns the text after all rounds.
func last(rounds []normalized) normalized { return rounds[len(rounds)-1] }

// folded returns the text with lower-case ASCII letters.
func (n normalized) folded() normalized {
	n.text = bytes.Clone(n.text)
	for i, b := range n.text {
		if b >= 'A' && b <= 'Z' {
			n.text[i] = b + 'a' - 'A'
		}
	}
	return n
}

// condensed drops what else encoders add: plus signs (spaces in forms), backslashes, and quotes.
func (n normalized) condensed() normalized {
	return n.without(func(r rune) bool { return strings.ContainsRune("+\\\"'`", r) })
}

func isInvisible(r rune) bool {
	return r == unicode.ReplacementChar || unicode.IsSpace(r) || !unicode.IsPrint(r)
}

// without drops the unwanted characters. It keeps bytes that are not valid UTF-8.
func (n normalized) without(unwanted func(rune) bool) normalized {
	kept := normalized{
		text: make([]byte, 0, len(n.text)), from: make([]int, 0, len(n.text)), to: make([]int, 0, len(n.text)),
	}
	for i := 0; i < len(n.text); {
		r, size := utf8.DecodeRune(n.text[i:])
		invalid := r == utf8.RuneError && size == 1
		for range size {
			if invalid || !unwanted(r) {
				kept.append(n.text[i], n.from[i], n.to[i])
			}
			i++
		}
	}
	return kept
}

// decodeOnce decodes the escapes that begin with the given characters, once.
func (n normalized) decodeOnce(by escapes) (decoded normalized, changed bool) {
	if !bytes.ContainsAny(n.text, string(by)) {
		return n, false
	}
	for i := 0; i < len(n.text); {
		if strings.IndexByte(string(by), n.text[i]) < 0 {
			decoded.append(n.text[i], n.from[i], n.to[i])
			i++
			continue
		}
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

// decode decodes the escape at the beginning of a text. It returns the decoded bytes and the length of the escape, or 0
// if there is none.
func decode(text []byte) (character []byte, length int) {
	switch text[0] {
	case '%':
		if len(text) > 1 && (text[1] == 'u' || text[1] == 'U') { // legacy .NET and JavaScript functions write this form
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
		case '\\', '/', '"', '\'':
			return text[1:2], 2
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

// codeUnit reads an escape with hexadecimal digits. A character beyond the first 65,536 takes two such escapes.
func codeUnit(text []byte, at, digits int) ([]byte, int) {
	if len(text) < at+digits {
		return nil, 0
	}
	high, length := codePoint(text[at:at+digits], at+digits)
	value, err := strconv.ParseUint(string(text[at:at+digits]), 16, 32)
	if err != nil || value < 0xd800 || value > 0xdbff || len(text) < 2*(at+digits) ||
		!bytes.Equal(text[at+digits:at+digits+at], text[:at]) {
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
