// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

import (
	"net/http"
	"time"
)

// SecurityAccess defines what tokens may do with the entity sets of the
// namespace Systems.Security. The documentation says both that they are
// ReadWrite and that only the reserved scope "sec" gives access to them
// (protocol 4.2).
type SecurityAccess int

const (
	// SecurityAllowed treats them like all others: the scope read allows reads,
	// and update allows writes.
	SecurityAllowed SecurityAccess = iota
	// SecurityReadOnly refuses writes.
	SecurityReadOnly
	// SecurityRefused refuses reads as well.
	SecurityRefused
)

// SecretHashes defines what a read of ApplicationSecretHash returns.
type SecretHashes int

const (
	// SecretHashesReadable returns the hash like any attribute: the
	// documentation doesn't flag it as a password (protocol 4).
	SecretHashesReadable SecretHashes = iota
	// SecretHashesNull returns null, whatever is stored.
	SecretHashesNull
	// SecretHashesOmitted omits the attribute from every result.
	SecretHashesOmitted
)

// DomainAPISettings control how the Domain API behaves where its response is
// unknown (protocol 12).
type DomainAPISettings struct {
	// BareErrors drops the "error" wrapper around a Domain API error, as on the
	// older page (protocol 3.3).
	BareErrors bool

	// SecurityAccess applies to the applications and users; SecurityAllowed by
	// default. A token with the scope "sec" has full access.
	SecurityAccess SecurityAccess
	// SecurityRefusalStatus is the status of a refusal by SecurityAccess, which
	// has an error body; 403 by default.
	SecurityRefusalStatus int

	// CreateStatus is the status of a successful POST: by default 201 with the
	// entity. It can also be 200 with the entity, or 204 without a body but
	// with the headers OData-EntityId and Location.
	CreateStatus int
	// UpdateStatus is the status of a successful PATCH: by default 204, as on
	// one page, or 200 with the entity.
	UpdateStatus int
	// DeleteStatus is the status of a successful DELETE: by default 204, or 200
	// without a body.
	DeleteStatus int
	// MissingKeyStatus is the status for a key that doesn't exist: by default
	// 500 with an error body, following the rule for "every other failure", or
	// 404 without a body.
	MissingKeyStatus int
	// ConflictStatus is the status of a PATCH with an outdated ObjectVersion:
	// by default 500, following the same rule, or 409 or 412. Each has an error
	// body.
	ConflictStatus int

	// RefuseNullReferences refuses to clear a reference with null.
	RefuseNullReferences bool
	// AllowDuplicateURIs drops the unique index of ApplicationUri. If several
	// records have the same one, the oldest gets the tokens.
	AllowDuplicateURIs bool
	// SecretHashes defines how secret hashes are read; SecretHashesReadable by
	// default.
	SecretHashes SecretHashes
	// ChangeTrackingOff returns null for every ObjectVersion and checks none.
	ChangeTrackingOff bool

	// UnknownAttributes are attributes that the server is too old for, whatever
	// its Version: "ReferenceTokens" before 26.2.1.66, "AdditionalDataJson"
	// before 26.3.100.4, "ExternalId" before 24.1.0.89. A request that uses one
	// is an error. Without the attribute ReferenceTokens, there are no
	// reference tokens.
	UnknownAttributes []string

	// NoNextLinks never sends an @odata.nextLink, like versions before 26.2.
	NoNextLinks bool
	// RelativeNextLinks sends next links without the OData root, as on the page
	// about paging. The default is absolute, as in the only sample of a real
	// response.
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
// documented defaults apply from the start. 0 means no limit, except for
// SessionQueue.
type SessionSettings struct {
	// Licences is how many sessions may be open at once; no limit by default.
	// The next session is refused with 503 and Retry-After 60.
	Licences int
	// SessionRequests is how many requests of a session may run at once; 1 by
	// default.
	SessionRequests int
	// SessionQueue is how many more requests may wait for a slot; 5 by default.
	// The next request is refused immediately with 429 and an empty body. 0
	// means no queue.
	SessionQueue int
	// SessionRequestsPerMinute is how many requests a session may make in a
	// minute of the server's clock; 600 by default. Further requests are
	// refused with 429.
	SessionRequestsPerMinute int
	// BusyRetryAfter is the Retry-After header of every 429. By default there
	// is none, because the documentation mentions none.
	BusyRetryAfter string
	// SessionIdle is how long a session stays open after its last request, on
	// the server's clock; 20 minutes by default.
	SessionIdle time.Duration
	// SessionLifetime is when a session ends even if it is in constant use;
	// after one hour by default.
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
