// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest/odata"
)

// EntitySet is an entity set that a user provides, with its rows as the Domain
// API returns them. It is read-only.
type EntitySet struct {
	entityType odata.EntityType
	rows       []odata.Row
	users      []User // used instead of rows for the set of users
}

var entitySetName = regexp.MustCompile(`^[A-Z][A-Za-z0-9]*(_[A-Z][A-Za-z0-9]*)+$`)

// ReadEntitySets reads a JSON object with an array of rows for each entity set:
// {"General_Products_Products": [{"PartNumber": "A-1"}]}. The rows define the
// attributes, and the values define their types. A row without an Id gets one.
// Queries can filter by strings, GUIDs, dates and booleans. Write a reference
// as {"@odata.id": "Set(guid)"}. Rows of Systems_Security_Users have the
// attributes of [User].
func ReadEntitySets(r io.Reader) ([]EntitySet, error) {
	var given map[string][]map[string]any
	decoder := json.NewDecoder(r)
	decoder.UseNumber()
	if err := decoder.Decode(&given); err != nil {
		const format = `not a JSON object such as {"General_Products_Products": [{"PartNumber": "A-1"}]}: %w`
		return nil, fmt.Errorf(format, plain(err))
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something follows the JSON object of entity sets")
	}
	var sets []EntitySet
	for _, name := range slices.Sorted(maps.Keys(given)) {
		set, err := readEntitySet(name, given[name])
		if err != nil {
			return nil, fmt.Errorf("%s: %w", clip(name), err)
		}
		sets = append(sets, set)
	}
	return sets, nil
}

func readEntitySet(name string, rows []map[string]any) (EntitySet, error) {
	switch {
	case name == trustedApplications:
		return EntitySet{}, errors.New("trusted applications come from a file of their own")
	case name == users:
		all, err := readUsers(rows)
		return EntitySet{users: all}, err
	case !entitySetName.MatchString(name):
		return EntitySet{}, errors.New("not the name of an entity set, such as General_Products_Products")
	}
	set := EntitySet{entityType: odata.EntityType{Set: name, Name: strings.TrimSuffix(name, "s")}}
	kinds := map[string]odata.Attribute{"Id": {Name: "Id"}}
	for i, given := range rows {
		row := odata.Row{"Id": guid(fmt.Sprint(name, ":", i))}
		for attribute, value := range given {
			if strings.HasPrefix(attribute, "@") {
				continue
			}
			row[attribute] = value
			kinds[attribute] = odata.Attribute{Name: attribute}
		}
		if !odata.IsGUID(row.ID()) {
			return EntitySet{}, fmt.Errorf("the Id of row %d is not a GUID", i+1)
		}
		set.rows = append(set.rows, row)
	}
	for _, attribute := range slices.Sorted(maps.Keys(kinds)) {
		set.entityType.Attributes = append(set.entityType.Attributes, typeColumn(attribute, set.rows))
	}
	return set, nil
}

// hiddenAttributes are in a result only if the query selects them.
var hiddenAttributes = []string{"Id", "ObjectVersion", "DisplayText", "ExternalId", "ExternalSystem"}

// typeColumn finds the type that fits all values of an attribute, and converts
// the values to the form of that type in a row. A row without the attribute
// gets null.
func typeColumn(name string, rows []odata.Row) odata.Attribute {
	a := odata.Attribute{
		Name: name, Kind: odata.Amount, Nullable: true, ReadOnly: true, Hidden: slices.Contains(hiddenAttributes, name),
	}
	for _, candidate := range []struct {
		kind    odata.Kind
		filters odata.Filters
		sorts   bool
		read    func(any) (any, bool)
	}{
		{kind: odata.Flag, filters: odata.Equal, read: as[bool]},
		{kind: odata.Identifier, filters: odata.Equal | odata.Within, read: asGUID},
		{kind: odata.Moment, filters: odata.Equal | odata.Ranged, sorts: true, read: asMoment},
		{kind: odata.Text, filters: odata.Equal | odata.Within | odata.Like, sorts: true, read: as[string]},
		{kind: odata.Reference, filters: odata.Equal | odata.Within, read: asLink},
	} {
		if values, fit := readColumn(name, rows, candidate.read); fit {
			a.Kind, a.Filters, a.Sorts = candidate.kind, candidate.filters, candidate.sorts
			for i, value := range values {
				rows[i][name] = value
				if link, is := value.(odata.Link); is {
					a.Target = link.Set
				}
			}
			return a
		}
	}
	for _, row := range rows {
		if _, has := row[name]; !has {
			row[name] = nil
		}
	}
	return a
}

func readColumn(name string, rows []odata.Row, read func(any) (any, bool)) (values []any, fit bool) {
	for _, row := range rows {
		value := row[name]
		if value != nil {
			if value, fit = read(value); !fit {
				return nil, false
			}
		}
		values = append(values, value)
	}
	return values, fit
}

func as[T any](value any) (any, bool) {
	typed, is := value.(T)
	return typed, is
}

func asGUID(value any) (any, bool) {
	text, _ := value.(string)
	return text, odata.IsGUID(text)
}

func asMoment(value any) (any, bool) {
	text, _ := value.(string)
	moment, err := time.Parse(time.RFC3339Nano, text)
	return moment, err == nil
}

func asLink(value any) (any, bool) {
	object, _ := value.(map[string]any)
	text, _ := object["@odata.id"].(string)
	return firstPart(odata.ParseLink(text))
}

func firstPart(link odata.Link, is bool) (any, bool) { return link, is }

func readUsers(rows []map[string]any) ([]User, error) {
	var all []User
	for i, row := range rows {
		user := User{Active: true}
		data, err := json.Marshal(row)
		if err == nil {
			err = strictly(data, &user)
		}
		if err == nil && user.Login == "" {
			err = errors.New("the Login is missing")
		}
		if err == nil && user.UserType != "" {
			err = oneOf("UserType", user.UserType, userTypes...)
		}
		if err != nil {
			return nil, fmt.Errorf("user %d: %w", i+1, plain(err))
		}
		if user.Name == "" {
			user.Name = user.Login
		}
		if user.Id == "" {
			user.Id = guid(users + ":" + user.Login)
		}
		all = append(all, user)
	}
	return all, nil
}

// AddEntitySet adds an entity set from ReadEntitySets or replaces the one with
// the same name. Rows of Systems_Security_Users are added one by one with
// AddUser.
func (s *Server) AddEntitySet(set EntitySet) {
	for _, user := range set.users {
		s.AddUser(user)
	}
	if set.entityType.Set == "" {
		return
	}
	s.registry.mu.Lock()
	defer s.registry.mu.Unlock()
	sets := slices.DeleteFunc(slices.Clone(s.registry.entitySets()), func(other EntitySet) bool {
		return other.entityType.Set == set.entityType.Set
	})
	sets = append(sets, set)
	s.registry.added.Store(&sets)
}

// entitySets returns the sets that were added. Callers may hold the lock of the
// registry, but need not. The sets never change.
func (r *registry) entitySets() []EntitySet {
	if sets := r.added.Load(); sets != nil {
		return *sets
	}
	return nil
}

// entityTypes returns the types of all sets of the instance.
func (r *registry) entityTypes() []odata.EntityType {
	all := slices.Clone(entityTypes)
	for _, set := range r.entitySets() {
		all = slices.DeleteFunc(all, func(t odata.EntityType) bool { return t.Set == set.entityType.Set })
		all = append(all, set.entityType)
	}
	return all
}
