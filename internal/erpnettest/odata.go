// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// entity is a record. Its hidden attributes are in a result only when selected:
// Id, calculated ones and the like (protocol 5).
type entity struct {
	id      string
	visible map[string]any
	hidden  map[string]any
}

type entitySet struct {
	name string // such as "Crm_Sales_Customers"
	rows []entity
}

// queryOptions are those that this package understands; $filter, $expand and
// $orderby are not among them yet.
type queryOptions struct {
	top      int // -1 without $top
	skip     int
	count    bool
	selected []string // nil without $select
	query    url.Values
}

func readQueryOptions(rawQuery string) (queryOptions, error) {
	query, err := url.ParseQuery(rawQuery)
	if err != nil {
		return queryOptions{}, errors.New("the query cannot be read")
	}
	options := queryOptions{top: -1, query: query}
	for name, values := range query {
		value := values[0]
		switch name {
		case "$top":
			options.top, err = readNumber(value)
		case "$skip":
			options.skip, err = readNumber(value)
		case "$count":
			options.count, err = strconv.ParseBool(value)
		case "$select":
			for attribute := range strings.SplitSeq(value, ",") {
				options.selected = append(options.selected, strings.TrimSpace(attribute))
			}
		default:
			if strings.HasPrefix(name, "$") {
				err = errors.New("not supported")
			}
		}
		if err != nil || len(values) > 1 {
			return queryOptions{}, fmt.Errorf("the query option %s is not supported or has a wrong value", name)
		}
	}
	return options, nil
}

func readNumber(text string) (int, error) {
	number, err := strconv.ParseUint(text, 10, 31)
	return int(number), err
}

// page cuts out what $skip and $top ask for, and tells whether a next link
// follows: the server sends one only where $top was given.
func (o queryOptions) page(rows []entity) (page []entity, more bool) {
	rows = rows[min(o.skip, len(rows)):]
	if o.top < 0 || o.top >= len(rows) {
		return rows, false
	}
	return rows[:o.top], o.top > 0
}

func (o queryOptions) next() string {
	query := maps.Clone(o.query)
	query.Set("$skip", strconv.Itoa(o.skip+o.top))
	return query.Encode()
}

func (set entitySet) checkSelect(options queryOptions) error {
	for _, name := range options.selected {
		if name == "default" || len(set.rows) == 0 {
			continue
		}
		_, visible := set.rows[0].visible[name]
		_, hidden := set.rows[0].hidden[name]
		if !visible && !hidden {
			return fmt.Errorf("could not find a property named '%s' on type 'Erp.%s'", name, strings.TrimSuffix(set.name, "s"))
		}
	}
	return nil
}

func (set entitySet) render(row entity, options queryOptions) map[string]any {
	selected := func(name string) bool { return slices.Contains(options.selected, name) }
	result := map[string]any{"@odata.id": set.name + "(" + row.id + ")"}
	for name, value := range row.visible {
		if options.selected == nil || selected("default") || selected(name) {
			result[name] = value
		}
	}
	for name, value := range row.hidden {
		if selected(name) {
			result[name] = value
		}
	}
	return result
}
