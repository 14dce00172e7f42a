// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package domainapi

import (
	"net/url"
	"strings"
	"testing"
)

func TestQueryIsEncodedInAStableOrder(t *testing.T) {
	all := Query{
		Filter: "a eq 'b+c&d'", Select: "Id", Expand: "X($top=1)", OrderBy: "a desc", Top: 1, Skip: 2, Count: true,
	}
	const want = "$filter=a%20eq%20%27b%2Bc%26d%27&$select=Id&$expand=X%28%24top%3D1%29&$orderby=a%20desc" +
		"&$top=1&$skip=2&$count=true"
	if got := all.encode(); got != want {
		t.Errorf("got %s", got)
	}
	if got := (Query{EntitySet: "X"}).encode(); got != "" {
		t.Errorf("no options give %s", got)
	}
}

func TestCheckEntitySet(t *testing.T) {
	for name, want := range map[string]string{
		"Crm_Sales_Customers":           "",
		"":                              "it is empty",
		"A/B":                           "letters, digits and underscores",
		"A?$top=1":                      "letters, digits and underscores",
		"../x":                          "letters, digits and underscores",
		strings.Repeat("x", 201):        "letters, digits and underscores",
		"systems_security_accessTokens": "access tokens",
	} {
		wantError(t, CheckEntitySet(name), want)
	}
}

func TestCheckQueryOption(t *testing.T) {
	for text, want := range map[string]string{
		"Name eq 'It''s my password'": "",
		"PASSWORD eq 'x'":             "password or the hash of a secret",
		"'x' eq User/password":        "password or the hash of a secret",
		"Id,ApplicationSecretHash":    "password or the hash of a secret",
		"a\nb":                        "control character",
		"a\x7fb":                      "control character",
	} {
		wantError(t, CheckQueryOption(text), want)
	}
}

// Whatever a value contains, the filter matches it and nothing else.
func FuzzQuoteString(f *testing.F) {
	for _, seed := range []string{"usual", "it's", "''", "a' or 'b", "%27", "+ &=?#", "Ж", ""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		quoted := QuoteString(text)
		inner := strings.TrimSuffix(strings.TrimPrefix(quoted, "'"), "'")
		if strings.ReplaceAll(inner, "''", "'") != text || strings.Contains(strings.ReplaceAll(inner, "''", ""), "'") {
			t.Errorf("%q is no literal of %q", quoted, text)
		}
		encoded := (Query{Filter: "Name eq " + quoted}).encode()
		options, err := url.ParseQuery(encoded)
		if err != nil || options.Get("$filter") != "Name eq "+quoted || strings.ContainsAny(encoded, " +#'\"\n") {
			t.Errorf("%q does not say %q: %v", encoded, quoted, err)
		}
	})
}
