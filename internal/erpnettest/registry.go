// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

import (
	"slices"
	"strings"
	"sync"
	"time"
)

// registry holds what an administrator of the instance would edit. The token
// endpoint and the Domain API read and write this one copy: what a PATCH stores
// counts at the next token request.
type registry struct {
	mu           sync.Mutex
	users        []User               // the oldest first, like the applications
	applications []TrustedApplication // their system users by Login
	tokens       []referenceToken
}

// nextVersion is the ObjectVersion after a change. It may skip values
// (protocol 5), so this one does.
func nextVersion(version int32) int32 { return version + 2 }

// find returns a copy of the application that a client_id names.
func (r *registry) find(applicationURI string, ignoreCase bool) (TrustedApplication, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if app := r.application(applicationURI, ignoreCase); app != nil {
		return *app, true
	}
	return TrustedApplication{}, false
}

func (r *registry) findUser(login string) (User, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if user := r.user(login); user != nil {
		return *user, true
	}
	return User{}, false
}

// The functions below are for a caller that has locked the registry. What they
// return is nil where there is none.

// application prefers the exact spelling, where case does not count.
func (r *registry) application(applicationURI string, ignoreCase bool) *TrustedApplication {
	i := slices.IndexFunc(r.applications, func(app TrustedApplication) bool { return app.ApplicationUri == applicationURI })
	if i < 0 && ignoreCase {
		i = slices.IndexFunc(r.applications, func(app TrustedApplication) bool { return strings.EqualFold(app.ApplicationUri, applicationURI) })
	}
	if i < 0 {
		return nil
	}
	return &r.applications[i]
}

func (r *registry) applicationWithID(id string) *TrustedApplication {
	i := slices.IndexFunc(r.applications, func(app TrustedApplication) bool { return strings.EqualFold(app.Id, id) })
	if i < 0 {
		return nil
	}
	return &r.applications[i]
}

func (r *registry) user(login string) *User {
	i := slices.IndexFunc(r.users, func(user User) bool { return user.Login == login })
	if i < 0 {
		return nil
	}
	return &r.users[i]
}

func (r *registry) userWithID(id string) *User {
	i := slices.IndexFunc(r.users, func(user User) bool { return strings.EqualFold(user.recordID(), id) })
	if i < 0 {
		return nil
	}
	return &r.users[i]
}

// rows are the records of an entity set that the registry holds.
func (r *registry) rows(set string) []entity {
	var rows []entity
	switch set {
	case trustedApplications:
		for _, app := range r.applications {
			rows = append(rows, r.applicationRow(app))
		}
	case users:
		for _, user := range r.users {
			rows = append(rows, userRow(user))
		}
	}
	return rows
}

// store writes a row: over the record with its Id, or as a new one. Its
// ObjectVersion and times are set by this, not by the row.
func (r *registry) store(set string, row entity, now time.Time) {
	switch set {
	case trustedApplications:
		r.storeApplication(row, now)
	case users:
		r.storeUser(row)
	}
}

func (r *registry) storeApplication(row entity, now time.Time) {
	app := r.applicationWithID(row.id())
	if app == nil {
		created := NewApplication("")
		created.Id, created.CreationTimeUtc = row.id(), now
		r.applications = append(r.applications, created)
		app = &r.applications[len(r.applications)-1]
		app.ObjectVersion = 1
	} else {
		app.ObjectVersion = nextVersion(app.ObjectVersion)
	}
	app.AggregateLastUpdateTimeUtc = now
	fill(app, applicationType, row)
	app.SystemUser = ""
	if to, is := row["SystemUser"].(link); is {
		if user := r.userWithID(to.id); user != nil {
			app.SystemUser = user.Login
		}
	}
}

func (r *registry) storeUser(row entity) {
	user := r.userWithID(row.id())
	if user == nil {
		r.users = append(r.users, User{Id: row.id()})
		user = &r.users[len(r.users)-1]
		user.ObjectVersion = 1
	} else {
		user.ObjectVersion = nextVersion(user.ObjectVersion)
		user.Id = user.recordID() // it must not follow the Login
	}
	former := user.Login
	fill(user, userType, row)
	for i := range r.applications {
		if former != "" && r.applications[i].SystemUser == former {
			r.applications[i].SystemUser = user.Login
		}
	}
}

// remove deletes a record, or says what keeps it.
func (r *registry) remove(set, id string) *failure {
	switch set {
	case trustedApplications:
		r.applications = slices.DeleteFunc(r.applications, func(app TrustedApplication) bool { return strings.EqualFold(app.Id, id) })
	case users:
		user := r.userWithID(id)
		if slices.ContainsFunc(r.applications, func(app TrustedApplication) bool { return app.SystemUser == user.Login }) {
			return rejected("The user '%s' cannot be deleted, because a trusted application uses it.", user.Login)
		}
		r.users = slices.DeleteFunc(r.users, func(user User) bool { return strings.EqualFold(user.recordID(), id) })
	}
	return nil
}
