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

// plainOptions are the documented query options without a dollar sign that have
// no effect here: the language and the context. Any other, such as top instead
// of $top, is refused. A real server may ignore it, which helps no client.
var plainOptions = []string{
	"culture", "ErpContextParameters",
	"CurrentEnterpriseCompanyId", "CurrentEnterpriseCompanyLocationId", "CurrentRoleId",
}

// Query is what the options of a request ask for. This package refuses $search,
// $apply, expandgroup and options, although they are documented.
type Query struct {
	Count bool
	Shape Shape

	top     int // -1 without $top
	skip    int
	from    string // the Id that the page starts at
	filter  []condition
	order   []ordering
	options url.Values
}

type ordering struct {
	attribute  string
	descending bool
}

// Parse reads the options of a query for records of one type. An option that
// isn't in allowed is an error.
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

// Matching returns the rows that match the filter, in the order of $orderby.
// Rows that are equal in this order are sorted by Id.
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

// Page returns one page of the matching rows, and the options of the next page.
// The options are nil if there is no next page or no $top (protocol 5). The
// next page starts at the Id of its first record, or at its position if there
// is an $orderby.
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
