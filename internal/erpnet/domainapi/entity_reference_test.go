// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package domainapi

import "testing"

func TestKeyOfReadsWhatReferenceWrites(t *testing.T) {
	const id = "3f2504e0-4f89-41d3-9a0c-0305e82c3301"
	for reference, want := range map[string]string{
		Reference("Systems_Security_Users", id):             id,
		"https://x.example/odata/" + Reference("Users", id): id,
		"Users(3F2504E0-4F89-41D3-9A0C-0305E82C3301)":       id,
		"Users(" + id:                 "",
		"Users(" + id[1:] + ")":       "",
		"Users(" + id + " or 1 eq 1)": "",
		id + ")":                      "",
		"":                            "",
	} {
		if got := KeyOf(reference); got != want || IsGUID(reference) {
			t.Errorf("the key of %q is %q", reference, got)
		}
	}
}
