// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

import (
	"slices"
	"strings"
)

// shape says which attributes a result has.
type shape struct {
	selected []string         // nil without $select
	expanded map[string]shape // by reference
}

// has tells whether a result has an attribute. What is expanded is there even
// where it is not selected, as the page on $select says.
func (s shape) has(a attribute) bool {
	if _, expanded := s.expanded[a.name]; expanded {
		return true
	}
	standard := s.selected == nil || slices.Contains(s.selected, "default") || slices.Contains(s.selected, "*")
	return standard && !a.hidden || slices.Contains(s.selected, a.name)
}

func parseSelect(value string, t entityType) ([]string, *failure) {
	selected := []string{}
	for name := range strings.SplitSeq(value, ",") {
		name = strings.TrimSpace(name)
		if _, found := t.attribute(name); !found && name != "default" && name != "*" {
			return nil, t.unknown(name)
		}
		selected = append(selected, name)
	}
	return selected, nil
}

// parseExpand reads references, each with no other option than $select. Child
// lists can be selected but not expanded here.
func parseExpand(value string, t entityType, settings Settings) (map[string]shape, *failure) {
	expanded := map[string]shape{}
	for _, item := range splitOutsideParentheses(value) {
		name, nested, hasNested := strings.Cut(strings.TrimSpace(item), "(")
		a, found := t.attribute(name)
		if !found {
			return nil, t.unknown(name)
		}
		target, known := typeOf(a.target, settings)
		if a.kind != reference || !known {
			return nil, unsupported("The property '%s' cannot be used in the $expand query option.", name)
		}
		inner := shape{}
		if hasNested {
			list, isSelect := strings.CutPrefix(nested, "$select=")
			list, closed := strings.CutSuffix(list, ")")
			if !isSelect || !closed {
				return nil, unsupported("In $expand only $select is supported: '%s'.", item)
			}
			selected, refused := parseSelect(list, target)
			if refused != nil {
				return nil, refused
			}
			inner.selected = selected
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

// typeOf is the type of an entity set's records, as a server of the configured
// age knows it.
func typeOf(set string, settings Settings) (entityType, bool) {
	i := slices.IndexFunc(entityTypes, func(t entityType) bool { return t.set == set })
	if i < 0 {
		return entityType{}, false
	}
	return entityTypes[i].without(settings.UnknownAttributes), true
}
