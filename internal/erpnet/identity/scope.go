// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package identity

import (
	"errors"
	"slices"
	"strings"
)

// CheckScope reports why a text cannot be a single scope. RFC 6749 section 3.3 allows printable ASCII without spaces,
// double quotes, and backslashes. The error is a clause that begins with "it" and never repeats any of the text.
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

// JoinScopes returns the scopes in the form of the "scope" parameter: unique, sorted, and space-delimited. Without
// scopes, it returns the empty string, which requests all scopes of the trusted application (protocol section 2.3).
func JoinScopes(scopes []string) string {
	return strings.Join(SplitScopes(scopes), " ")
}

// SplitScopes accepts scopes in either documented form: an array, or one space-delimited string. The result is sorted
// and unique. It is nil if there are no scopes.
func SplitScopes(values []string) []string {
	words := strings.Fields(strings.Join(values, " "))
	if len(words) == 0 {
		return nil
	}
	slices.Sort(words)
	return slices.Compact(words)
}

// missingScopes returns the wanted scopes that were not granted. Scopes are case-sensitive (RFC 6749 section 3.3).
func missingScopes(wanted, granted []string) []string {
	return slices.DeleteFunc(slices.Clone(wanted), func(scope string) bool { return slices.Contains(granted, scope) })
}
