// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

import (
	"net/http"
	"time"
)

// SecurityAccess is what tokens may do with the entity sets of the namespace
// Systems.Security. The documentation says both that they are ReadWrite and
// that only the reserved scope "sec" opens them (protocol 4.2).
type SecurityAccess int

const (
	// SecurityAllowed treats them like all others: read to read, update to write.
	SecurityAllowed SecurityAccess = iota
	// SecurityReadOnly refuses writes.
	SecurityReadOnly
	// SecurityRefused refuses reads as well.
	SecurityRefused
)

// SecretHashes is how ApplicationSecretHash is read back.
type SecretHashes int

const (
	// SecretHashesReadable returns the hash like any attribute: it is not flagged
	// as a password (protocol 4).
	SecretHashesReadable SecretHashes = iota
	// SecretHashesNull returns null whatever is stored.
	SecretHashesNull
	// SecretHashesOmitted leaves the attribute out of every result.
	SecretHashesOmitted
)

// DomainAPISettings are how the Domain API acts where its response is unknown
// (protocol 12).
type DomainAPISettings struct {
	// BareErrors drops the "error" wrapper around a Domain API error, as the
	// older page prints it (protocol 3.3).
	BareErrors bool

	// SecurityAccess to the applications and users; SecurityAllowed by default. A
	// token with the scope "sec" is refused nothing.
	SecurityAccess SecurityAccess
	// SecurityRefusalStatus is what SecurityAccess refuses with, and an error body;
	// 403 by default.
	SecurityRefusalStatus int

	// CreateStatus is that of a successful POST: 201 with the entity by default,
	// 200 with the entity, or 204 without a body but with the headers
	// OData-EntityId and Location.
	CreateStatus int
	// UpdateStatus is that of a successful PATCH: 204 by default, as one page
	// prints it, or 200 with the entity.
	UpdateStatus int
	// DeleteStatus is that of a successful DELETE: 204 by default, or 200 without
	// a body.
	DeleteStatus int
	// MissingKeyStatus is that of a key that no record has: 500 with an error
	// body by default, by the rule for "every other failure", or 404 without a
	// body.
	MissingKeyStatus int
	// ConflictStatus is that of a PATCH with an outdated ObjectVersion: 500 by
	// default, by the same rule, 409 or 412, each with an error body.
	ConflictStatus int

	// RefuseNullReferences makes it an error to clear a reference with null.
	RefuseNullReferences bool
	// AllowDuplicateURIs drops the unique index of ApplicationUri. Of several
	// records with the same one, the oldest then gets the tokens.
	AllowDuplicateURIs bool
	// SecretHashes as they are read back; SecretHashesReadable by default.
	SecretHashes SecretHashes
	// ChangeTrackingOff reads every ObjectVersion as null and checks none.
	ChangeTrackingOff bool

	// UnknownAttributes are those that the server is too old for, whatever its
	// Version: "ReferenceTokens" before 26.2.1.66, "AdditionalDataJson" before
	// 26.3.100.4, "ExternalId" before 24.1.0.89. A request that names one is an
	// error. Without the attribute ReferenceTokens there are no reference tokens.
	UnknownAttributes []string

	// NoNextLinks never sends an @odata.nextLink, as before 26.2.
	NoNextLinks bool
	// RelativeNextLinks sends them without the OData root, as the page on paging
	// prints them. The default is absolute, as the one sample of a real response
	// has it.
	RelativeNextLinks bool
}

func defaultDomainAPISettings() DomainAPISettings {
	return DomainAPISettings{
		SecurityRefusalStatus: http.StatusForbidden,
		CreateStatus:          http.StatusCreated,
		UpdateStatus:          http.StatusNoContent,
		DeleteStatus:          http.StatusNoContent,
		MissingKeyStatus:      http.StatusInternalServerError,
		ConflictStatus:        http.StatusInternalServerError,
	}
}

// SessionSettings limit the sessions of the Domain API (protocol 5.1, 5.2). The
// defaults are the documented ones, in force from the start. 0 is no limit, but
// for SessionQueue.
type SessionSettings struct {
	// Licences is how many sessions may be open at once; no limit by default. The
	// next one is refused with 503 and Retry-After 60.
	Licences int
	// SessionRequests is how many requests of a session run at once: 1.
	SessionRequests int
	// SessionQueue is how many more wait for a slot: 5. The next one is
	// refused with 429 and an empty body, at once. 0 is no queue.
	SessionQueue int
	// SessionRequestsPerMinute is how many requests a session may make in a
	// minute of the server's clock: 600. More are refused with 429.
	SessionRequestsPerMinute int
	// BusyRetryAfter is the Retry-After of every 429; none by default, since none
	// is documented.
	BusyRetryAfter string
	// SessionIdle is how long after its last request a session ends: 20 minutes
	// of the server's clock.
	SessionIdle time.Duration
	// SessionLifetime ends a session that is in use all the time: one hour.
	SessionLifetime time.Duration
}

func defaultSessionSettings() SessionSettings {
	return SessionSettings{
		SessionRequests:          1,
		SessionQueue:             5,
		SessionRequestsPerMinute: 600,
		SessionIdle:              20 * time.Minute,
		SessionLifetime:          time.Hour,
	}
}
