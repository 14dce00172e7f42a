// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

import (
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest/odata"
)

// registry holds the records of the instance. The token endpoint and the Domain
// API share this one copy: what a PATCH stores applies to the next token
// request.
type registry struct {
	mu           sync.Mutex
	users        []User               // oldest first, like the applications
	applications []TrustedApplication // with their system users by Login
	tokens       []referenceToken
	customers    []odata.Row // never changed
	added        atomic.Pointer[[]EntitySet]
	known        *registeredSecrets // nil after a change
}

// nextVersion returns the ObjectVersion after a change. A real instance may
// skip values (protocol 5), so this one does.
func nextVersion(version int32) int32 { return version + 2 }

// client returns copies of the application with that client_id and of its
// system user. Each is nil if it doesn't exist.
func (r *registry) client(clientID string, ignoreCase bool) (*TrustedApplication, *User) {
	r.mu.Lock()
	defer r.mu.Unlock()
	registered := r.application(clientID, ignoreCase)
	if registered == nil {
		return nil, nil
	}
	app := *registered
	if registered := r.user(app.SystemUser); registered != nil {
		user := *registered
		return &app, &user
	}
	return &app, nil
}

// Callers of the functions below hold the lock of the registry. The functions
// return nil if there is no match.

// application prefers an exact match if ignoreCase is set.
func (r *registry) application(uri string, ignoreCase bool) *TrustedApplication {
	exact := firstOf(r.applications, func(app TrustedApplication) bool { return app.ApplicationUri == uri })
	if exact != nil || !ignoreCase {
		return exact
	}
	return firstOf(r.applications, func(app TrustedApplication) bool {
		return strings.EqualFold(app.ApplicationUri, uri)
	})
}

func (r *registry) applicationWithID(id string) *TrustedApplication {
	return firstOf(r.applications, func(app TrustedApplication) bool { return strings.EqualFold(app.Id, id) })
}

func (r *registry) user(login string) *User {
	return firstOf(r.users, func(user User) bool { return user.Login == login })
}

func firstOf[T any](all []T, matches func(T) bool) *T {
	i := slices.IndexFunc(all, matches)
	if i < 0 {
		return nil
	}
	return &all[i]
}

// rows returns the records of an entity set.
func (r *registry) rows(set string) []odata.Row {
	for _, added := range r.entitySets() {
		if added.entityType.Set == set {
			return added.rows
		}
	}
	var rows []odata.Row
	switch set {
	case salesCustomers:
		return r.customers
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

// storeApplication writes a row to the record with its Id, or adds a record. It
// ignores the row's ObjectVersion and times.
func (r *registry) storeApplication(row odata.Row, now time.Time) {
	r.known = nil
	app := r.applicationWithID(row.ID())
	if app == nil {
		created := NewApplication("")
		created.Id, created.CreationTimeUtc, created.ObjectVersion = row.ID(), now, 1
		r.applications = append(r.applications, created)
		app = &r.applications[len(r.applications)-1]
	} else {
		app.ObjectVersion = nextVersion(app.ObjectVersion)
	}
	app.AggregateLastUpdateTimeUtc = now
	applicationFields.set(app, row)
	app.SystemUser = ""
	to, _ := row["SystemUser"].(odata.Link)
	if user := firstOf(r.users, func(user User) bool { return user.recordID() == to.ID }); user != nil {
		app.SystemUser = user.Login
	}
}

func (r *registry) removeApplication(id string) {
	r.known = nil
	r.applications = slices.DeleteFunc(r.applications, func(app TrustedApplication) bool {
		return strings.EqualFold(app.Id, id)
	})
}
