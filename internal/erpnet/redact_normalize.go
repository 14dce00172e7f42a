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

// A server may send a secret back in any encoding, in several at once, and wrapped over lines. So a secret is not looked
// for in a list of encodings: text and secret are both decoded until nothing is left to decode, and what encoders and
// line wrapping add is left out of both.

// normalized is a text in such a form. from and to say, for each byte of it, where it came from.
type normalized struct {
	text     []byte
	from, to []int
}

// maxDecoded is how many times something may be encoded, and maxOrdered the length of the longest text, in bytes, that is
// also decoded in each order of two encodings.
const (
	maxDecoded = 6
	maxOrdered = 32 << 10
)

// escapes is a set of the characters that begin an encoding.
type escapes string

const (
	percentEncoding  escapes = "%"
	htmlEntities     escapes = "&"
	backslashEscapes escapes = `\`
	allEscapes               = percentEncoding + htmlEntities + backslashEscapes
)

// normalize decodes percent-encoding, HTML entities and backslash escapes, until there are none, and returns the text
// after each round. It leaves out what is not wanted, such as spaces and what cannot be seen.
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

// ordered decodes a text by one encoding, and by two one after the other, in each order: a secret that looks encoded
// itself is lost where all are decoded at once.
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

// last is the text after all rounds.
func last(rounds []normalized) normalized { return rounds[len(rounds)-1] }

// folded ignores letter case.
func (n normalized) folded() normalized {
	n.text = bytes.Clone(n.text)
	for i, b := range n.text {
		if b >= 'A' && b <= 'Z' {
			n.text[i] = b + 'a' - 'A'
		}
	}
	return n
}

// condensed leaves out what encoders add besides: plus signs, which are spaces in forms, backslashes and quotes.
func (n normalized) condensed() normalized {
	return n.without(func(r rune) bool { return strings.ContainsRune("+\\\"'`", r) })
}

func isInvisible(r rune) bool {
	return r == unicode.ReplacementChar || unicode.IsSpace(r) || !unicode.IsPrint(r)
}

// without leaves out the characters that are not wanted. Bytes that are no character stay.
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

// decodeOnce decodes what is encoded in these ways, once.
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

// codeUnit reads an escape of hexadecimal digits, as which a character beyond the first 65,536 needs two.
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
