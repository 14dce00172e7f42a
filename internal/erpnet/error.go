// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnet

import (
	"errors"
	"fmt"
	"time"
)

// Kind says what went wrong. This package defines the kinds of failure that any request can have, in network_error.go
// and response.go. Each package below it adds its own kinds.
type Kind string

// Error describes a failed request to an instance, or a response that the client refused. It holds the facts of the
// case but no advice. It never holds a secret or a token: text from a server is redacted and bounded.
type Error struct {
	Kind     Kind
	URL      string // the requested URL without its query: https://demodb.my.erp.net/id/connect/token
	ClientID string // the client_id of the request; empty for an anonymous request
	Status   int    // HTTP status of the response; 0 if there was none
	Code     string // OAuth error code (RFC 6749 section 5.2); empty if there was none
	Happened string // what happened, as a clause that follows the name of the request
	Message  string // the server's message, which Happened ends with; empty if there is none

	Evidence    string    // more facts about this case, in sentences, one per line; may be empty
	HashPrefix  string    // how the hash of the refused secret begins; empty if the secret is short or was not refused
	IdentityURL string    // the identity service URL that the instance publishes, if it differs
	RetryAt     time.Time // when the server allows a retry, in UTC; zero if it does not say

	MayBeDone bool // the write failed but may still have been carried out
	Repeated  bool // another caller already received the same failure
	unsent    bool // the request was held back

	cause error
}

// Error describes in one line whose request failed, its URL, and what happened.
func (e *Error) Error() string {
	who := ""
	if e.ClientID != "" {
		who = fmt.Sprintf(" of client_id %q", e.ClientID)
	}
	return fmt.Sprintf("The request%s to %s %s.", who, e.URL, e.Happened)
}

// Unwrap returns the underlying network error, if any, for [errors.Is] and [errors.As]. Error does not include its
// text, which may quote a proxy password or a header.
func (e *Error) Unwrap() error { return e.cause }

// AsError returns err as an [*Error], or nil if err is nil. An error of another type becomes an [*Error] of kind
// [ConnectionLost].
func AsError(err error) *Error {
	var failed *Error
	if err != nil && !errors.As(err, &failed) {
		failed = &Error{Kind: ConnectionLost, Happened: "failed", cause: err}
	}
	return failed
}

// CanceledError returns the error for a caller that stopped waiting for a request to url.
func CanceledError(url, clientID string, cause error) *Error {
	return &Error{Kind: Canceled, URL: WithoutQuery(url), ClientID: clientID, Happened: "was canceled", cause: cause}
}
