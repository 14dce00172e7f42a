// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package domainapi

import (
	"strings"
	"testing"
)

func TestCheckEntitySetName(t *testing.T) {
	for name, want := range map[string]string{
		"Crm_Sales_Customers": "",
		"":                    "empty",
		"A/B":                 "letters, digits and underscores",
		"A?$top=1":            "letters, digits and underscores",
		"../x":                "letters, digits and underscores",
	} {
		expectError(t, CheckEntitySet(name), want)
	}
}

func expectError(t *testing.T, err error, want string) {
	t.Helper()
	switch {
	case want == "" && err != nil:
		t.Errorf("unexpected error: %v", err)
	case want != "" && err == nil:
		t.Errorf("no error, want one with %q", want)
	case want != "" && !strings.Contains(err.Error(), want):
		t.Errorf("error %q lacks %q", err, want)
	}
}

// Whatever a value holds, the filter finds it and nothing else.
func FuzzQuoteString(f *testing.F) {
	for _, seed := range []string{"usual", "it's", "''", "a' or 'b", "%27", "+ &=?#", "Ж", ""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		quoted := QuoteString(text)
		inner := quoted[1 : len(quoted)-1]
		if quoted[0] != '\'' || quoted[len(quoted)-1] != '\'' || strings.Contains(strings.ReplaceAll(inner, "''", ""), "'") {
			t.Errorf("%q is no literal", quoted)
		}
		if strings.ReplaceAll(inner, "''", "'") != text {
			t.Errorf("%q does not say %q", quoted, text)
		}
		if encoded := (Query{Filter: "Name eq " + quoted}).encode(); strings.ContainsAny(encoded, " +#'\"\n") || strings.Count(encoded, "&") != 0 {
			t.Errorf("%q does not stand in a URL", encoded)
		}
	})
}
