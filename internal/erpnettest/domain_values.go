// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest/odata"
)

// assign writes the properties of a body into a row. A property that is
// unknown, read-only or of the wrong type is an error. OData annotations are
// ignored.
func (s *Server) assign(x *exchange, t odata.EntityType, row odata.Row, body map[string]any) error {
	for _, name := range slices.Sorted(maps.Keys(body)) { // the same error in every run
		if strings.HasPrefix(name, "@") {
			continue
		}
		bare, bound := strings.CutSuffix(name, "@odata.bind")
		a, err := t.Attribute(bare)
		switch {
		case err != nil:
			return err
		case a.ReadOnly:
			return rejected("The property '%s' is read-only.", name)
		case bound && a.Kind != odata.Reference:
			return invalid("The property '%s' is not a navigation property.", bare)
		}
		if row[a.Name], err = s.value(x, a, body[name], bound); err != nil {
			return err
		}
	}
	return nil
}

func (s *Server) value(x *exchange, a odata.Attribute, given any, bound bool) (any, error) {
	switch {
	case a.Kind == odata.Reference:
		return s.reference(x, a, given, bound)
	case given == nil && a.Nullable:
		return nil, nil
	case given == nil:
		return nil, rejected("The property '%s' is required.", a.Name)
	}
	text, isText := given.(string)
	_, isFlag := given.(bool)
	switch {
	case a.Kind == odata.Flag && isFlag, a.Kind == odata.Choice && slices.Contains(a.Choices, text):
		return given, nil
	case a.Kind == odata.Text && isText:
		return textValue(a, text)
	}
	return nil, invalid("The value of the property '%s' has a wrong type.", a.Name)
}

func textValue(a odata.Attribute, value string) (any, error) {
	switch {
	case value == "" && a.Nullable:
		return nil, nil // an empty string reads back as null, too
	case value == "":
		return nil, rejected("The property '%s' is required.", a.Name)
	case a.Length > 0 && utf8.RuneCountInString(value) > a.Length:
		return nil, rejected("The value of the property '%s' is longer than %d characters.", a.Name, a.Length)
	case a.Name == "AdditionalDataJson" && !isJSONObject(value):
		return nil, rejected("The value of the property '%s' is not a JSON object.", a.Name)
	}
	return value, nil
}

func isJSONObject(value string) bool {
	var object map[string]any
	return json.Unmarshal([]byte(value), &object) == nil && object != nil
}

// reference reads the value of a reference in a body: null, an @odata.bind or a
// nested object (protocol 5).
func (s *Server) reference(x *exchange, a odata.Attribute, given any, bound bool) (any, error) {
	odataID, isText := given.(string)
	object, isObject := given.(map[string]any)
	switch {
	case given == nil && x.settings.RefuseNullReferences:
		return nil, rejected("The property '%s' cannot be set to null.", a.Name)
	case given == nil:
		return nil, nil
	case isText && bound:
		return s.linked(x, a, odataID)
	case isObject && !bound:
		return s.nested(x, a, object)
	}
	return nil, invalid("The value of the property '%s' is not a reference.", a.Name)
}

// linked finds a record by its relative or absolute @odata.id.
func (s *Server) linked(x *exchange, a odata.Attribute, odataID string) (any, error) {
	relative := strings.TrimPrefix(strings.TrimPrefix(odataID, s.publicDomainAPIURL(x.settings)), s.DomainAPIURL())
	to, isLink := odata.ParseLink(relative)
	if !isLink || to.Set != a.Target {
		return nil, invalid("'%s' is not the @odata.id of an object of %s.", odataID, a.Target)
	}
	row, found := odata.Find(s.registry.rows(a.Target), to.ID)
	if !found {
		return nil, rejected("The object %s does not exist.", to)
	}
	return odata.Link{Set: a.Target, ID: row.ID()}, nil
}

// nested finds the user that a nested object identifies by its @odata.id or
// Login. A real server can also change or create a user from the other
// properties of the object. This one refuses them.
func (s *Server) nested(x *exchange, a odata.Attribute, object map[string]any) (any, error) {
	for name, value := range object {
		find := name == "Login" || name == "@erpnet.action" && value == "find"
		if !find && !strings.HasPrefix(name, "@odata.") {
			const format = "In a nested object of %s only an @odata.id or a Login to find is supported."
			return nil, unsupported(format, a.Target)
		}
	}
	if odataID, has := object["@odata.id"].(string); has {
		return s.linked(x, a, odataID)
	}
	login, _ := object["Login"].(string)
	user := firstOf(s.registry.users, func(user User) bool { return strings.EqualFold(user.Login, login) })
	if user == nil {
		return nil, rejected("No object of %s was found.", a.Target)
	}
	return odata.Link{Set: a.Target, ID: user.recordID()}, nil
}
