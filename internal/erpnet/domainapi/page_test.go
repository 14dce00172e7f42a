// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package domainapi

import (
	"context"
	"fmt"
	"reflect"
	"testing"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

func TestQueryAllReadsEveryRowOnce(t *testing.T) {
	for name, test := range map[string]struct {
		settings func(*erpnettest.Settings)
		fault    erpnettest.Fault
	}{
		"absolute links": {},
		"relative links": {settings: func(s *erpnettest.Settings) { s.RelativeNextLinks = true }},
		"no links":       {settings: func(s *erpnettest.Settings) { s.NoNextLinks = true }},
		"count as text":  {fault: erpnettest.Field("@odata.count", "15")},
		"short pages":    {fault: erpnettest.Document(shorten)},
		"neither count nor links": {
			fault: erpnettest.Together(erpnettest.WithoutField("@odata.count"), erpnettest.Document(shorten)),
		},
	} {
		for top := 1; top <= 16; top += 5 {
			t.Run(fmt.Sprintf("%s, %d a page", name, top), func(t *testing.T) {
				l := newLab(t, erpnet.Options{})
				if test.settings != nil {
					l.Configure(test.settings)
				}
				l.Inject(erpnettest.DomainAPI, test.fault)
				query := Query{EntitySet: customers, Select: "Number", Top: top, Count: top%2 == 0}
				page, err := l.QueryAll(context.Background(), query, 15)
				if err != nil {
					t.Fatal(err)
				}
				numbers := map[any]bool{}
				for _, row := range page.Rows {
					numbers[row["Number"]] = true
				}
				if len(page.Rows) != 15 || len(numbers) != 15 {
					t.Errorf("%d rows, %d different ones", len(page.Rows), len(numbers))
				}
			})
		}
	}
}

// OData allows pages without rows before others, and neither a link nor a count on the last page.
func TestQueryAllFollowsLinksToTheLastPage(t *testing.T) {
	l := newLab(t, erpnet.Options{})
	requests := 0
	l.Inject(erpnettest.DomainAPI, erpnettest.Document(func(page map[string]any) {
		requests++
		delete(page, "@odata.count")
		delete(page, "@odata.nextLink")
		if requests <= 10 {
			page["value"], page["@odata.nextLink"] = []any{}, fmt.Sprintf("%s?$top=%d", customers, 15+requests)
		}
	}))
	page, err := l.QueryAll(context.Background(), Query{EntitySet: customers, Top: 15}, 15)
	if err != nil || len(page.Rows) != 15 || requests != 11 {
		t.Errorf("%d requests for %v: %v", requests, page, err)
	}
}

// Whatever is wrong with a page is said.
func TestPageThatIsNoneIsToldInDetail(t *testing.T) {
	for body, want := range map[string]string{
		`{"error":{"message":"No rights to read entity"}}`:            `: "No rights to read entity"`,
		`{"value":[{"Id":1}],"error":{"message":"Time is up"}}`:       `: "Time is up"`,
		`{"value":[{"Id":1,"error":{"message":"of the row"}}]}`:       "",
		`{"value":[{"Id":1}],"error":null,"@odata.nextLink":null}`:    "",
		`{"value":[{"Id":1}],"@odata.nextLink":{"href":"Customers"}}`: "@odata.nextLink that is not a text",
		`{"value":{"Id":1}}`:  "a JSON object that lists no rows",
		`{"value":[{"Id":1}]`: "content that is not a JSON object",
		`null`:                "content that is not a JSON object",
	} {
		l := newLab(t, erpnet.Options{})
		l.Inject(erpnettest.DomainAPI, erpnettest.Response(200, "application/json", body))
		_, err := l.Query(context.Background(), Query{EntitySet: customers})
		wantError(t, err, want)
	}
}

// A record is missing only if the server says so. What may still exist must not be forgotten.
func TestReadOneTellsMissingFromRefused(t *testing.T) {
	const json, exception = "application/json", "System.Exception"
	for name, test := range map[string]struct {
		fault erpnettest.Fault
		want  erpnet.Kind // empty for a record that is missing
	}{
		"no such key, without a word": {fault: erpnettest.Status(404)},
		"no such key":                 {fault: erpnettest.DomainError(404, 0, exception, "No.")},
		"does not exist":              {fault: erpnettest.DomainError(500, 0, exception, "The object X does not exist.")},
		"not found":                   {fault: erpnettest.DomainError(500, 0, exception, "Object not found: X")},
		"no content":                  {fault: erpnettest.Status(204)},
		"no right": {
			fault: erpnettest.DomainError(500, 0, exception, "Access denied: user has no read permission for object"),
			want:  Failed,
		},
		"missing or no right": {
			fault: erpnettest.DomainError(500, 0, exception, "Object not found, or you lack the rights to see it."),
			want:  Failed,
		},
		"some failure":   {fault: erpnettest.DomainError(500, 0, exception, "Deadlock."), want: Failed},
		"without a word": {fault: erpnettest.Response(400, json, "{}"), want: Failed},
		"error as success": {
			fault: erpnettest.Response(200, json, `{"error":{"message":"No."}}`), want: Failed,
		},
		"web page":       {fault: erpnettest.HTML(200), want: NotDomainAPI},
		"something else": {fault: erpnettest.Response(200, "text/plain", "Please wait"), want: NotDomainAPI},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLab(t, erpnet.Options{})
			l.Inject(erpnettest.DomainAPI, test.fault)
			row, failed := l.ReadOne(context.Background(), Query{EntitySet: customers}, "X")
			wantKind(t, failed, test.want)
			if row != nil {
				t.Errorf("got %v", row)
			}
		})
	}
}

