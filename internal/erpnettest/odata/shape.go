// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package odata

import (
	"slices"
	"strings"
)

// Shape defines which attributes a result has. The zero value has every
// attribute that isn't hidden.
type Shape struct {
	selected []string         // nil if there is no $select
	expanded map[string]Shape // by reference
}

// Select returns the shape that a $select with these names defines.
func Select(names ...string) Shape { return Shape{selected: names} }

// has reports whether a result has an attribute. As the page about $select
// says, an expanded attribute is there even if it isn't selected.
func (s Shape) has(a Attribute) bool {
	if _, expanded := s.expanded[a.Name]; expanded {
		return true
	}
	standard := s.selected == nil || slices.Contains(s.selected, "default") || slices.Contains(s.selected, "*")
	return standard && !a.Hidden || slices.Contains(s.selected, a.Name)
}

func parseSelect(value string, t EntityType) ([]string, error) {
	selected := []string{}
	for name := range strings.SplitSeq(value, ",") {
		name = strings.TrimSpace(name)
		if _, err := t.Attribute(name); err != nil && name != "default" && name != "*" {
			return nil, err
		}
		selected = append(selected, name)
	}
	return selected, nil
}

// parseExpand reads a list of references. The only option that each can have is
// $select.
func (m Model) parseExpand(value string, t EntityType) (map[string]Shape, error) {
	expanded := map[string]Shape{}
	for _, item := range splitOutsideParentheses(value) {
		name, nested, hasNested := strings.Cut(strings.TrimSpace(item), "(")
		a, err := t.Attribute(name)
		if err != nil {
			return nil, err
		}
		target, known := m.Type(a.Target)
		if !known {
			return nil, unsupported("The property '%s' cannot be used in the $expand query option.", name)
		}
		var inner Shape
		if hasNested {
			list, isSelect := strings.CutPrefix(nested, "$select=")
			list, closed := strings.CutSuffix(list, ")")
			if !isSelect || !closed {
				return nil, unsupported("In $expand only $select is supported: '%s'.", item)
			}
			if inner.selected, err = parseSelect(list, target); err != nil {
				return nil, err
			}
		}
		expanded[name] = inner
	}
	return expanded, nil
}

func splitOutsideParentheses(value string) []string {
	depth := 0
	return strings.FieldsFunc(value, func(r rune) bool {
		switch r {
		case '(':
			depth++
		case ')':
			depth--
		}
		return r == ',' && depth == 0
	})
}

// Project returns a row in the form of a result, without attributes that the
// row lacks. Every result has an @odata.id (protocol 5). The function find
// returns the record that an expanded reference points to.
func (s Shape) Project(t EntityType, row Row, find func(Link) (EntityType, Row, bool)) map[string]any {
	result := map[string]any{"@odata.id": Link{t.Set, row.ID()}.String()}
	for _, a := range t.Attributes {
		value, has := row[a.Name]
		if !has || !s.has(a) {
			continue
		}
		switch a.Kind {
		case Reference:
			value = s.reference(a.Name, value, find)
		case Translated:
			value = map[string]any{"EN": value}
		}
		result[a.Name] = value
	}
	return result
}

// reference returns the @odata.id alone, unless the reference is expanded.
// Assumption: responses have the same form as request bodies here.
func (s Shape) reference(name string, value any, find func(Link) (EntityType, Row, bool)) any {
	to, isLink := value.(Link)
	if !isLink {
		return nil
	}
	if inner, expanded := s.expanded[name]; expanded {
		if t, row, found := find(to); found {
			return inner.Project(t, row, find)
		}
	}
	return map[string]any{"@odata.id": to.String()}
}
