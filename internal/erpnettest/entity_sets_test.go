// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

import (
	"net/url"
	"strings"
	"testing"
)

const productsFile = `{
	"General_Products_Products": [
		{
			"PartNumber": "B-2", "Active": true, "Price": 12.50, "Created": "2026-01-02T03:04:05Z",
			"Group": {"@odata.id": "General_Products_Groups(5b1b1d5e-6b0f-4c1e-9a53-0f5a4f6f0001)"},
			"Id": "5b1b1d5e-6b0f-4c1e-9a53-0f5a4f6f0011", "Tags": ["a", "b"]
		},
		{"PartNumber": "A-1", "Active": false, "Name": null}
	],
	"General_Products_Groups": [{"Id": "5b1b1d5e-6b0f-4c1e-9a53-0f5a4f6f0001", "Code": "G"}],
	"Systems_Security_Users": [{"Login": "svc.other", "UserType": "ApplicationUserNoLogin"}]
}`

func TestRowsOfAFileAreRead(t *testing.T) {
	i := newInstance(t)
	sets, err := ReadEntitySets(strings.NewReader(productsFile))
	if err != nil {
		t.Fatal(err)
	}
	for _, set := range sets {
		i.AddEntitySet(set)
	}
	const products, key = "General_Products_Products", "5b1b1d5e-6b0f-4c1e-9a53-0f5a4f6f0011"
	tests := []struct{ path, want string }{
		{path: products + "/$count", want: "2"},
		{path: products + "(" + key + ")", want: `"Price":12.50`},
		{path: products + "(" + key + ")", want: `"Tags":["a","b"]`},
		{path: products + "(" + key + ")", want: `"Group":{"@odata.id":"General_Products_Groups(5b1b1d5e-`},
		{path: products + "(" + key + ")?$expand=Group", want: `"Code":"G"`},
		{path: products + "?$orderby=PartNumber&$top=1", want: `"PartNumber":"A-1"`},
		{path: products + "/$count?$filter=PartNumber eq 'A-1' and Active eq false", want: "1"},
		{path: products + "/$count?$filter=Created ge 2026-01-01Z", want: "1"},
		{path: products + "/$count?$filter=Id eq " + key, want: "1"},
		{path: products + "?$filter=Price eq 12", want: "'Price' cannot be used"},
		{path: products + "?$select=Colour", want: "Could not find a property named 'Colour'"},
		{path: users + "/$count?$filter=Login eq 'svc.other'", want: "1"},
		{path: salesCustomers + "/$count", want: "15"},
		{path: "", want: `"name":"General_Products_Groups"`},
	}
	for _, test := range tests {
		path, query, _ := strings.Cut(test.path, "?")
		got := i.read(path + "?" + strings.ReplaceAll(query, " ", "%20"))
		if !strings.Contains(got.body, test.want) {
			t.Errorf("%s: status %d, %q is missing: %s", test.path, got.status, test.want, got.body)
		}
	}
	i.call("POST", products, "{}").expect(t, 405, "")
	filter := url.Values{"$filter": {"Group eq 'General_Products_Groups(5b1b1d5e-6b0f-4c1e-9a53-0f5a4f6f0001)'"}}
	i.read(products+"/$count?"+filter.Encode()).expect(t, 200, "1")
}

func TestMistakesInRowsAreNamed(t *testing.T) {
	tests := []struct{ file, want string }{
		{file: `[]`, want: `not a JSON object such as {"General_Products_Products"`},
		{file: `{} 1`, want: "something follows"},
		{file: `{"products": []}`, want: "products: not the name of an entity set"},
		{file: `{"A_Things": [{"Id": "1"}]}`, want: "A_Things: the Id of row 1 is not a GUID"},
		{file: `{"A_Things": [1]}`, want: "not a JSON object such as"},
		{file: `{"Systems_Security_TrustedApplications": []}`, want: "a file of their own"},
		{file: `{"Systems_Security_Users": [{}]}`, want: "user 1: the Login is missing"},
		{file: `{"Systems_Security_Users": [{"Login": "x", "Colour": 1}]}`, want: `unknown field "Colour"`},
		{
			file: `{"Systems_Security_Users": [{"Login": "x", "UserType": "Robot"}]}`,
			want: `UserType is "Robot", must be one of`,
		},
	}
	for _, test := range tests {
		if _, err := ReadEntitySets(strings.NewReader(test.file)); err == nil ||
			!strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: error %v", test.file, err)
		}
	}
}
