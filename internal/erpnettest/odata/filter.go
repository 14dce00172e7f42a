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
	values     []any // of the attribute's type in a Row, but a Link as its text
	ignoreCase bool
}

// holds reports whether a row matches. A date-time in the filter has lost its
// time of day, but the one in the row still has it. So eq rarely matches.
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
	// Assumption: these ignore case, as documented for the search by name.
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
	case time.Time: // the time zones may differ
	case string:
		if !c.ignoreCase && c.attribute.Kind != Identifier && c.attribute.Kind != Reference {
			return a == b
		}
	default:
		return a == b
	}
	return sortKey(a) == sortKey(b)
}

// sortKey returns a text that sorts like the value: null first, and texts
// without regard to case.
func sortKey(value any) string {
	switch value := value.(type) {
	case string:
		return strings.ToLower(value)
	case time.Time:
		return value.UTC().Format("2006-01-02T15:04:05.000000000")
	}
	return ""
}
