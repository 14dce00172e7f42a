// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnet

import (
	"encoding/json"
	"fmt"
	"strings"
)

// refused is the error of an OAuth error answer (RFC 6749 section 5.2), of
// whatever HTTP status, since the documents name none (protocol section 3.1).
func refused(r TokenRequest, status int, code, description json.RawMessage) *Error {
	e := r.fail(RequestRefused, "was refused with an unknown error code")
	e.Status, e.Code = status, r.show(errorCode(code))
	if e.Code != "" {
		e.Happened = "was refused with " + e.Code
	}
	e.Happened += fmt.Sprintf(" (HTTP status %d)", status)
	if text := r.show(errorText(code, description)); text != "" {
		e.Happened += fmt.Sprintf(": %q", text)
	}
	switch kind := Kind(e.Code); kind {
	case InvalidClient:
		e.Kind, e.Hint = kind, r.Credentials.hashHint()
	case InvalidScope:
		e.Kind, e.Hint = kind, askedFor(r.Scope)
	case UnauthorizedClient, InvalidGrant, UnsupportedGrantType, InvalidRequest:
		e.Kind = kind
	}
	return e
}

func askedFor(scope string) string {
	if scope == "" {
		return "No scope was asked for, which asks for all scopes of the application: is its Scope empty?"
	}
	return "Asked for: " + quotedList(strings.Fields(scope)) + "."
}

// errorCode reads the member "error". A code is of the characters that all
// registered ones have; anything else is not shown, and empty.
func errorCode(text json.RawMessage) string {
	var code string
	if json.Unmarshal(text, &code) != nil || code == "" || len(code) > 40 || strings.Trim(code, "abcdefghijklmnopqrstuvwxyz_") != "" {
		return ""
	}
	return code
}

// errorText reads the description: RFC 6749's error_description, or the message
// of an error object as the Domain API writes it (protocol section 3.3).
func errorText(code, description json.RawMessage) string {
	var text string
	if json.Unmarshal(description, &text) == nil && text != "" {
		return text
	}
	var object struct {
		Message string `json:"message"`
	}
	_ = json.Unmarshal(code, &object) // no object, no message
	return object.Message
}
