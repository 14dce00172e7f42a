// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package domainapi

import (
	"encoding/json"
	"fmt"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
)

// excess returns a clause that says which limit the rows exceed, or "" if none. A response of 1 MiB can hold rows that
// take gigabytes as Terraform values: each value is stored with its type, and the JSON of a text is escaped twice.
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

// measure adds up the size of a value.
type measure struct{ depth, elements, size int }

// typeSize is the number of bytes that the type of a value and its punctuation take in a state.
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
			m.size += len(name) + typeSize // names occur again in the type
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

// text adds the size of a text in a state: escaped once as a value, and twice as part of the rows as JSON.
func (m *measure) text(text string) {
	once, _ := json.Marshal(text) // a text always has a JSON form
	twice, _ := json.Marshal(string(once))
	m.size += len(once) + len(twice)
}
