// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

import (
	"reflect"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest/odata"
)

// rowOf reads the attributes of a type from a struct whose fields are named
// like them. An empty field of a nullable attribute is null: whether a real
// instance keeps an empty string apart from null is unknown.
func rowOf(record any, t odata.EntityType) odata.Row {
	row := odata.Row{}
	fields := reflect.ValueOf(record)
	for _, a := range t.Attributes {
		field := fields.FieldByName(a.Name)
		switch {
		case !field.IsValid(), a.Kind == odata.Reference:
		case a.Nullable && field.IsZero():
			row[a.Name] = nil
		default:
			row[a.Name] = field.Interface()
		}
	}
	return row
}

// setFields is the way back: it writes the attributes that can be written into
// the struct behind record.
func setFields(record any, t odata.EntityType, row odata.Row) {
	fields := reflect.ValueOf(record).Elem()
	for _, a := range t.Attributes {
		field := fields.FieldByName(a.Name)
		switch value, given := row[a.Name]; {
		case !given, a.ReadOnly, a.Kind == odata.Reference:
		case value == nil:
			field.SetZero()
		default:
			field.Set(reflect.ValueOf(value))
		}
	}
}

func (r *registry) applicationRow(app TrustedApplication) odata.Row {
	row := rowOf(app, applicationType)
	row["DisplayText"] = app.Name // the display format {Name}
	row["SystemUser"] = nil       // also for a login that no user has
	if user := r.user(app.SystemUser); user != nil {
		row["SystemUser"] = odata.Link{Set: users, ID: user.recordID()}
	}
	return row
}

func userRow(user User) odata.Row {
	row := rowOf(user, userType)
	row["Id"] = user.recordID()
	row["DisplayText"] = user.Name + " <" + user.Login + "> [" + user.UserType + "]"
	return row
}
