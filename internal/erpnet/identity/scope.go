// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package identity

import (
	"errors"
	"slices"
	"strings"
)

// CheckScope reports why a text cannot be one scope: RFC 6749 section 3.3 allows printable ASCII without spaces, double
// quotes and backslashes. The error is a clause that begins with "it", and never repeats any of the text.
func CheckScope(scope string) error {
	switch {
	case scope == "":
		return errors.New("it is empty")
	case strings.ContainsAny(scope, " \t\r\n"):
		return errors.New("it holds a space; give each scope as its own element, such as [\"read\", \"update\"]")
	}
	for i := range len(scope) {
		if c := scope[i]; c < '!' || c > '~' || c == '"' || c == '\\' {
			return errors.New("it holds a character that RFC 6749 does not allow in a scope")
		}
	}
	return nil
}

// JoinScopes returns the scopes as the "scope" parameter has them: unique, sorted, space-delimited. No scopes give the
// empty string, which asks for all scopes of the trusted application (protocol section 2.3).
func JoinScopes(scopes []string) string {
	return strings.Join(SplitScopes(scopes), " ")
}

// SplitScopes takes scopes in either documented form: an array, or one space-delimited string. The result is sorted and
// unique, nil for none.
func SplitScopes(values []string) []string {
	words := strings.Fields(strings.Join(values, " "))
	if len(words) == 0 {
		return nil
	}
	slices.Sort(words)
	return slices.Compact(words)
}

// missingScopes returns the wanted scopes that are not among the granted ones. Scopes are case-sensitive (RFC 6749
// section 3.3).
func missingScopes(wanted, granted []string) []string {
	return slices.DeleteFunc(slices.Clone(wanted), func(scope string) bool { return slices.Contains(granted, scope) })
}
