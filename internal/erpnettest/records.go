// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

import (
	"reflect"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest/odata"
)

// recordFields are the struct fields that hold the attributes of a type and
// have their names. They are looked up once instead of for each of ten thousand
// records.
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

// row converts a struct to a row. An empty field of a nullable attribute
// becomes null: whether a real instance distinguishes an empty string from null
// is unknown.
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

// set is the reverse of row: it writes the writable attributes of a row into
// the struct that record points to.
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
	row["SystemUser"] = nil       // also if no user has the login
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
