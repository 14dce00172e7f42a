// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package odata

import (
	"slices"
	"strings"
	"time"
)

// condition is one of the conditions that a $filter joins with "and".
type condition struct {
	attribute  Attribute
	operator   string
	values     []any // of the type that the attribute has in a Row, a Link as its text
	ignoreCase bool
}

// holds tells whether a row passes. A date-time in the filter was cut to its
// date. The row's own is compared as it is, which leaves eq little to find.
func (c condition) holds(row Row) bool {
	value := row[c.attribute.Name]
	if to, is := value.(Link); is {
		value = to.String()
	}
	operator, orNull := strings.CutSuffix(c.operator, "null")
	if value == nil {
		return orNull
	}
	switch operator {
	case "eq", "equal", "in":
		return slices.ContainsFunc(c.values, func(other any) bool { return c.same(value, other) })
	case "ge", "greaterequal":
		return sortKey(value) >= sortKey(c.values[0])
	case "le", "lessequal":
		return sortKey(value) <= sortKey(c.values[0])
	}
	// Assumption: these ignore the case, as the search by name is documented to.
	whole, part := sortKey(value), sortKey(c.values[0])
	switch operator {
	case "contains":
		return strings.Contains(whole, part)
	case "startswith":
		return strings.HasPrefix(whole, part)
	default:
		return strings.HasSuffix(whole, part)
	}
}

func (c condition) same(a, b any) bool {
	switch a.(type) {
	case time.Time: // which may be in another time zone
	case string:
		if !c.ignoreCase && c.attribute.Kind != Identifier && c.attribute.Kind != Reference {
			return a == b
		}
	default:
		return a == b
	}
	return sortKey(a) == sortKey(b)
}

// sortKey is a text that sorts as the value does: null first, texts without
// regard to case.
func sortKey(value any) string {
	switch value := value.(type) {
	case string:
		return strings.ToLower(value)
	case time.Time:
		return value.UTC().Format("2006-01-02T15:04:05.000000000")
	}
	return ""
}
