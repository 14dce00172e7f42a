// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package odata

import (
	"cmp"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// plainOptions are documented query options without a dollar sign that change
// nothing here: the language and the context. Another one, such as top for $top,
// is refused: a real server may ignore it, which helps no client.
var plainOptions = []string{
	"culture", "ErpContextParameters",
	"CurrentEnterpriseCompanyId", "CurrentEnterpriseCompanyLocationId", "CurrentRoleId",
}

// Query is what the options of a request ask for. The documentation also has
// $search, $apply, expandgroup and options, which this package refuses.
type Query struct {
	Count bool
	Shape Shape

	top     int // -1 without $top
	skip    int
	from    string // the Id that a page begins with
	filter  []condition
	order   []ordering
	options url.Values
}

type ordering struct {
	attribute  string
	descending bool
}

// Parse reads the options for records of one type. Those that are not allowed
// are an error.
func (m Model) Parse(rawQuery string, t EntityType, allowed ...string) (Query, error) {
	options, err := url.ParseQuery(rawQuery)
	if err != nil {
		return Query{}, invalid("The query of the URL cannot be read.")
	}
	q := Query{top: -1, options: options}
	for _, name := range slices.Sorted(maps.Keys(options)) { // the same error in every run
		values := options[name]
		if slices.Contains(plainOptions, name) {
			continue
		}
		if !slices.Contains(allowed, name) || len(values) > 1 {
			return Query{}, unsupported("The query option '%s' is not supported here, or not twice.", name)
		}
		if err := q.read(m, t, name, values[0]); err != nil {
			return Query{}, err
		}
	}
	return q, nil
}

func (q *Query) read(m Model, t EntityType, name, value string) (err error) {
	valid := true
	switch name {
	case "$top":
		q.top, valid = parseNumber(value)
	case "$skip":
		q.skip, valid = parseNumber(value)
	case "$skiptoken":
		q.from, valid = strings.ToLower(value), IsGUID(value)
	case "$count":
		q.Count, valid = value == "true", value == "true" || value == "false"
	case "$filter":
		q.filter, err = m.parseFilter(value, t)
	case "$orderby":
		q.order, err = parseOrder(value, t)
	case "$select":
		q.Shape.selected, err = parseSelect(value, t)
	case "$expand":
		q.Shape.expanded, err = m.parseExpand(value, t)
	}
	if !valid {
		return invalid("The query option '%s' has a wrong value.", name)
	}
	return err
}

func parseNumber(value string) (int, bool) {
	number, err := strconv.ParseUint(value, 10, 31)
	return int(number), err == nil
}

func parseOrder(value string, t EntityType) ([]ordering, error) {
	var order []ordering
	for part := range strings.SplitSeq(value, ",") {
		words := append(strings.Fields(part), "asc")
		if len(words) < 2 || len(words) > 3 || words[1] != "asc" && words[1] != "desc" {
			return nil, invalid("Syntax error in $orderby: '%s'.", part)
		}
		a, err := t.Attribute(words[0])
		if err != nil {
			return nil, err
		}
		if !a.Sorts {
			return nil, unsupported("The property '%s' cannot be used in the $orderby query option.", a.Name)
		}
		order = append(order, ordering{a.Name, words[1] == "desc"})
	}
	return order, nil
}

// Matching returns the rows that pass the filter, in their order: that of the
// Id, where $orderby names no other.
func (q Query) Matching(rows []Row) []Row {
	rows = slices.DeleteFunc(slices.Clone(rows), func(row Row) bool {
		return slices.ContainsFunc(q.filter, func(c condition) bool { return !c.holds(row) })
	})
	slices.SortFunc(rows, func(a, b Row) int {
		for _, by := range q.order {
			order := cmp.Compare(sortKey(a[by.attribute]), sortKey(b[by.attribute]))
			if by.descending {
				order = -order
			}
			if order != 0 {
				return order
			}
		}
		return cmp.Compare(sortKey(a.ID()), sortKey(b.ID()))
	})
	return rows
}

// Page cuts one page out of the matching rows, and returns the options of the
// next page: nil where there is none, or no $top (protocol 5). The next page
// begins at the Id of its first record, or at its number where $orderby has put
// the records in another order.
func (q Query) Page(rows []Row) (page []Row, next url.Values) {
	if q.from != "" {
		rows = slices.DeleteFunc(slices.Clone(rows), func(row Row) bool { return sortKey(row.ID()) < q.from })
	}
	rows = rows[min(q.skip, len(rows)):]
	if q.top < 0 || q.top >= len(rows) {
		return rows, nil
	}
	if q.top > 0 {
		next = maps.Clone(q.options)
		next.Del("$skip")
		if q.order == nil {
			next.Set("$skiptoken", rows[q.top].ID())
		} else {
			next.Set("$skip", strconv.Itoa(q.skip+q.top))
		}
	}
	return rows[:q.top], next
}
