// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package identity

import (
	"slices"
	"testing"
)

func TestCheckScope(t *testing.T) {
	for scope, want := range map[string]string{
		"read":             "",
		"DomainApi":        "",
		"api://x/.default": "",
		"":                 "it is empty",
		"read update":      "as its own element",
		" read":            "as its own element",
		"read\n":           "as its own element",
		`re"ad`:            "RFC 6749",
		`re\ad`:            "RFC 6749",
		"четене":           "RFC 6749",
	} {
		wantError(t, CheckScope(scope), want)
	}
}

func TestScopesAreSortedAndUnique(t *testing.T) {
	scopes := []string{"update", "read own", "update"}
	if got := JoinScopes(scopes); got != "own read update" ||
		!slices.Equal(scopes, []string{"update", "read own", "update"}) {
		t.Errorf("got %q of %q", got, scopes)
	}
	if got := SplitScopes([]string{" "}); got != nil || JoinScopes(nil) != "" {
		t.Errorf("no scopes give %q", got)
	}
}
