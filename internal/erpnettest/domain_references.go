// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

import (
	"maps"
	"strings"
)

// reference reads the value of a reference in a body: null, an @odata.bind, or a
// nested object (protocol 5).
func (c *change) reference(a attribute, given any, bound bool) (any, *failure) {
	t, _ := typeOf(a.target, c.exchange.settings)
	switch given := given.(type) {
	case nil:
		if c.exchange.settings.RefuseNullReferences {
			return nil, rejected("The property '%s' cannot be set to null.", a.name)
		}
		return nil, nil
	case string:
		if bound {
			row, refused := c.bound(t, given)
			return linkTo(t, row), refused
		}
	case map[string]any:
		if !bound {
			row, refused := c.nested(t, given)
			return linkTo(t, row), refused
		}
	}
	return nil, invalid("The value of the property '%s' is not a reference.", a.name)
}

// linkTo is null for no row.
func linkTo(t entityType, row entity) any {
	if row == nil {
		return nil
	}
	return link{t.set, row.id()}
}

// bound finds a record by its @odata.id, relative or absolute.
func (c *change) bound(t entityType, odataID string) (entity, *failure) {
	to, isLink := parseLink(strings.TrimPrefix(odataID, c.server.DomainAPIURL()))
	if !isLink || to.set != t.set {
		return nil, invalid("'%s' is not the @odata.id of an object of %s.", odataID, t.set)
	}
	row, found := findRow(c.server.rows(t), to.id)
	if !found {
		return nil, rejected("The object %s does not exist.", to)
	}
	return row, nil
}

// nested does what @erpnet.action says with an object in the place of a
// reference. Without it the object is found, if it has nothing but what it can
// be found by, and otherwise MERGED: its other properties are written into the
// record that it names. The actions create, delete, findOrCreate, findSingle and
// findSingleOrNull are not known here.
func (c *change) nested(t entityType, object map[string]any) (entity, *failure) {
	properties := map[string]any{}
	for name, value := range object {
		if !strings.HasPrefix(name, "@") {
			properties[name] = value
		}
	}
	row, criterion, refused := c.search(t, object, properties)
	if refused != nil {
		return nil, refused
	}
	others := maps.Clone(properties)
	delete(others, criterion)
	action, given := object["@erpnet.action"].(string)
	switch {
	case given:
	case len(others) == 0:
		action = "find"
	default:
		action = "merge"
	}
	switch action {
	case "find", "findOrNull":
		if row == nil && action == "find" {
			return nil, rejected("No object of %s was found.", t.set)
		}
		return row, nil
	case "merge", "update":
		if row != nil {
			return row, c.update(t, row, others)
		}
		if action == "merge" {
			return c.create(t, properties)
		}
		return nil, rejected("No object of %s was found.", t.set)
	}
	return nil, unsupported("The @erpnet.action '%s' is not supported here.", action)
}

// search finds a nested object by its @odata.id, its @erpnet.findBy, or else by
// the first of its own properties that can find it, which criterion names. A
// search in vain finds nil.
func (c *change) search(t entityType, object, properties map[string]any) (row entity, criterion string, refused *failure) {
	if odataID, has := object["@odata.id"].(string); has {
		row, refused = c.bound(t, odataID)
		return row, "", refused
	}
	by, explicit := object["@erpnet.findBy"].(map[string]any)
	if !explicit {
		by = map[string]any{"Id": properties["Id"], "Code": properties[t.code], "Name": properties["Name"]}
	}
	for _, criterion := range []string{"Id", "Code", "Name"} {
		wanted, _ := by[criterion].(string)
		if criterion == "Name" {
			if languages, is := by["Name"].(map[string]any); is {
				wanted, _ = languages["EN"].(string)
			}
		}
		if wanted == "" {
			continue
		}
		attribute := map[string]string{"Id": "Id", "Code": t.code, "Name": "Name"}[criterion]
		for _, row := range c.server.rows(t) {
			value, _ := row[attribute].(string)
			found := strings.EqualFold(value, wanted)
			if criterion == "Name" {
				found = strings.Contains(strings.ToLower(value), strings.ToLower(wanted))
			}
			if found {
				return row, attribute, nil
			}
		}
		return nil, attribute, nil
	}
	return nil, "", invalid("The nested object of %s has nothing to find it by.", t.set)
}
