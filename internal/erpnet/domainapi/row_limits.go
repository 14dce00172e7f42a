// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package domainapi

import (
	"encoding/json"
	"fmt"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
)

// excess says in a clause which limit rows exceed; "" if none. A response of 1 MiB can hold what takes gigabytes as
// values of Terraform: each value has its type beside it, and the JSON of a text is escaped twice.
func excess(rows []Row) string {
	m := measure{}
	for _, row := range rows {
		m.value(map[string]any(row), 0)
	}
	switch {
	case m.depth > erpnet.MaxDepth:
		return fmt.Sprintf("are nested more than %d deep", erpnet.MaxDepth)
	case m.elements > erpnet.MaxElements:
		return fmt.Sprintf("have more than %d values", erpnet.MaxElements)
	case m.size > erpnet.MaxPageSize:
		return fmt.Sprintf("take more than %d MiB in a state", erpnet.MaxPageSize>>20)
	}
	return ""
}

// measure adds up what a value takes.
type measure struct{ depth, elements, size int }

// typeSize is what a value's type takes in a state, in bytes, and its punctuation.
const typeSize = 12

func (m *measure) value(value any, depth int) {
	m.elements++
	m.size += typeSize
	if m.depth = max(m.depth, depth); m.depth > erpnet.MaxDepth || m.elements > erpnet.MaxElements {
		return
	}
	switch value := value.(type) {
	case map[string]any:
		for name, member := range value {
			m.text(name)
			m.size += len(name) + typeSize // once more, in the type
			m.value(member, depth+1)
		}
	case []any:
		for _, element := range value {
			m.value(element, depth+1)
		}
	case string:
		m.text(value)
	case json.Number:
		m.size += 2 * len(value)
	}
}

// text adds a text as it stands in a state: escaped once as a value, and twice as a part of the rows as JSON.
func (m *measure) text(text string) {
	once, _ := json.Marshal(text) // a text always has a JSON form
	twice, _ := json.Marshal(string(once))
	m.size += len(once) + len(twice)
}
