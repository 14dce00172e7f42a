// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package identity

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
)

// refused returns the error for an OAuth error response (RFC 6749 section 5.2).
func refused(client *erpnet.Client, r TokenRequest, response *erpnet.Response, members tokenResponse) *erpnet.Error {
	e := r.fail(RequestRefused, "was refused with an unknown error code")
	e.Status, e.Code = response.Status, members.code()
	switch kind := erpnet.Kind(e.Code); {
	case kind == InvalidClient:
		e.Kind, e.HashPrefix, e.Evidence = kind, r.Credentials.hashPrefix(), r.Credentials.oddity()
	case kind == InvalidScope:
		e.Kind, e.Evidence = kind, askedFor(r.Scope)
	case isRegistered(e.Code):
		e.Kind = kind
	default: // not a code of the protocol, so it may be an echo, or a gateway's
		e.Code, e.Evidence = client.Message(e.Code), client.Sender(response)
	}
	if e.Code != "" {
		e.Happened = "was refused with " + e.Code
	}
	e.Happened += fmt.Sprintf(" (HTTP status %d)", response.Status)
	if e.Message = client.Message(erpnet.ServerMessage(response.Content())); e.Message != "" {
		e.Happened += fmt.Sprintf(": %q", e.Message)
	}
	return e
}

// isRegistered reports whether a code is one of RFC 6749 section 5.2.
func isRegistered(code string) bool {
	switch erpnet.Kind(code) {
	case InvalidClient, UnauthorizedClient, InvalidScope, InvalidGrant, UnsupportedGrantType, InvalidRequest:
		return true
	}
	return false
}

// knownScopes holds the scopes that ERP.net documents (protocol sections 2.3 and 14).
var knownScopes = []string{"read", "update", "exec", "openid", "profile", "offline_access", "DomainApi"}

func askedFor(scope string) string {
	if scope == "" {
		return "No scope was asked for, which asks for all scopes of the application: is its Scope empty?"
	}
	asked := "Asked for: " + quotedList(strings.Fields(scope)) + "."
	for word := range strings.FieldsSeq(scope) {
		if !slices.Contains(knownScopes, word) {
			asked += erpnet.DidYouMean(word, knownScopes...)
		}
	}
	return asked
}

// code returns the member "error". A code has only the characters that occur in registered codes. For anything else,
// the result is empty, so it is not shown.
func (m tokenResponse) code() string {
	var code string
	if json.Unmarshal(m.Error, &code) != nil || len(code) > 40 ||
		strings.Trim(code, "abcdefghijklmnopqrstuvwxyz_") != "" {
		return ""
	}
	return code
}
