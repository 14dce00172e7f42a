// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

import (
	"reflect"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest/odata"
)

// recordFields are the fields of a struct that hold the attributes of a type:
// they are named like them. They are looked up once, not for each of ten
// thousand records.
type recordFields []recordField

type recordField struct {
	odata.Attribute

	index int
}

var applicationFields, userFields = fieldsOf[TrustedApplication](applicationType), fieldsOf[User](userType)

func fieldsOf[T any](t odata.EntityType) recordFields {
	var fields recordFields
	for _, a := range t.Attributes {
		if field, exists := reflect.TypeFor[T]().FieldByName(a.Name); exists && a.Kind != odata.Reference {
			fields = append(fields, recordField{a, field.Index[0]})
		}
	}
	return fields
}

// row reads a struct. An empty field of a nullable attribute is null: whether a
// real instance keeps an empty string apart from null is unknown.
func (f recordFields) row(record any) odata.Row {
	row, from := make(odata.Row, len(f)+2), reflect.ValueOf(record)
	for _, field := range f {
		value := from.Field(field.index)
		if field.Nullable && value.IsZero() {
			row[field.Name] = nil
		} else {
			row[field.Name] = value.Interface()
		}
	}
	return row
}

// set is the way back: it writes the attributes that can be written into the
// struct behind record.
func (f recordFields) set(record any, row odata.Row) {
	to := reflect.ValueOf(record).Elem()
	for _, field := range f {
		switch value, given := row[field.Name]; {
		case !given, field.ReadOnly:
		case value == nil:
			to.Field(field.index).SetZero()
		default:
			to.Field(field.index).Set(reflect.ValueOf(value))
		}
	}
}

func (r *registry) applicationRow(app TrustedApplication) odata.Row {
	row := applicationFields.row(app)
	row["DisplayText"] = app.Name // the display format {Name}
	row["SystemUser"] = nil       // also for a login that no user has
	if user := r.user(app.SystemUser); user != nil {
		row["SystemUser"] = odata.Link{Set: users, ID: user.recordID()}
	}
	return row
}

func userRow(user User) odata.Row {
	row := userFields.row(user)
	row["Id"] = user.recordID()
	row["DisplayText"] = user.Name + " <" + user.Login + "> [" + user.UserType + "]"
	return row
}
