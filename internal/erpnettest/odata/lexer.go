// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package odata

import (
	"regexp"
	"strings"
)

// lexeme is a word of a $filter, a sign, or what stands between quotes. The
// zero value is the end.
type lexeme struct {
	text   string
	quoted bool
}

// is tells whether the lexeme is that word or sign. OData's own words are
// case-sensitive.
func (l lexeme) is(text string) bool { return !l.quoted && l.text == text }

// String is the lexeme as it stands in a $filter.
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

// lexemes finds a literal, a sign, or a word. A quote that no literal takes is a
// sign, too.
var lexemes = regexp.MustCompile(`'(?:[^']|'')*'|[(),']|[^ (),']+`)

// lex splits a $filter. Inside quotes a doubled quote stands for one.
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
