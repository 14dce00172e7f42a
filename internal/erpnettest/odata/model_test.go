// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package odata

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

const (
	austen  = "aaaaaaaa-0000-4000-8000-000000000001"
	nobody  = "00000000-0000-0000-0000-000000000000"
	emma    = "11111111-0000-4000-8000-000000000001"
	mill    = "22222222-0000-4000-8000-00000000000b"
	silence = "33333333-0000-4000-8000-000000000003"
)

// library has one author and three books, two of them without an author.
func library() (model Model, books EntityType, rows []Row) {
	books = EntityType{Set: "Books", Name: "Book", Attributes: []Attribute{
		{Name: "Title", Filters: Equal | Like, Sorts: true},
		{Name: "Blurb", Kind: Translated, Filters: Like},
		{Name: "Isbn", Filters: Equal},
		{Name: "Lent", Kind: Flag, Filters: Equal},
		{Name: "Binding", Kind: Choice, Filters: Equal | Within, Choices: []string{"Hard", "Soft"}, Sorts: true},
		{Name: "Author", Kind: Reference, Filters: Equal | Within, Target: "Authors"},
		{Name: "Printed", Kind: Moment, Filters: Equal | Ranged, Sorts: true},
		{Name: "Pages", Kind: Integer, Filters: Equal},
		{Name: "Notes"},
		{Name: "Id", Kind: Identifier, Filters: Equal | Within | Ranged, Hidden: true},
	}}
	authors := EntityType{Set: "Authors", Name: "Author", Attributes: []Attribute{
		{Name: "Name"}, {Name: "Born", Kind: Integer}, {Name: "Id", Kind: Identifier, Hidden: true},
	}}
	printed := func(day, hour int) time.Time { return time.Date(2026, 3, day, hour, 0, 0, 0, time.UTC) }
	rows = []Row{
		{
			"Id": silence, "Title": "Silence", "Isbn": "c", "Lent": false, "Binding": "Soft", "Author": nil,
			"Printed": printed(16, 0),
		},
		{
			"Id": emma, "Title": "Emma's", "Blurb": "A novel", "Isbn": "a", "Lent": false, "Binding": "Hard",
			"Author": Link{"Authors", austen}, "Printed": printed(14, 9).In(time.FixedZone("", 7200)), "Notes": nil,
		},
		{
			"Id": mill, "Title": "the Mill", "Isbn": "B", "Lent": true, "Binding": "Soft", "Author": nil,
			"Printed": printed(15, 0),
		},
	}
	return Model{Types: []EntityType{books, authors}}, books, rows
}

func findAuthor(link Link) (EntityType, Row, bool) {
	model, _, _ := library()
	authors, _ := model.Type(link.Set)
	return authors, Row{"Id": austen, "Name": "Jane", "Born": 1775}, link.ID == austen
}

// everyOption lists the options that a request for an entity set may have.
var everyOption = []string{"$top", "$skip", "$skiptoken", "$count", "$filter", "$orderby", "$select", "$expand"}

// titles evaluates a query and returns the first word of each title.
func titles(t *testing.T, rawQuery string) string {
	t.Helper()
	model, books, rows := library()
	q, err := model.Parse(rawQuery, books, everyOption...)
	if err != nil {
		t.Fatal(err)
	}
	page, _ := q.Page(q.Matching(rows))
	var found []string
	for _, row := range page {
		found = append(found, strings.Fields(fmt.Sprint(row["Title"]))[0])
	}
	return strings.Join(found, " ")
}

func TestTypeLacksUnknownAttributes(t *testing.T) {
	model, _, _ := library()
	model.UnknownAttributes = []string{"Isbn"}
	books, known := model.Type("Books")
	if _, err := books.Attribute("Isbn"); err == nil || !known {
		t.Errorf("known %t, error %v", known, err)
	}
	if _, err := model.Types[0].Attribute("Isbn"); err != nil {
		t.Errorf("the model was changed: %v", err)
	}
	if _, known := model.Type("Films"); known {
		t.Error("Films are known")
	}
}

func TestLinks(t *testing.T) {
	tests := []struct {
		text string
		want Link
		is   bool
	}{
		{text: "Books(" + emma + ")", want: Link{"Books", emma}, is: true},
		{text: "Books(" + strings.ToUpper(austen) + ")", want: Link{"Books", strings.ToUpper(austen)}, is: true},
		{text: "Books(" + emma},
		{text: "Books('" + emma + "')"},
		{text: "Books(" + strings.Replace(emma, "-", "_", 1) + ")"},
		{text: "Books(" + emma[1:] + "g)"},
		{text: ""},
	}
	for _, test := range tests {
		got, is := ParseLink(test.text)
		if is != test.is || is && (got != test.want || got.String() != test.text) {
			t.Errorf("%q: %v, %t", test.text, got, is)
		}
	}
}

func TestFindIgnoresTheCaseOfKeys(t *testing.T) {
	_, _, rows := library()
	if row, found := Find(rows, strings.ToUpper(mill)); !found || row["Title"] != "the Mill" {
		t.Errorf("found %t: %v", found, row)
	}
	if _, found := Find(rows, nobody); found {
		t.Error("found nobody")
	}
}
