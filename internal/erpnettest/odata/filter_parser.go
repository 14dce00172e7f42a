// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package odata

import (
	"slices"
	"time"
)

// The operators and functions of $filter, each with the Filters that the
// attribute must allow (protocol 5). There are no others: no or, not, gt, lt or
// ne, and no parentheses.
var (
	operators = map[string]Filters{"eq": Equal, "ge": Ranged, "le": Ranged, "in": Within}
	functions = map[string]Filters{
		"contains": Like, "startswith": Like, "endswith": Like,
		"equalnull": Equal, "lessequalnull": Ranged, "greaterequalnull": Ranged,
	}
)

// filterParser keeps its first error. After that, its results are meaningless.
type filterParser struct {
	rest       []lexeme
	entityType EntityType
	ignoreCase bool
	err        error
}

// parseFilter reads a $filter. It refuses operators and forms of values that
// the documentation doesn't have, and filters that the entity's page doesn't
// list for the attribute.
func (m Model) parseFilter(source string, t EntityType) ([]condition, error) {
	found, err := lex(source)
	p := filterParser{rest: found, entityType: t, ignoreCase: m.IgnoreCase, err: err}
	var conditions []condition
	for {
		conditions = append(conditions, p.condition())
		next := p.next()
		switch {
		case p.err != nil || next == lexeme{}:
			return conditions, p.err
		case next.is("or"):
			p.fail(unsupported("The operator 'or' is not supported in $filter."))
		case !next.is("and"):
			p.fail(next.misplaced())
		}
	}
}

func (p *filterParser) fail(err error) {
	if p.err == nil {
		p.err = err
	}
}

// next consumes and returns one lexeme, or the zero value at the end.
func (p *filterParser) next() lexeme {
	if len(p.rest) == 0 {
		return lexeme{}
	}
	taken := p.rest[0]
	p.rest = p.rest[1:]
	return taken
}

func (p *filterParser) expect(text string) {
	if taken := p.next(); !taken.is(text) {
		p.fail(taken.misplaced())
	}
}

func (p *filterParser) condition() condition {
	first := p.next()
	if needed, known := functions[first.text]; known && !first.quoted {
		return p.function(first.text, needed)
	}
	c := p.begin(first)
	operator := p.next()
	needed, known := operators[operator.text]
	if !known || operator.quoted {
		p.fail(unsupported("The operator '%s' is not supported in $filter.", operator.text))
	}
	p.apply(&c, operator.text, needed)
	if c.operator == "in" {
		p.list(&c)
	} else {
		p.value(&c)
	}
	return c
}

func (p *filterParser) function(name string, needed Filters) condition {
	p.expect("(")
	c := p.begin(p.next())
	p.apply(&c, name, needed)
	if c.attribute.Kind == Translated && name != "contains" {
		const format = "The multi-language property '%s' supports only the function contains."
		p.fail(unsupported(format, c.attribute.Name))
	}
	p.expect(",")
	p.value(&c)
	p.expect(")")
	return c
}

func (p *filterParser) begin(name lexeme) condition {
	if name.quoted || name.text == "" || name.text == "not" {
		p.fail(name.misplaced())
	}
	attribute, err := p.entityType.Attribute(name.text)
	if err != nil {
		p.fail(err)
	}
	return condition{attribute: attribute, ignoreCase: p.ignoreCase}
}

func (p *filterParser) apply(c *condition, operator string, needed Filters) {
	if c.attribute.Filters&needed == 0 {
		const format = "The property '%s' cannot be used in the $filter query option with '%s'."
		p.fail(unsupported(format, c.attribute.Name, operator))
	}
	c.operator = operator
}

func (p *filterParser) list(c *condition) {
	p.expect("(")
	for p.err == nil {
		p.value(c)
		next := p.next()
		if next.is(")") {
			return
		}
		if !next.is(",") {
			p.fail(next.misplaced())
		}
	}
}

// value reads a value in the form that the attribute's type has in $filter:
// quoted for texts, choices and references, and unquoted for all others.
func (p *filterParser) value(c *condition) {
	given := p.next()
	value, fits := c.read(given)
	if !fits {
		p.fail(invalid("The value %s does not fit the property '%s' in $filter.", given, c.attribute.Name))
	}
	c.values = append(c.values, value)
}

func (c condition) read(given lexeme) (value any, fits bool) {
	isPattern := functions[c.operator] == Like
	switch kind := c.attribute.Kind; {
	case kind == Text, kind == Translated, isPattern:
		return given.text, given.quoted
	case kind == Choice:
		return given.text, given.quoted && slices.Contains(c.attribute.Choices, given.text)
	case kind == Reference:
		to, isLink := ParseLink(given.text)
		return to.String(), given.quoted && isLink && to.Set == c.attribute.Target
	case given.quoted:
		return nil, false
	case kind == Identifier:
		return given.text, IsGUID(given.text)
	case kind == Flag:
		return given.text == "true", given.text == "true" || given.text == "false"
	case kind == Moment:
		return parseDate(given.text)
	}
	return nil, false
}

// parseDate truncates a date-time to its date, as the real server does
// (protocol 5).
func parseDate(text string) (time.Time, bool) {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02Z07:00", time.DateOnly} {
		if date, err := time.Parse(layout, text); err == nil {
			return date.UTC().Truncate(24 * time.Hour), true
		}
	}
	return time.Time{}, false
}
