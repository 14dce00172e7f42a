// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package domainapi

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"net/http"
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
)

// Page is the response to a query.
type Page struct {
	Rows     []Row
	NextLink string // the server's link to the next rows, unchanged; empty for none
	Count    *int64 // the number of all rows of the query; nil if not requested
}

// HasMore reports whether the query has more rows than those of the page.
func (p *Page) HasMore() bool {
	return p.NextLink != "" || p.Count != nil && *p.Count > int64(len(p.Rows))
}

// Read reads one page with everything in it, unchanged.
func (a API) Read(ctx context.Context, q Query) (*Page, *erpnet.Error) { return a.get(ctx, a.url(q)) }

// ReadOne reads one entity by its key, unchanged, or returns nil if there is none. ERP.net does not document how it
// reports a missing entity (protocol section 5). HTTP status 404, a response without content, and a message that says so
// count as missing. Any other failure is an error: the entity may exist, and its reader may lack the rights to see it.
func (a API) ReadOne(ctx context.Context, q Query, id string) (Row, *erpnet.Error) {
	q.EntitySet = Reference(q.EntitySet, id)
	response, failed := a.call(ctx, call{http.MethodGet, a.url(q), "", erpnet.RetryRead})
	if failed != nil {
		if failed.Kind == NotFound || failed.Kind == NotServed || failed.Kind == Failed && saysMissing(failed.Message) {
			return nil, nil
		}
		return nil, failed
	}
	if len(response.Content()) == 0 {
		return nil, nil
	}
	var row Row
	if decode(response.Content(), &row) != nil {
		return nil, a.notDomainAPI(response, a.url(q))
	}
	return row, nil
}

var (
	missing = regexp.MustCompile(`(?i)(not|n['’]t) exist|not (be )?found|no longer exists`)
	denied  = regexp.MustCompile(`(?i)denied|permission|rights|allowed|authorized|access`)
)

// saysMissing reports whether a message says that an entity does not exist, and not that it may as well be denied.
func saysMissing(message string) bool {
	return missing.MatchString(message) && !denied.MatchString(message)
}

// decode decodes a JSON value without losing digits of its numbers.
func decode(content []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(content))
	decoder.UseNumber()
	return decoder.Decode(into)
}

// Query reads one page for a state: redacted, and without passwords and secret hashes. The error is an [*erpnet.Error].
func (a API) Query(ctx context.Context, q Query) (*Page, error) {
	page, failed := a.Read(ctx, q)
	if failed != nil {
		return nil, failed
	}
	if q.Top > 0 && len(page.Rows) > q.Top {
		page.Rows = page.Rows[:q.Top]
	}
	a.redact(page)
	return page, nil
}

// maxEmptyPages is the number of consecutive pages that may have no rows: OData allows any number of them.
const maxEmptyPages = 100

// QueryAll is like [API.Query] for all pages of q.Top rows each. It returns an error for more than maxRows rows in
// total, and for more or fewer rows than the server has counted.
func (a API) QueryAll(ctx context.Context, q Query, maxRows int) (*Page, error) {
	all := &Page{}
	for page, failed := range a.Pages(ctx, q) {
		if failed != nil {
			return nil, failed
		}
		all.Rows = append(all.Rows, page.Rows...)
		if all.Count == nil {
			all.Count = page.Count
		}
		if len(all.Rows) > maxRows {
			return nil, a.Fail(TooManyRows, a.url(q), fmt.Sprintf("was answered with more than %d rows", maxRows))
		}
	}
	if all.Count != nil && int64(len(all.Rows)) != *all.Count {
		what := fmt.Sprintf("was answered with %d rows and a count of %d", len(all.Rows), *all.Count)
		return nil, a.Fail(MiscountedRows, a.url(q), what)
	}
	a.redact(all)
	return all, nil
}

// Pages reads all pages of a query, of q.Top rows each, with everything in them, unchanged. It reads a page when the
// iteration reaches it. The first failure is the last result.
//
// Since version 26.2, each page links to the next one. With earlier versions, Pages sends a query that skips the rows
// that it has read (protocol section 5). It follows only the path and query of a link, on the API's own origin, because
// it sends the token with the request. Behind a reverse proxy, the server may know itself by another name. Once it has
// followed a link, a page without a link is the last one.
func (a API) Pages(ctx context.Context, q Query) iter.Seq2[*Page, *erpnet.Error] {
	return func(yield func(*Page, *erpnet.Error) bool) {
		p := paging{api: a, query: q, seen: map[string]bool{}}
		for next := a.url(q); next != ""; {
			page, failed := a.get(ctx, next)
			if failed == nil && p.repeats(page) {
				page, failed = nil, p.stuck("was answered with the same rows again instead of the rows after them")
			}
			if !yield(page, failed) || failed != nil {
				return
			}
			p.seen[next] = true
			if next, failed = p.next(page); failed != nil {
				yield(nil, failed)
				return
			}
		}
	}
}

