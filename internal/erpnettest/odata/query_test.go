// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package odata

import (
	"fmt"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"
)

func TestPagesAndOrder(t *testing.T) {
	tests := []struct {
		query, want string
		next        string // the options of the next page
	}{
		{query: "", want: "Emma's the Silence"},
		{query: "$top=1", want: "Emma's", next: "$skiptoken=" + mill + "&$top=1"},
		{query: "$top=2&$skip=1", want: "the Silence"},
		{query: "$top=1&$skip=1&$count=true", want: "the", next: "$count=true&$skiptoken=" + silence + "&$top=1"},
		{query: "$top=3", want: "Emma's the Silence"},
		{query: "$top=0", want: ""},
		{query: "$skip=9", want: ""},
		{query: "$skiptoken=" + strings.ToUpper(mill), want: "the Silence"},
		{query: "$skiptoken=22222222-0000-4000-8000-00000000000c", want: "Silence"}, // the record doesn't exist
		{query: "$orderby=Title", want: "Emma's Silence the"},
		{query: "$orderby=Title%20desc", want: "the Silence Emma's"},
		{query: "$orderby=Binding%20desc,%20Title%20asc", want: "Silence the Emma's"},
		{query: "$orderby=Printed&$top=1", want: "Emma's", next: "$orderby=Printed&$skip=1&$top=1"},
		{query: "$orderby=Printed&$top=1&$skip=1", want: "the", next: "$orderby=Printed&$skip=2&$top=1"},
		{query: "%24top=1&culture=en", want: "Emma's", next: "$skiptoken=" + mill + "&$top=1&culture=en"},
		{query: "culture=bg&CurrentRoleId=1", want: "Emma's the Silence"},
	}
	model, books, rows := library()
	for _, test := range tests {
		t.Run(test.query, func(t *testing.T) {
			if got := titles(t, test.query); got != test.want {
				t.Errorf("%q, want %q", got, test.want)
			}
			q, _ := model.Parse(test.query, books, everyOption...)
			_, next := q.Page(q.Matching(rows))
			if got, _ := url.QueryUnescape(next.Encode()); got != test.next {
				t.Errorf("next page %q, want %q", got, test.next)
			}
			if q.Count != strings.Contains(test.query, "$count") {
				t.Errorf("count %t", q.Count)
			}
		})
	}
	if rows[0].ID() != silence {
		t.Error("the rows of the caller were sorted")
	}
}

func TestQueriesThatMakeNoSenseAreRefused(t *testing.T) {
	tests := []struct{ query, want string }{
		{query: "$top=-1", want: "'$top' has a wrong value"},
		{query: "$top=many", want: "'$top' has a wrong value"},
		{query: "$top=99999999999", want: "'$top' has a wrong value"},
		{query: "$top=1&$top=2", want: "'$top' is not supported here, or not twice"},
		{query: "$skip=", want: "'$skip' has a wrong value"},
		{query: "$skiptoken=2", want: "'$skiptoken' has a wrong value"},
		{query: "$count=yes", want: "'$count' has a wrong value"},
		{query: "$search=books", want: "'$search' is not supported"},
		{query: "top=10", want: "'top' is not supported"},
		{query: "$top=%zz", want: "cannot be read"},
		{query: "$orderby=Notes", want: "'Notes' cannot be used"},
		{query: "$orderby=Colour", want: "property named 'Colour'"},
		{query: "$orderby=Title%20up", want: "Syntax error"},
		{query: "$orderby=", want: "Syntax error"},
		{query: "$orderby=Title%20desc%20please", want: "Syntax error"},
		{query: "$select=title", want: "property named 'title' on type 'Erp.Book'"},
		{query: "$expand=Author($select=)", want: "property named ''"},
		{query: "$expand=Author($select=Colour)", want: "'Colour' on type 'Erp.Author'"},
		{query: "$expand=Author($top=1)", want: "only $select"},
		{query: "$expand=Author($select=Id", want: "only $select"},
		{query: "$expand=Author($expand=Books)", want: "only $select"},
		{query: "$expand=Title", want: "'Title' cannot be used"},
		{query: "$expand=Author($select=Name,Born),Colour", want: "property named 'Colour'"},
	}
	model, books, _ := library()
	for _, test := range tests {
		t.Run(test.query, func(t *testing.T) {
			if _, err := model.Parse(test.query, books, everyOption...); err == nil ||
				!strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v", err)
			}
		})
	}
	if _, err := model.Parse("$top=1", books, "$select", "$expand"); err == nil {
		t.Error("an option that is not allowed was read")
	}
}

func TestShapes(t *testing.T) {
	link := map[string]any{"@odata.id": "Authors(" + austen + ")"}
	author := func(more map[string]any) map[string]any {
		more["@odata.id"] = link["@odata.id"]
		return more
	}
	tests := []struct {
		query      string
		attributes string // of the result, without @odata.id; empty means any
		author     any
	}{
		{query: "", attributes: "Author Binding Blurb Isbn Lent Notes Printed Title", author: link},
		{query: "$select=Title,Title", attributes: "Title"},
		{query: "$select=Title,%20Id", attributes: "Id Title"},
		{query: "$select=*", attributes: "Author Binding Blurb Isbn Lent Notes Printed Title", author: link},
		{
			query: "$select=default,Id", attributes: "Author Binding Blurb Id Isbn Lent Notes Printed Title",
			author: link,
		},
		{query: "$select=Author", attributes: "Author", author: link},
		{query: "$expand=Author", author: author(map[string]any{"Name": "Jane", "Born": 1775})},
		{query: "$expand=Author($select=Id,%20Name)", author: author(map[string]any{"Id": austen, "Name": "Jane"})},
		{
			query:      "$select=Title&$expand=Author($select=Born)",
			attributes: "Author Title", author: author(map[string]any{"Born": 1775}),
		},
	}
	model, books, rows := library()
	for _, test := range tests {
		t.Run(test.query, func(t *testing.T) {
			q, err := model.Parse(test.query, books, everyOption...)
			if err != nil {
				t.Fatal(err)
			}
			got := q.Shape.Project(books, rows[1], findAuthor)
			if !reflect.DeepEqual(got["Author"], test.author) {
				t.Errorf("author %v, want %v", got["Author"], test.author)
			}
			if got["@odata.id"] != "Books("+emma+")" {
				t.Errorf("@odata.id %v", got["@odata.id"])
			}
			var names []string
			for name := range got {
				names = append(names, name)
			}
			slices.Sort(names)
			want := strings.Fields("@odata.id " + test.attributes)
			if test.attributes != "" && !slices.Equal(names, want) {
				t.Errorf("attributes %v", names)
			}
		})
	}
}

func TestProjectedValues(t *testing.T) {
	_, books, rows := library()
	got := Select("Blurb", "Author", "Pages").Project(books, rows[1], nil)
	if fmt.Sprint(got["Blurb"]) != "map[EN:A novel]" {
		t.Errorf("translated text %v", got["Blurb"])
	}
	if value, has := got["Pages"]; has {
		t.Errorf("an attribute that the row lacks is %v", value)
	}
	if got := Select("Author").Project(books, rows[0], nil); got["Author"] != nil {
		t.Errorf("a null reference is %v", got["Author"])
	}
	gone := Row{"Id": emma, "Author": Link{"Authors", nobody}}
	expanded := Shape{expanded: map[string]Shape{"Author": {}}}
	got = expanded.Project(books, gone, findAuthor)
	if fmt.Sprint(got["Author"]) != "map[@odata.id:Authors("+nobody+")]" {
		t.Errorf("a record that is gone expands to %v", got["Author"])
	}
}
