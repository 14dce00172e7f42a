// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnet

import (
	"errors"
	"fmt"
	"time"
)

// Kind says what went wrong. This package defines the kinds that any request can fail with, in network.go and
// response.go; each package below it adds its own.
type Kind string

// Error is a request to an instance that failed, or a response that was refused. It holds the facts of the case and no
// advice. It never holds a secret or a token: text that a server sent is redacted and bounded.
type Error struct {
	Kind     Kind
	URL      string // what was asked, without its query: https://demodb.my.erp.net/id/connect/token
	ClientID string // who asked; empty for an anonymous request
	Status   int    // HTTP status of the response; 0 when there was none
	Code     string // OAuth error code (RFC 6749 section 5.2); empty when there was none
	Happened string // what happened, as a clause that follows the request's name
	Message  string // the server's words, which Happened ends with; empty if there are none

	Evidence    string    // more facts of this case, in sentences, one per line; may be empty
	HashPrefix  string    // how the hash of the refused secret begins; empty if the secret is short or was not refused
	IdentityURL string    // where the instance says that its identity service is, if that is elsewhere
	RetryAt     time.Time // when the server wants to be asked again, in UTC; zero if it does not say

	MayBeDone bool // a write that failed, and may have been carried out all the same
	Repeated  bool // the same failure was reported before, to another caller

	cause error
}

// Error says in one line who asked what, and what happened.
func (e *Error) Error() string {
	who := ""
	if e.ClientID != "" {
		who = fmt.Sprintf(" of client_id %q", e.ClientID)
	}
	return fmt.Sprintf("The request%s to %s %s.", who, e.URL, e.Happened)
}

// Unwrap returns the network error behind it, if any, for [errors.Is] and [errors.As]. Its text is not part of Error's,
// since it may quote a proxy's password or a header.
func (e *Error) Unwrap() error { return e.cause }

// AsError returns err as an [*Error], nil for nil. An error of another type is one of kind [ConnectionLost].
func AsError(err error) *Error {
	var failed *Error
	if err != nil && !errors.As(err, &failed) {
		failed = &Error{Kind: ConnectionLost, Happened: "failed", cause: err}
	}
	return failed
}

// CanceledError is the error of a caller who stopped waiting for a request to url.
func CanceledError(url, clientID string, cause error) *Error {
	return &Error{Kind: Canceled, URL: withoutQuery(url), ClientID: clientID, Happened: "was canceled", cause: cause}
}
