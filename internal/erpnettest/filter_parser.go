// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

import (
	"slices"
	"strings"
	"time"
)

type filterParser struct {
	rest       []lexeme
	entityType entityType
	settings   Settings
}

// next takes one lexeme; the zero one means that there is none.
func (p *filterParser) next() lexeme {
	if len(p.rest) == 0 {
		return lexeme{}
	}
	taken := p.rest[0]
	p.rest = p.rest[1:]
	return taken
}

func (p *filterParser) expect(text string) *failure {
	if taken := p.next(); !taken.is(text) {
		return taken.misplaced()
	}
	return nil
}

func (p *filterParser) condition() (condition, *failure) {
	first := p.next()
	if needed, is := filterFunctions[first.text]; is && !first.quoted {
		return p.function(first.text, needed)
	}
	c, refused := p.begin(first)
	if refused != nil {
		return condition{}, refused
	}
	operator := p.next()
	needed, known := filterOperators[operator.text]
	if !known || operator.quoted {
		return condition{}, unsupported("The operator '%s' is not supported in $filter.", operator.text)
	}
	if refused := c.take(operator.text, needed); refused != nil {
		return condition{}, refused
	}
	if operator.text == "in" {
		return p.list(c)
	}
	return p.value(c)
}

func (p *filterParser) function(name string, needed filters) (condition, *failure) {
	if refused := p.expect("("); refused != nil {
		return condition{}, refused
	}
	c, refused := p.begin(p.next())
	if refused == nil {
		refused = c.take(name, needed)
	}
	if refused == nil && c.attribute.kind == translated && name != "contains" {
		refused = unsupported("The multi-language property '%s' supports only the function contains.", c.attribute.name)
	}
	if refused == nil {
		refused = p.expect(",")
	}
	if refused == nil {
		c, refused = p.value(c)
	}
	if refused == nil {
		refused = p.expect(")")
	}
	return c, refused
}

func (p *filterParser) begin(name lexeme) (condition, *failure) {
	if name.quoted || name.text == "" || name.text == "not" {
		return condition{}, name.misplaced()
	}
	a, found := p.entityType.attribute(name.text)
	if !found {
		return condition{}, p.entityType.unknown(name.text)
	}
	return condition{attribute: a, ignoreCase: p.settings.IgnoreClientIDCase}, nil
}

func (c *condition) take(operator string, needed filters) *failure {
	if c.attribute.filters&needed == 0 {
		return unsupported("The property '%s' cannot be used in the $filter query option with '%s'.", c.attribute.name, operator)
	}
	c.operator = operator
	return nil
}

func (p *filterParser) list(c condition) (condition, *failure) {
	if refused := p.expect("("); refused != nil {
		return c, refused
	}
	for {
		var refused *failure
		if c, refused = p.value(c); refused != nil {
			return c, refused
		}
		switch next := p.next(); {
		case next.is(")"):
			return c, nil
		case !next.is(","):
			return c, next.misplaced()
		}
	}
}

// value reads a value in the form that the attribute's type has in $filter:
// texts, choices and references quoted, all others not.
func (p *filterParser) value(c condition) (condition, *failure) {
	given := p.next()
	value, fits := c.read(given)
	if !fits {
		return c, invalid("The value %s does not fit the property '%s' in $filter.", given, c.attribute.name)
	}
	c.values = append(slices.Clip(c.values), value)
	return c, nil
}

func (c condition) read(given lexeme) (value any, fits bool) {
	isPattern := filterFunctions[c.operator] == like
	switch kind := c.attribute.kind; {
	case kind == text, kind == translated, isPattern:
		return given.text, given.quoted
	case kind == choice:
		return given.text, given.quoted && slices.Contains(c.attribute.choices, given.text)
	case kind == reference:
		to, isLink := parseLink(given.text)
		return to.String(), given.quoted && isLink && to.set == c.attribute.target
	case given.quoted:
		return nil, false
	case kind == identifier:
		return given.text, isGUID(given.text)
	case kind == flag:
		return given.text == "true", given.text == "true" || given.text == "false"
	case kind == moment:
		return parseDate(given.text)
	}
	return nil, false
}

// parseDate cuts a date-time to its date, as the real server does (protocol 5).
func parseDate(text string) (time.Time, bool) {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02Z07:00", time.DateOnly} {
		if date, err := time.Parse(layout, text); err == nil {
			return date.UTC().Truncate(24 * time.Hour), true
		}
	}
	return time.Time{}, false
}

// parseLink reads an @odata.id, "Set(guid)".
func parseLink(text string) (link, bool) {
	set, rest, _ := strings.Cut(text, "(")
	id, closed := strings.CutSuffix(rest, ")")
	return link{set, id}, closed && isGUID(id)
}

func isGUID(text string) bool {
	if len(text) != 36 {
		return false
	}
	for i, r := range text {
		switch i {
		case 8, 13, 18, 23:
			if r != '-' {
				return false
			}
		default:
			if !strings.ContainsRune("0123456789abcdefABCDEF", r) {
				return false
			}
		}
	}
	return true
}
