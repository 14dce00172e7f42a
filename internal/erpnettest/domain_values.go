// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

const bindSuffix = "@odata.bind"

// assign writes the properties of a body into a row. An unknown property, a
// read-only one and a value of another type are errors; annotations of OData
// itself say nothing that would be needed.
func (c *change) assign(t entityType, row entity, body map[string]any) *failure {
	for _, name := range slices.Sorted(maps.Keys(body)) { // the same error in every run
		if strings.HasPrefix(name, "@") {
			continue
		}
		bare, bound := strings.CutSuffix(name, bindSuffix)
		a, found := t.attribute(bare)
		switch {
		case !found:
			return t.unknown(bare)
		case a.readOnly:
			return rejected("The property '%s' is read-only.", name)
		case bound && a.kind != reference:
			return invalid("The property '%s' is not a navigation property.", bare)
		}
		value, refused := c.value(a, body[name], bound)
		if refused != nil {
			return refused
		}
		row[a.name] = value
	}
	return nil
}

func (c *change) value(a attribute, given any, bound bool) (any, *failure) {
	switch {
	case a.kind == reference:
		return c.reference(a, given, bound)
	case given == nil && a.nullable:
		return nil, nil
	case given == nil:
		return nil, rejected("The property '%s' is required.", a.name)
	}
	switch a.kind {
	case flag:
		if value, is := given.(bool); is {
			return value, nil
		}
	case choice:
		if value, is := given.(string); is && slices.Contains(a.choices, value) {
			return value, nil
		}
	case text:
		if value, is := given.(string); is {
			return a.text(value)
		}
	case translated:
		if languages, is := given.(map[string]any); is {
			if value, is := languages["EN"].(string); is {
				return a.text(value)
			}
		}
	}
	return nil, invalid("The value of the property '%s' has a wrong type.", a.name)
}

func (a attribute) text(value string) (any, *failure) {
	switch {
	case value == "" && a.nullable:
		return nil, nil // as valuesOf would read it back
	case value == "":
		return nil, rejected("The property '%s' is required.", a.name)
	case a.length > 0 && utf8.RuneCountInString(value) > a.length:
		return nil, rejected("The value of the property '%s' is longer than %d characters.", a.name, a.length)
	case a.name == "AdditionalDataJson" && !isJSONObject(value):
		return nil, rejected("The value of the property '%s' is not a JSON object.", a.name)
	}
	return value, nil
}

func isJSONObject(value string) bool {
	var object map[string]any
	return json.Unmarshal([]byte(value), &object) == nil && object != nil
}
