// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package odata

import (
	"regexp"
	"strings"
)

// lexeme is a word, a sign or a string literal in a $filter. The zero value is
// the end.
type lexeme struct {
	text   string
	quoted bool
}

// is reports whether the lexeme is that word or sign. OData's own words are
// case-sensitive.
func (l lexeme) is(text string) bool { return !l.quoted && l.text == text }

// String returns the lexeme as it is written in a $filter.
func (l lexeme) String() string {
	if l.quoted {
		return "'" + strings.ReplaceAll(l.text, "'", "''") + "'"
	}
	return l.text
}

func (l lexeme) misplaced() error {
	if l == (lexeme{}) {
		return invalid("Syntax error in $filter: it ends too early.")
	}
	return invalid("Syntax error in $filter at %s.", l)
}

// lexemes matches a literal, a sign or a word. A quote that isn't part of a
// literal is a sign.
var lexemes = regexp.MustCompile(`'(?:[^']|'')*'|[(),']|[^ (),']+`)

// lex splits a $filter. Within quotes, a doubled quote stands for one quote.
func lex(source string) ([]lexeme, error) {
	var found []lexeme
	for _, text := range lexemes.FindAllString(source, -1) {
		switch {
		case text == "'":
			return nil, invalid("Syntax error in $filter: there is an unterminated string literal.")
		case text[0] == '\'':
			found = append(found, lexeme{strings.ReplaceAll(text[1:len(text)-1], "''", "'"), true})
		default:
			found = append(found, lexeme{text: text})
		}
	}
	return found, nil
}
