// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package identity

import (
	"testing"
)

func TestCheckScope(t *testing.T) {
	for scope, want := range map[string]string{
		"read":             "",
		"DomainApi":        "",
		"api://x/.default": "",
		"":                 "empty",
		"read update":      "as its own element",
		" read":            "as its own element",
		"read\n":           "as its own element",
		`re"ad`:            "RFC 6749",
		`re\ad`:            "RFC 6749",
		"четене":           "RFC 6749",
	} {
		expectError(t, CheckScope(scope), want)
	}
}

func TestJoinScopesIsCanonical(t *testing.T) {
	if got := JoinScopes([]string{"update", "read", "update"}); got != "read update" {
		t.Errorf("got %q", got)
	}
	if got := JoinScopes(nil); got != "" {
		t.Errorf("no scopes give %q", got)
	}
	scopes := []string{"b", "a"}
	JoinScopes(scopes)
	if scopes[0] != "b" {
		t.Error("the argument was changed")
	}
}
