// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package identity

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
)

// refused is the error of an OAuth error response (RFC 6749 section 5.2).
func refused(client *erpnet.Client, r TokenRequest, status int, members tokenResponse) *erpnet.Error {
	e := r.fail(RequestRefused, "was refused with an unknown error code")
	e.Status, e.Code = status, members.code()
	switch kind := erpnet.Kind(e.Code); kind {
	case InvalidClient:
		e.Kind, e.HashPrefix = kind, r.Credentials.hashPrefix()
	case InvalidScope:
		e.Kind, e.Evidence = kind, askedFor(r.Scope)
	case UnauthorizedClient, InvalidGrant, UnsupportedGrantType, InvalidRequest:
		e.Kind = kind
	default:
		e.Code = client.Message(e.Code) // no code of the protocol, so it may be an echo
	}
	if e.Code != "" {
		e.Happened = "was refused with " + e.Code
	}
	e.Happened += fmt.Sprintf(" (HTTP status %d)", status)
	if text := client.Message(members.message()); text != "" {
		e.Happened += fmt.Sprintf(": %q", text)
	}
	return e
}

func askedFor(scope string) string {
	if scope == "" {
		return "No scope was asked for, which asks for all scopes of the application: is its Scope empty?"
	}
	return "Asked for: " + quotedList(strings.Fields(scope)) + "."
}

// code reads the member "error". A code has the characters that all registered ones have; anything else is not shown,
// and empty.
func (m tokenResponse) code() string {
	var code string
	if json.Unmarshal(m.Error, &code) != nil || len(code) > 40 || strings.Trim(code, "abcdefghijklmnopqrstuvwxyz_") != "" {
		return ""
	}
	return code
}

// message reads the description: RFC 6749's error_description, or the message of an error object as the Domain API
// writes it (protocol section 3.3).
func (m tokenResponse) message() string {
	var text string
	if json.Unmarshal(m.Description, &text) == nil && text != "" {
		return text
	}
	var object struct {
		Message string `json:"message"`
	}
	_ = json.Unmarshal(m.Error, &object) // no object, no message
	return object.Message
}
