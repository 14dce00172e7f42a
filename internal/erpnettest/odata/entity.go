// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package odata

import (
	"regexp"
	"slices"
	"strings"
)

// Kind is the type of an attribute.
type Kind int

// The kinds, each with the Go type of its values in a Row.
const (
	Text       Kind = iota // string
	Translated             // string: the English text of several languages
	Flag                   // bool
	Integer                // int32
	Amount                 // nil in sample records, any JSON value in added entity sets
	Moment                 // time.Time: a date and time, in UTC
	Identifier             // string: a GUID
	Choice                 // string: one of Choices
	Reference              // Link
)

// Filters defines what $filter may do with an attribute, as listed on the
// entity's page in the model documentation.
type Filters uint8

// The groups of operators and functions of $filter.
const (
	Equal  Filters = 1 << iota // eq and equalnull
	Within                     // in
	Ranged                     // ge, le, greaterequalnull and lessequalnull
	Like                       // contains, startswith and endswith; only contains for a translated text
)

// Attribute describes one attribute of an entity (protocol 4).
type Attribute struct {
	Name     string
	Kind     Kind
	Length   int // the maximum number of characters; 0 means no limit
	Nullable bool
	Default  any // the value in a new record; nil means null
	Filters  Filters
	Sorts    bool // can be used in $orderby
	ReadOnly bool
	Hidden   bool // in a result only if the query selects it (protocol 5)
	Choices  []string
	Target   string // the entity set that a reference points to
}

// EntityType describes the records of one entity set.
type EntityType struct {
	Set        string // such as "Crm_Sales_Customers"
	Name       string // such as "Crm_Sales_Customer"
	Writable   bool
	Attributes []Attribute
}

// Attribute returns the attribute with that name. If the type doesn't have it,
// Attribute returns the error of the Domain API.
func (t EntityType) Attribute(name string) (Attribute, error) {
	i := slices.IndexFunc(t.Attributes, func(a Attribute) bool { return a.Name == name })
	if i < 0 {
		return Attribute{}, invalid("Could not find a property named '%s' on type 'Erp.%s'.", name, t.Name)
	}
	return t.Attributes[i], nil
}

// Model describes the entities of an instance.
type Model struct {
	Types             []EntityType
	UnknownAttributes []string // removed from every type
	IgnoreCase        bool     // of texts in eq and in
}

// Type returns the type of the records in an entity set.
func (m Model) Type(set string) (EntityType, bool) {
	i := slices.IndexFunc(m.Types, func(t EntityType) bool { return t.Set == set })
	if i < 0 {
		return EntityType{}, false
	}
	t := m.Types[i]
	t.Attributes = slices.DeleteFunc(slices.Clone(t.Attributes), func(a Attribute) bool {
		return slices.Contains(m.UnknownAttributes, a.Name)
	})
	return t, true
}

// Row is a record: the values of its attributes by name, with nil for null.
type Row map[string]any

// ID returns the key of the record.
func (r Row) ID() string {
	id, _ := r["Id"].(string)
	return id
}

// Find returns the row with that key.
func Find(rows []Row, id string) (Row, bool) {
	i := slices.IndexFunc(rows, func(row Row) bool { return strings.EqualFold(row.ID(), id) })
	if i < 0 {
		return nil, false
	}
	return rows[i], true
}

// Link is a reference to a record.
type Link struct{ Set, ID string }

// String returns the @odata.id: relative, with an unquoted key (protocol 5).
func (l Link) String() string { return l.Set + "(" + l.ID + ")" }

// ParseLink reads an @odata.id, "Set(guid)".
func ParseLink(text string) (Link, bool) {
	set, rest, _ := strings.Cut(text, "(")
	id, closed := strings.CutSuffix(rest, ")")
	return Link{set, id}, closed && IsGUID(id)
}

var guidPattern = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)

// IsGUID reports whether a text is a GUID in its usual form.
func IsGUID(text string) bool { return guidPattern.MatchString(text) }
