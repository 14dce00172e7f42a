// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

import (
	"cmp"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// plainOptions are documented query options without a dollar sign that change
// nothing here: the language and the context. Another one, such as top for $top,
// is refused: a real server may ignore it, which helps no client.
var plainOptions = []string{
	"culture", "ErpContextParameters", "CurrentEnterpriseCompanyId", "CurrentEnterpriseCompanyLocationId", "CurrentRoleId",
}

// query is what the options of a request ask for. Known to the documentation
// but not to this package are $search, $apply, expandgroup and options.
type query struct {
	top     int // -1 without $top
	skip    int
	from    string // the Id that a page begins with
	count   bool
	filter  []condition
	order   []ordering
	shape   shape
	options url.Values
}

type ordering struct {
	attribute attribute
	backwards bool
}

// readQuery reads the options for records of one type. A single record has but
// a shape, and a change takes no options at all.
func readQuery(rawQuery string, t entityType, settings Settings, allowed ...string) (query, *failure) {
	options, err := url.ParseQuery(rawQuery)
	if err != nil {
		return query{}, invalid("The query of the URL cannot be read.")
	}
	q := query{top: -1, options: options}
	for _, name := range slices.Sorted(maps.Keys(options)) { // the same error in every run
		values := options[name]
		if slices.Contains(plainOptions, name) {
			continue
		}
		if !slices.Contains(allowed, name) || len(values) > 1 {
			return query{}, unsupported("The query option '%s' is not supported here, or not twice.", name)
		}
		if refused := q.read(name, values[0], t, settings); refused != nil {
			return query{}, refused
		}
	}
	return q, nil
}

func (q *query) read(name, value string, t entityType, settings Settings) (refused *failure) {
	switch name {
	case "$top":
		q.top, refused = readNumber(name, value)
	case "$skip":
		q.skip, refused = readNumber(name, value)
	case "$skiptoken":
		if q.from = strings.ToLower(value); !isGUID(value) {
			refused = invalid("The query option '%s' has a wrong value.", name)
		}
	case "$count":
		q.count = value == "true"
		if value != "true" && value != "false" {
			refused = invalid("The query option '%s' has a wrong value.", name)
		}
	case "$filter":
		q.filter, refused = parseFilter(value, t, settings)
	case "$orderby":
		q.order, refused = parseOrder(value, t)
	case "$select":
		q.shape.selected, refused = parseSelect(value, t)
	case "$expand":
		q.shape.expanded, refused = parseExpand(value, t, settings)
	}
	return refused
}

func readNumber(name, value string) (int, *failure) {
	number, err := strconv.ParseUint(value, 10, 31)
	if err != nil {
		return 0, invalid("The query option '%s' has a wrong value.", name)
	}
	return int(number), nil
}

func parseOrder(value string, t entityType) ([]ordering, *failure) {
	var order []ordering
	for part := range strings.SplitSeq(value, ",") {
		words := strings.Fields(part)
		if len(words) == 0 || len(words) > 2 || len(words) == 2 && words[1] != "asc" && words[1] != "desc" {
			return nil, invalid("Syntax error in $orderby: '%s'.", part)
		}
		a, found := t.attribute(words[0])
		if !found {
			return nil, t.unknown(words[0])
		}
		if !a.sorts {
			return nil, unsupported("The property '%s' cannot be used in the $orderby query option.", a.name)
		}
		order = append(order, ordering{a, len(words) == 2 && words[1] == "desc"})
	}
	return order, nil
}

// matching returns the rows that pass the filter, in their order: that of the
// Id, where $orderby names no other.
func (q query) matching(rows []entity) []entity {
	rows = slices.DeleteFunc(slices.Clone(rows), func(row entity) bool {
		return slices.ContainsFunc(q.filter, func(c condition) bool { return !c.holds(row) })
	})
	slices.SortFunc(rows, func(a, b entity) int {
		for _, by := range q.order {
			order := compareValues(a[by.attribute.name], b[by.attribute.name])
			if by.backwards {
				order = -order
			}
			if order != 0 {
				return order
			}
		}
		return cmp.Compare(strings.ToLower(a.id()), strings.ToLower(b.id()))
	})
	return rows
}

// compareValues puts null first.
func compareValues(a, b any) int {
	switch a := a.(type) {
	case string:
		if b, is := b.(string); is {
			return cmp.Compare(strings.ToLower(a), strings.ToLower(b))
		}
		return 1
	case time.Time:
		if b, is := b.(time.Time); is {
			return a.Compare(b)
		}
		return 1
	}
	if b != nil {
		return -1
	}
	return 0
}

// page cuts one page out of the matching rows. What follows it is in a next
// link where $top was given (protocol 5): by the Id of the next record, or by
// its number where $orderby has put the records in another order.
func (q query) page(rows []entity) (page []entity, next url.Values) {
	if q.from != "" {
		begin := slices.IndexFunc(rows, func(row entity) bool { return strings.ToLower(row.id()) >= q.from })
		if begin < 0 {
			return nil, nil
		}
		rows = rows[begin:]
	}
	rows = rows[min(q.skip, len(rows)):]
	if q.top < 0 || q.top >= len(rows) {
		return rows, nil
	}
	if q.top > 0 {
		next = maps.Clone(q.options)
		next.Del("$skip")
		if q.order == nil {
			next.Set("$skiptoken", rows[q.top].id())
		} else {
			next.Set("$skip", strconv.Itoa(q.skip+q.top))
		}
	}
	return rows[:q.top], next
}