// shorten reduces a page to at most four rows, without a link to the rest.
func shorten(page map[string]any) {
	delete(page, "@odata.nextLink")
	rows := reflect.ValueOf(page["value"])
	page["value"] = rows.Slice(0, min(4, rows.Len())).Interface()
}

func TestQueryAllRefuses(t *testing.T) {
	pages := 0
	endless := func(page map[string]any) {
		pages++
		page["value"], page["@odata.nextLink"] = []any{}, fmt.Sprintf("%s?$skip=%d", customers, pages)
	}
	ignoresSkip := func(page map[string]any) {
		delete(page, "@odata.nextLink")
		delete(page, "@odata.count")
		page["value"] = []any{map[string]any{"@odata.id": "A(1)"}, map[string]any{"@odata.id": "A(2)"}}
	}
	lacking := erpnettest.Together(erpnettest.Field("@odata.count", 16), erpnettest.WithoutField("@odata.nextLink"))
	for name, test := range map[string]struct {
		fault    erpnettest.Fault
		maxRows  int
		want     erpnet.Kind
		requests int // at most
	}{
		"fewer rows than counted": {fault: lacking, maxRows: 15, want: MiscountedRows, requests: 4},
		"more rows than counted": {
			fault: erpnettest.Field("@odata.count", 14), maxRows: 15, want: MiscountedRows, requests: 3,
		},
		"more rows than allowed": {maxRows: 14, want: TooManyRows, requests: 3},
		"links that never end": {
			fault: erpnettest.Document(endless), maxRows: 15, want: NoFurtherRows, requests: maxEmptyPages + 1,
		},
		"a link in a circle": {
			fault: erpnettest.Field("@odata.nextLink", customers+"?$skip=1"), maxRows: 99, want: NoFurtherRows,
			requests: 2,
		},
		"the same rows for each page": {
			fault: erpnettest.Document(ignoresSkip), maxRows: 10_000, want: NoFurtherRows, requests: 2,
		},
		"a link elsewhere": {
			fault: erpnettest.Field("@odata.nextLink", "https://x.example/"), maxRows: 15, want: ForeignLink,
			requests: 1,
		},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLab(t, erpnet.Options{})
			l.Inject(erpnettest.DomainAPI, test.fault)
			_, err := l.QueryAll(context.Background(), Query{EntitySet: customers, Top: 6, Count: true}, test.maxRows)
			wantKind(t, err, test.want)
			if n := l.Count(erpnettest.DomainAPI); n > test.requests {
				t.Errorf("%d requests", n)
			}
		})
	}
}

// A page for a state holds no password, no secret hash, and no secret of the client. A page for the client's own use is
// unchanged.
func TestPagesForAStateHoldNoSecret(t *testing.T) {
	l := newLab(t, erpnet.Options{})
	one := erpnettest.RawField("value", `[{"Password":"hunter2","ApplicationSecretHash":"hunter2","Kept":1.50,
		"Nested":[{"AccessTokenKey":"hunter2"}],"Echo":"`+erpnettest.SampleSecret+`"}]`)
	link := erpnettest.Field("@odata.nextLink", "/x?"+erpnettest.SampleSecret)
	l.Inject(erpnettest.DomainAPI, erpnettest.Together(one, link).For(2))
	query := Query{EntitySet: customers, Top: 1}
	raw, failed := l.Read(context.Background(), query)
	if failed != nil || len(raw.Rows[0]) != 5 || raw.NextLink != "/x?"+erpnettest.SampleSecret {
		t.Errorf("the page as it came is %v: %v", raw, failed)
	}
	const want = "[map[Echo:(redacted) Kept:1.50 Nested:[map[]]]]"
	page, err := l.Query(context.Background(), query)
	if err != nil || fmt.Sprint(page.Rows) != want || page.NextLink != "/x?(redacted)" {
		t.Errorf("the page is %v: %v", page, err)
	}
	last := erpnettest.WithoutField("@odata.nextLink")
	l.Inject(erpnettest.DomainAPI, erpnettest.Together(one, last).Once())
	l.Inject(erpnettest.DomainAPI, erpnettest.Together(erpnettest.RawField("value", "[]"), last))
	page, err = l.QueryAll(context.Background(), query, 1)
	if err != nil || fmt.Sprint(page.Rows) != want {
		t.Errorf("all pages are %v: %v", page, err)
	}
}
