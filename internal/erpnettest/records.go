// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

import (
	"reflect"
	"time"
)

// valuesOf reads the attributes of a type from a struct whose fields are named
// like them. An empty field of a nullable attribute is null: whether a real
// instance keeps an empty string apart from null is unknown.
func valuesOf(record any, t entityType) entity {
	row := entity{}
	fields := reflect.ValueOf(record)
	for _, a := range t.attributes {
		field := fields.FieldByName(a.name)
		switch {
		case !field.IsValid(), a.kind == reference, a.kind == children:
		case a.nullable && field.IsZero():
			row[a.name] = nil
		default:
			row[a.name] = field.Interface()
		}
	}
	return row
}

// fill is the way back: it writes the attributes that can be written into the
// struct behind record.
func fill(record any, t entityType, row entity) {
	fields := reflect.ValueOf(record).Elem()
	for _, a := range t.attributes {
		field := fields.FieldByName(a.name)
		value, given := row[a.name]
		switch {
		case !given, a.readOnly, a.kind == reference, !field.IsValid():
		case value == nil:
			field.SetZero()
		default:
			field.Set(reflect.ValueOf(value))
		}
	}
}

func (r *registry) applicationRow(app TrustedApplication) entity {
	row := valuesOf(app, applicationType)
	row["DisplayText"] = app.Name // the display format {Name}
	row["SystemUser"] = r.userLink(app.SystemUser)
	row["Authorizations"] = r.authorizationRows(app)
	return row
}

func userRow(user User) entity {
	row := valuesOf(user, userType)
	row["Id"] = user.recordID()
	row["DisplayText"] = user.Name + " <" + user.Login + "> [" + user.UserType + "]"
	return row
}

// userLink is null for a login that no user has.
func (r *registry) userLink(login string) any {
	if user := r.user(login); user != nil {
		return link{users, user.recordID()}
	}
	return nil
}

func (r *registry) authorizationRows(app TrustedApplication) []map[string]any {
	rows := []map[string]any{}
	for _, authorization := range app.Authorizations {
		const set = "Systems_Security_TrustedApplicationAuthorizations"
		id := guid(set + ":" + app.Id + authorization.ContextUser + authorization.GrantTimeUtc.String())
		rows = append(rows, map[string]any{
			"@odata.id":          link{set, id}.String(),
			"GrantTimeUtc":       authorization.GrantTimeUtc,
			"IsRevoked":          authorization.IsRevoked,
			"ValidFromUtc":       orNull(authorization.ValidFromUtc),
			"ValidUntilUtc":      orNull(authorization.ValidUntilUtc),
			"Notes":              authorization.Notes,
			"ContextUser":        printedLink(r.userLink(authorization.ContextUser)),
			"GrantingUser":       printedLink(r.userLink(authorization.GrantingUser)),
			"TrustedApplication": printedLink(link{trustedApplications, app.Id}),
		})
	}
	return rows
}

func orNull(moment time.Time) any {
	if moment.IsZero() {
		return nil
	}
	return moment
}

// printedLink is a reference that is not expanded, as bodies write it: only the
// @odata.id. That answers look the same is an assumption.
func printedLink(to any) any {
	if to, is := to.(link); is {
		return map[string]any{"@odata.id": to.String()}
	}
	return nil
}
