// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package odata

import (
	"errors"
	"net/url"
	"strings"
	"testing"
)

func TestFilters(t *testing.T) {
	const author, noAuthor = "'Authors(" + austen + ")'", "'Authors(" + nobody + ")'"
	tests := []struct{ filter, want string }{
		{filter: "Title eq 'Silence'", want: "Silence"},
		{filter: "Title eq 'silence'", want: ""},
		{filter: "Title eq 'Emma''s'", want: "Emma's"},
		{filter: "  Title   eq 'Emma''s' ", want: "Emma's"},
		{filter: "Title eq ''", want: ""},
		{filter: "Lent eq true", want: "the"},
		{filter: "Lent eq false and Title eq 'Silence'", want: "Silence"},
		{filter: "Lent eq true and Title eq 'Silence'", want: ""},
		{filter: "contains(Title,'MIL')", want: "the"},
		{filter: "contains(Blurb,'novel')", want: "Emma's"},
		{filter: "startswith(Title, 'the ')", want: "the"},
		{filter: "endswith(Title,'''s')", want: "Emma's"},
		{filter: "Id eq " + mill, want: "the"},
		{filter: "Id eq " + strings.ToUpper(mill), want: "the"},
		{filter: "Id in (" + mill + ", " + silence + ")", want: "the Silence"},
		{filter: "Id ge " + nobody + " and Id le " + emma, want: "Emma's"},
		{filter: "Author eq " + author, want: "Emma's"},
		{filter: "Author eq " + noAuthor, want: ""},
		{filter: "Author in (" + noAuthor + "," + author + ")", want: "Emma's"},
		{filter: "equalnull(Author," + noAuthor + ")", want: "the Silence"},
		{filter: "Binding in ('Soft')", want: "the Silence"},
		{filter: "Printed ge 2026-03-15Z", want: "the Silence"},
		{filter: "Printed ge 2026-03-15T23:59:59.999Z", want: "the Silence"},
		{filter: "Printed le 2026-03-15T00:00:00Z", want: "Emma's the"},
		{filter: "Printed eq 2026-03-14", want: ""}, // its time of day is 9:00
		{filter: "Printed eq 2026-03-15", want: "the"},
		{filter: "lessequalnull(Printed,2026-03-15Z) and Lent eq true", want: "the"},
		{filter: "greaterequalnull(Printed,2026-03-16T00:00:00.000Z)", want: "Silence"},
	}
	for _, test := range tests {
		t.Run(test.filter, func(t *testing.T) {
			if got := titles(t, "$filter="+url.QueryEscape(test.filter)); got != test.want {
				t.Errorf("%q, want %q", got, test.want)
			}
		})
	}
}

func TestFiltersThatAreNotDocumentedAreRefused(t *testing.T) {
	tests := []struct{ filter, want string }{
		{filter: "", want: "ends too early"},
		{filter: "Title", want: "operator '' is not supported"},
		{filter: "Title eq", want: "does not fit"},
		{filter: "Title eq 'a' or Title eq 'b'", want: "'or' is not supported"},
		{filter: "Title ne 'a'", want: "'ne' is not supported"},
		{filter: "Printed gt 2026-01-01Z", want: "'gt' is not supported"},
		{filter: "Printed lt 2026-01-01Z", want: "'lt' is not supported"},
		{filter: "not contains(Title,'a')", want: "at not"},
		{filter: "'Title' eq 'a'", want: "at 'Title'"},
		{filter: "(Title eq 'a')", want: "property named '('"},
		{filter: "Title EQ 'a'", want: "'EQ' is not supported"},
		{filter: "Title 'eq' 'a'", want: "'eq' is not supported"},
		{filter: "Title eq 'a' AND Title eq 'b'", want: "at AND"},
		{filter: "Title eq 'a' and", want: "ends too early"},
		{filter: "Title eq a", want: "a does not fit the property 'Title'"},
		{filter: "Title eq null", want: "does not fit the property 'Title'"},
		{filter: "Title eq 'it's'", want: "unterminated"},
		{filter: "Title eq 'a' 'b''c'", want: "at 'b''c'"},
		{filter: "title eq 'a'", want: "property named 'title' on type 'Erp.Book'"},
		{filter: "Author/Name eq 'a'", want: "property named 'Author/Name'"},
		{filter: "Notes eq 'a'", want: "'Notes' cannot be used"},
		{filter: "contains(Isbn,'a')", want: "'Isbn' cannot be used"},
		{filter: "Title in ('a')", want: "'Title' cannot be used"},
		{filter: "Title ge 'a'", want: "'Title' cannot be used"},
		{filter: "Blurb eq 'a'", want: "'Blurb' cannot be used"},
		{filter: "startswith(Blurb,'a')", want: "only the function contains"},
		{filter: "Lent eq 'true'", want: "does not fit the property 'Lent'"},
		{filter: "Lent eq yes", want: "does not fit the property 'Lent'"},
		{filter: "Pages eq 1", want: "does not fit the property 'Pages'"},
		{filter: "Id eq '" + emma + "'", want: "does not fit the property 'Id'"},
		{filter: "Id eq guid'" + emma + "'", want: "does not fit the property 'Id'"},
		{filter: "Id in " + emma, want: "Syntax error"},
		{filter: "Id in (" + emma, want: "ends too early"},
		{filter: "Id in (" + emma + " " + mill + ")", want: "Syntax error"},
		{filter: "Author eq Authors(" + austen + ")", want: "does not fit the property 'Author'"},
		{filter: "Author eq '" + austen + "'", want: "does not fit the property 'Author'"},
		{filter: "Author eq 'Books(" + austen + ")'", want: "does not fit the property 'Author'"},
		{filter: "Binding eq 'Har'", want: "does not fit the property 'Binding'"},
		{filter: "Printed ge '2026-01-01'", want: "does not fit the property 'Printed'"},
		{filter: "Printed ge yesterday", want: "does not fit the property 'Printed'"},
		{filter: "contains(Title,'a'", want: "ends too early"},
		{filter: "contains(Title 'a')", want: "at 'a'"},
		{filter: "contains Title", want: "at Title"},
		{filter: "tolower(Title) eq 'a'", want: "property named 'tolower'"},
	}
	model, books, _ := library()
	for _, test := range tests {
		t.Run(test.filter, func(t *testing.T) {
			_, err := model.Parse("$filter="+url.QueryEscape(test.filter), books, everyOption...)
			refused, is := errors.AsType[*Error](err)
			if !is || refused.Exception == "" || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v", err)
			}
		})
	}
}

func TestCaseOfTextsCanBeIgnored(t *testing.T) {
	model, books, rows := library()
	model.IgnoreCase = true
	for filter, want := range map[string]int{"Title eq 'SILENCE'": 1, "Title eq 'x'": 0, "Lent eq true": 1} {
		q, err := model.Parse("$filter="+url.QueryEscape(filter), books, everyOption...)
		if got := q.Matching(rows); err != nil || len(got) != want {
			t.Errorf("%s: %d rows, error %v", filter, len(got), err)
		}
	}
}
