// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

import "slices"

// kind is the type of an attribute.
type kind int

const (
	text       kind = iota
	translated      // a text in several languages, of which this package knows English
	flag
	integer
	amount
	moment // a date and time, in UTC
	identifier
	choice
	reference
	children // a list of records that belong to this one
)

// filters are what $filter may do with an attribute, as the entity's page in
// the model documentation lists them.
type filters uint8

const (
	equal  filters = 1 << iota // eq and equalnull
	within                     // in
	ranged                     // ge, le, greaterequalnull and lessequalnull
	like                       // contains, startswith and endswith; for a translated text only contains
)

// attribute describes one attribute of an entity (protocol 4).
type attribute struct {
	name     string
	kind     kind
	length   int // the most characters; 0 for no limit
	nullable bool
	preset   any // what a new record has; nil for null
	filters  filters
	sorts    bool // may stand in $orderby
	readOnly bool
	hidden   bool // only in a result that selects it (protocol 5)
	choices  []string
	target   string // the entity set that a reference leads to
}

// entityType describes the records of one entity set.
type entityType struct {
	set        string // such as "Crm_Sales_Customers"
	name       string // such as "Crm_Sales_Customer"
	code       string // the CodeDataMember, by which a nested object is found; empty for none
	writable   bool   // in this package
	attributes []attribute
}

func (t entityType) attribute(name string) (attribute, bool) {
	i := slices.IndexFunc(t.attributes, func(a attribute) bool { return a.name == name })
	if i < 0 {
		return attribute{}, false
	}
	return t.attributes[i], true
}

// without is the type of an older server, which lacks some attributes.
func (t entityType) without(names []string) entityType {
	t.attributes = slices.DeleteFunc(slices.Clone(t.attributes), func(a attribute) bool { return slices.Contains(names, a.name) })
	return t
}

// unknown refuses a name in the words of the OData library.
func (t entityType) unknown(name string) *failure {
	return invalid("Could not find a property named '%s' on type 'Erp.%s'.", name, t.name)
}

// entity is a record: the values of its attributes, nil for null. A moment is a
// time.Time, an integer an int32, a reference a link and children are
// []map[string]any; everything else is what JSON makes of it.
type entity map[string]any

func (e entity) id() string {
	id, _ := e["Id"].(string)
	return id
}

func (e entity) version() int32 {
	version, _ := e["ObjectVersion"].(int32)
	return version
}

// link is a reference to a record.
type link struct{ set, id string }

// String is the @odata.id: relative, with the key unquoted (protocol 5).
func (l link) String() string { return l.set + "(" + l.id + ")" }
