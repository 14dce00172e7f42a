// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnet

import (
	"errors"
	"slices"
	"strings"
)

// CheckScope reports why a text cannot be one scope: RFC 6749 section 3.3
// allows printable ASCII without blanks, double quotes and backslashes. The
// error never repeats any of it.
func CheckScope(scope string) error {
	switch {
	case scope == "":
		return errors.New("it is empty")
	case strings.ContainsAny(scope, " \t\r\n"):
		return errors.New("it holds a blank; give each scope as an element of its own, such as [\"read\", \"update\"]")
	}
	for i := range len(scope) {
		if c := scope[i]; c < '!' || c > '~' || c == '"' || c == '\\' {
			return errors.New("it holds a character that RFC 6749 does not allow in a scope")
		}
	}
	return nil
}

// JoinScopes returns the scopes as the "scope" parameter has them: unique,
// sorted, space-delimited. No scopes give the empty string, which asks for all
// scopes of the trusted application (protocol section 2.3).
func JoinScopes(scopes []string) string {
	unique := slices.Clone(scopes)
	slices.Sort(unique)
	return strings.Join(slices.Compact(unique), " ")
}

// missingScopes returns the wanted scopes that are not among the granted ones.
// Scopes are case-sensitive (RFC 6749 section 3.3).
func missingScopes(wanted, granted []string) []string {
	var missing []string
	for _, scope := range wanted {
		if !slices.Contains(granted, scope) {
			missing = append(missing, scope)
		}
	}
	return missing
}