// paging is what is known of the pages of a query that were read.
type paging struct {
	api    API
	query  Query
	seen   map[string]bool // the URLs of the pages
	last   *Page
	read   int    // the number of rows
	empty  int    // the number of pages without rows after the last row
	count  *int64 // the number of rows as the server counted them; nil if it did not
	linked bool   // a link was followed
}

// repeats reports whether the server ignored the request to skip the rows that were read. Two rows are never equal,
// because each has its @odata.id (protocol section 5).
func (p *paging) repeats(page *Page) bool {
	return p.last != nil && !p.linked && len(page.Rows) > 0 && reflect.DeepEqual(page.Rows, p.last.Rows)
}

// next returns the URL of the page after the given one, or "" if that is the last one.
func (p *paging) next(page *Page) (string, *erpnet.Error) {
	p.last, p.read = page, p.read+len(page.Rows)
	if p.empty++; len(page.Rows) > 0 {
		p.empty = 0
	}
	if p.count == nil {
		p.count = page.Count
	}
	if page.NextLink == "" {
		if p.linked {
			return "", nil
		}
		return p.api.following(p.query, page, p.read, p.count), nil
	}
	p.linked = true
	next := erpnet.OwnLink(p.api.Root, page.NextLink)
	switch {
	case next == "":
		const what = "was answered with a link for the next rows that does not lead to the Domain API"
		return "", p.api.Fail(ForeignLink, p.api.url(p.query), what)
	case p.seen[next]:
		return "", p.stuck("was answered with a link for the next rows that leads back to an earlier page")
	case p.empty > maxEmptyPages:
		return "", p.stuck(fmt.Sprintf("was answered with %d pages without rows, one after the other", p.empty))
	}
	return next, nil
}

func (p *paging) stuck(happened string) *erpnet.Error {
	return p.api.Fail(NoFurtherRows, p.api.url(p.query), happened)
}

func (a API) url(q Query) string { return a.Root + q.EntitySet + "?" + q.encode() }

// following returns the query for the next rows if the server sends no link, or "" after the last rows. A server may
// send fewer rows than requested, so a short page does not mean the end.
func (a API) following(q Query, page *Page, read int, count *int64) string {
	if q.Top == 0 || len(page.Rows) == 0 || count != nil && int64(read) >= *count {
		return ""
	}
	q.Skip, q.Count = q.Skip+read, false // the server has already counted
	return a.url(q)
}

func (a API) get(ctx context.Context, link string) (*Page, *erpnet.Error) {
	response, failed := a.call(ctx, call{http.MethodGet, link, "", erpnet.RetryRead})
	if failed != nil {
		return nil, failed
	}
	return a.page(response, link)
}

// page reads a list of rows. If a successful response holds no list, it is not from a Domain API.
func (a API) page(response *erpnet.Response, link string) (*Page, *erpnet.Error) {
	var body struct {
		Value    json.RawMessage `json:"value"`
		NextLink any             `json:"@odata.nextLink"`
		Count    json.RawMessage `json:"@odata.count"` // a number, or a string that holds one
	}
	content := response.Content()
	if json.Unmarshal(content, &body) != nil || content[0] != '{' {
		return nil, a.notDomainAPI(response, link)
	}
	var rows []Row
	if decode(body.Value, &rows) != nil || rows == nil {
		return nil, a.Fail(NotDomainAPI, link, "was answered with a JSON object that lists no rows")
	}
	next, isText := body.NextLink.(string)
	if body.NextLink != nil && !isText {
		return nil, a.Fail(NotDomainAPI, link, "was answered with an @odata.nextLink that is not a text")
	}
	if what := excess(rows); what != "" {
		return nil, a.Fail(erpnet.Excessive, link, "was answered with rows that "+what)
	}
	return &Page{Rows: rows, NextLink: next, Count: readCount(body.Count)}, nil
}

// notDomainAPI returns the error for a response to link that no Domain API sends.
func (a API) notDomainAPI(response *erpnet.Response, link string) *erpnet.Error {
	failed := notDomainAPI(a.Client(), response)
	failed.URL, failed.ClientID = erpnet.WithoutQuery(link), a.Tokens.Request.Credentials.ClientID
	return failed
}

// readCount reads @odata.count. It returns nil if there is none or if it is not an integer.
func readCount(text json.RawMessage) *int64 {
	count, err := strconv.ParseInt(strings.Trim(string(text), `"`), 10, 64)
	if err != nil {
		return nil
	}
	return &count
}

// redact makes a page safe for a state.
func (a API) redact(page *Page) {
	for _, row := range page.Rows {
		withoutSecrets(map[string]any(row))
		a.Client().DataValue(map[string]any(row))
	}
	page.NextLink = a.Client().Name(page.NextLink)
}
