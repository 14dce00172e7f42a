// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

import "strings"

// lexeme is a word of a $filter, a sign, or what stands between quotes.
type lexeme struct {
	text   string
	quoted bool
}

// is tells whether the lexeme is that word or sign. OData's own words are
// case-sensitive.
func (l lexeme) is(text string) bool { return !l.quoted && l.text == text }

// String is the lexeme as it would have to be written.
func (l lexeme) String() string {
	if l.quoted {
		return "'" + strings.ReplaceAll(l.text, "'", "''") + "'"
	}
	return l.text
}

func (l lexeme) misplaced() *failure {
	if l == (lexeme{}) {
		return invalid("Syntax error in $filter: it ends too early.")
	}
	return invalid("Syntax error in $filter at %s.", l)
}

// readLexemes splits a $filter. Inside quotes a doubled quote stands for one.
func readLexemes(source string) ([]lexeme, *failure) {
	var lexemes []lexeme
	for {
		source = strings.TrimLeft(source, " ")
		switch {
		case source == "":
			return lexemes, nil
		case strings.ContainsRune("(),", rune(source[0])):
			lexemes = append(lexemes, lexeme{text: source[:1]})
			source = source[1:]
		case source[0] == '\'':
			content, rest, closed := cutQuoted(source[1:])
			if !closed {
				return nil, invalid("Syntax error in $filter: there is an unterminated string literal.")
			}
			lexemes = append(lexemes, lexeme{text: content, quoted: true})
			source = rest
		default:
			end := strings.IndexAny(source, " (),'")
			if end < 0 {
				end = len(source)
			}
			lexemes = append(lexemes, lexeme{text: source[:end]})
			source = source[end:]
		}
	}
}

func cutQuoted(source string) (content, rest string, closed bool) {
	for i := 0; i < len(source); i++ {
		if source[i] != '\'' {
			continue
		}
		if !strings.HasPrefix(source[i+1:], "'") {
			return strings.ReplaceAll(source[:i], "''", "'"), source[i+1:], true
		}
		i++
	}
	return "", "", false
}
