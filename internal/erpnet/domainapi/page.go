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

// ReadOne reads one entity by its key, unchanged, or returns nil if there is none. Servers report a missing entity in
// several ways (protocol section 5), so errors of kind [NotFound], [NotServed], and [Failed] count as missing, and so
// does a response that is not an entity. Any other failure, such as a refusal to show the entity, is an error.
func (a API) ReadOne(ctx context.Context, q Query, id string) (Row, *erpnet.Error) {
	q.EntitySet = Reference(q.EntitySet, id)
	response, failed := a.call(ctx, call{http.MethodGet, a.url(q), "", erpnet.RetryRead})
	if failed != nil {
		switch failed.Kind {
		case NotFound, NotServed, Failed:
			return nil, nil
		}
		return nil, failed
	}
	var row Row
	decoder := json.NewDecoder(bytes.NewReader(response.Content()))
	decoder.UseNumber()
	if decoder.Decode(&row) != nil {
		return nil, nil //nolint:nilerr // 204, or something that is not an entity
	}
	return row, nil
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

// maxEmptyPages is the number of consecutive pages that may have no rows.
const maxEmptyPages = 3

// QueryAll is like [API.Query] for all pages of q.Top rows each. It returns an error for more than maxRows rows in
// total, and for fewer rows than the server has counted.
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
	if all.Count != nil && int64(len(all.Rows)) < *all.Count {
		what := fmt.Sprintf("was answered with %d of %d rows", len(all.Rows), *all.Count)
		return nil, a.Fail(IncompleteRows, a.url(q), what)
	}
	a.redact(all)
	return all, nil
}

// Pages reads all pages of a query, of q.Top rows each, with everything in them, unchanged. It reads a page when the
// iteration reaches it. The first failure is the last result.
//
// Since version 26.2, each page links to the next one. With earlier versions, Pages sends a query that skips the rows
// that it has read (protocol section 5). It follows only the path and query of a link, on the API's own origin, because
// it sends the token with the request. Behind a reverse proxy, the server may know itself by another name.
func (a API) Pages(ctx context.Context, q Query) iter.Seq2[*Page, *erpnet.Error] {
	return func(yield func(*Page, *erpnet.Error) bool) {
		var count *int64
		first, read, empty, seen := a.url(q), 0, 0, map[string]bool{}
		for next := first; next != ""; {
			if seen[next] || empty > maxEmptyPages {
				yield(nil, a.Fail(ForeignLink, first, "was answered with links that lead to no further rows"))
				return
			}
			seen[next] = true
			page, failed := a.get(ctx, next)
			if !yield(page, failed) || failed != nil {
				return
			}
			read += len(page.Rows)
			if empty++; len(page.Rows) > 0 {
				empty = 0
			}
			if count == nil {
				count = page.Count
			}
			if next = a.following(q, page, read, count); page.NextLink != "" {
				if next = erpnet.OwnLink(a.Root, page.NextLink); next == "" {
					const what = "was answered with a link for the next rows that does not lead to the Domain API"
					yield(nil, a.Fail(ForeignLink, first, what))
					return
				}
			}
		}
	}
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
		Value    []Row           `json:"value"`
		NextLink string          `json:"@odata.nextLink"`
		Count    json.RawMessage `json:"@odata.count"` // a number, or a string that holds one
	}
	decoder := json.NewDecoder(bytes.NewReader(response.Content()))
	decoder.UseNumber()
	if err := decoder.Decode(&body); err != nil || body.Value == nil {
		failed := notDomainAPI(a.Client(), response)
		if err == nil {
			failed.Happened = "was answered with a JSON object that lists no rows"
		}
		failed.URL, failed.ClientID = withoutQuery(link), a.Tokens.Request.Credentials.ClientID
		return nil, failed
	}
	if what := excess(body.Value); what != "" {
		return nil, a.Fail(erpnet.Excessive, link, "was answered with rows that "+what)
	}
	return &Page{Rows: body.Value, NextLink: body.NextLink, Count: readCount(body.Count)}, nil
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
