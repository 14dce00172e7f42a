// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

import (
	"slices"
	"strings"
	"time"
)

// condition is one of the conditions that a $filter joins with "and".
type condition struct {
	attribute  attribute
	operator   string
	values     []any // of the type that the attribute has in an entity, a link as its text
	ignoreCase bool
}

// operators and functions of $filter, each with what the attribute must allow
// (protocol 5). There are no others: no or, not, gt, lt and ne, no parentheses.
var (
	filterOperators = map[string]filters{"eq": equal, "ge": ranged, "le": ranged, "in": within}
	filterFunctions = map[string]filters{
		"contains": like, "startswith": like, "endswith": like,
		"equalnull": equal, "lessequalnull": ranged, "greaterequalnull": ranged,
	}
)

// holds tells whether a row passes. A date-time in the filter was cut to its
// date; the row's own is compared as it is, which leaves eq little to find.
func (c condition) holds(row entity) bool {
	value := row[c.attribute.name]
	if to, is := value.(link); is {
		value = to.String()
	}
	orNull, other := false, c.values[0]
	switch c.operator {
	case "equalnull", "lessequalnull", "greaterequalnull":
		orNull = true
	}
	if value == nil {
		return orNull
	}
	switch c.operator {
	case "eq", "equalnull", "in":
		return slices.ContainsFunc(c.values, func(other any) bool { return c.same(value, other) })
	case "ge", "greaterequalnull":
		return compareValues(value, other) >= 0
	case "le", "lessequalnull":
		return compareValues(value, other) <= 0
	}
	whole, isText := value.(string)
	part, isPartText := other.(string)
	if !isText || !isPartText {
		return false
	}
	// Assumption: like ignores the case, as the search by name is documented to.
	whole, part = strings.ToLower(whole), strings.ToLower(part)
	switch c.operator {
	case "contains":
		return strings.Contains(whole, part)
	case "startswith":
		return strings.HasPrefix(whole, part)
	default:
		return strings.HasSuffix(whole, part)
	}
}

func (c condition) same(a, b any) bool {
	switch a := a.(type) {
	case string:
		b, is := b.(string)
		if c.ignoreCase || c.attribute.kind == identifier || c.attribute.kind == reference {
			return is && strings.EqualFold(a, b)
		}
		return is && a == b
	case time.Time:
		b, is := b.(time.Time)
		return is && a.Equal(b)
	}
	return a == b
}

// parseFilter reads a $filter, and refuses what the documentation does not
// have: operators, forms of values, and attributes whose entry on the entity's
// page lists no such filter.
func parseFilter(source string, t entityType, settings Settings) ([]condition, *failure) {
	lexemes, refused := readLexemes(source)
	if refused != nil {
		return nil, refused
	}
	p := filterParser{rest: lexemes, entityType: t, settings: settings}
	var conditions []condition
	for {
		c, refused := p.condition()
		if refused != nil {
			return nil, refused
		}
		conditions = append(conditions, c)
		switch next := p.next(); {
		case next == lexeme{}:
			return conditions, nil
		case next.is("or"):
			return nil, unsupported("The operator 'or' is not supported in $filter.")
		case !next.is("and"):
			return nil, next.misplaced()
		}
	}
}
