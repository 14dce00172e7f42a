// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnet

import (
	"fmt"
	"strings"
)

// Error is a request to an instance that failed, or an answer that was
// refused. It holds neither secret nor token; text of the server is cleaned and
// bounded.
type Error struct {
	Kind     Kind
	URL      string // what was asked, such as https://demodb.my.erp.net/id/connect/token
	ClientID string // who asked; empty for anonymous requests
	Status   int    // HTTP status of the answer; 0 when there was none
	Code     string // OAuth error code (RFC 6749 section 5.2); empty when there was none
	Happened string // what happened, as a clause that follows the request's name
	Hint     string // a fact of this case that helps with the remedy; may be empty

	cause   error
	refused *Token // the token that was refused for what it says, if one was issued
}

// Error says in one line who asked what, and what happened.
func (e *Error) Error() string {
	who := ""
	if e.ClientID != "" {
		who = fmt.Sprintf(" of client_id %q", e.ClientID)
	}
	return fmt.Sprintf("The request%s to %s %s.", who, e.URL, e.Happened)
}

// Title names the kind of failure in a few words.
func (e *Error) Title() string { return e.Kind.entry().Title }

// Cause says what the kind of failure usually means, in a sentence.
func (e *Error) Cause() string { return e.Kind.entry().Cause }

// Remedy says what to do about it, in one or more lines.
func (e *Error) Remedy() string {
	return strings.TrimSpace(e.Kind.entry().Remedy + "\n" + e.Hint)
}

// Unwrap returns the network error behind it, if any, for [errors.Is] and
// [errors.As]; its text is not part of Error's.
func (e *Error) Unwrap() error { return e.cause }

// failedExchange is the error of a request that got no answer after all its
// tries.
func failedExchange(url string, attempts int, cause error) *Error {
	kind, happened := explain(cause)
	if attempts > 1 {
		happened += fmt.Sprintf(", in %d attempts", attempts)
	}
	return &Error{Kind: kind, URL: url, Happened: happened, cause: cause}
}
