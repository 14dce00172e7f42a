// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package domainapi

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
)

// Page is the response to a query.
type Page struct {
	Rows     []Row
	NextLink string // where the next rows are, as the server writes it; empty for none
	Count    *int64 // of all rows that the query has, if it was asked for
}

// Read reads one page with all that is in it, as it came.
func (a API) Read(ctx context.Context, q Query) (*Page, *erpnet.Error) { return a.get(ctx, a.url(q)) }

// Query reads one page for a state: redacted, and without passwords and hashes of secrets. The error is an
// [*erpnet.Error].
func (a API) Query(ctx context.Context, q Query) (*Page, error) {
	page, failed := a.Read(ctx, q)
	if failed != nil {
		return nil, failed
	}
	a.redact(page)
	return page, nil
}

// maxEmptyPages is how many pages without rows may come one after the other.
const maxEmptyPages = 3

// QueryAll is [API.Query] for all pages, of q.Top rows each. It refuses more than maxRows rows in all, and fewer than
// the server has counted.
//
// Since version 26.2 a page names the next one; before, a page is followed by a query that skips what was read (protocol
// section 5). Links are followed on the API's own origin only, since the token goes with them.
func (a API) QueryAll(ctx context.Context, q Query, maxRows int) (*Page, error) {
	all := &Page{}
	first := a.url(q)
	seen := map[string]bool{}
	empty := 0
	for next := first; next != ""; {
		if !erpnet.SameOrigin(next, a.Root) {
			return nil, a.Fail(ForeignLink, first, "was answered with a link to another host for the next rows")
		}
		if seen[next] || empty > maxEmptyPages {
			return nil, a.Fail(ForeignLink, first, "was answered with links that lead to no further rows")
		}
		seen[next] = true
		page, failed := a.get(ctx, next)
		if failed != nil {
			return nil, failed
		}
		all.Rows = append(all.Rows, page.Rows...)
		if empty++; len(page.Rows) > 0 {
			empty = 0
		}
		if all.Count == nil {
			all.Count = page.Count
		}
		if len(all.Rows) > maxRows {
			return nil, a.Fail(TooManyRows, first, fmt.Sprintf("was answered with more than %d rows", maxRows))
		}
		next = a.following(q, next, page, all)
	}
	if all.Count != nil && int64(len(all.Rows)) < *all.Count {
		return nil, a.Fail(IncompleteRows, first, fmt.Sprintf("was answered with %d of %d rows", len(all.Rows), *all.Count))
	}
	a.redact(all)
	return all, nil
}

func (a API) url(q Query) string { return a.Root + q.EntitySet + "?" + q.encode() }

// following is the URL of the page after the given one; "" after the last. A server may give fewer rows than asked for,
// so a short page is no end.
func (a API) following(q Query, current string, page, all *Page) string {
	if page.NextLink != "" {
		return erpnet.ResolveURL(current, page.NextLink)
	}
	read := len(all.Rows)
	if q.Top == 0 || len(page.Rows) == 0 || all.Count != nil && int64(read) >= *all.Count {
		return ""
	}
	q.Skip += read
	return a.url(q)
}

func (a API) get(ctx context.Context, url string) (*Page, *erpnet.Error) {
	response, failed := a.Call(ctx, http.MethodGet, url, "", erpnet.RetryRead)
	if failed != nil {
		return nil, failed
	}
	return a.page(response, url)
}

// page reads a list of rows. A response that holds none, though its status is a success, is not of a Domain API.
func (a API) page(response *erpnet.Response, url string) (*Page, *erpnet.Error) {
	var body struct {
		Value    []Row           `json:"value"`
		NextLink string          `json:"@odata.nextLink"`
		Count    json.RawMessage `json:"@odata.count"` // a number, or a string of one
	}
	decoder := json.NewDecoder(bytes.NewReader(response.Content()))
	decoder.UseNumber()
	if err := decoder.Decode(&body); err != nil || body.Value == nil {
		failed := notDomainAPI(a.Client(), response)
		if err == nil {
			failed.Happened = "was answered with a JSON object that lists no rows"
		}
		failed.URL, failed.ClientID = withoutQuery(url), a.Tokens.Request.Credentials.ClientID
		return nil, failed
	}
	return &Page{Rows: body.Value, NextLink: body.NextLink, Count: readCount(body.Count)}, nil
}

// readCount reads @odata.count; nil for none, or for what is none.
func readCount(text json.RawMessage) *int64 {
	count, err := strconv.ParseInt(strings.Trim(string(text), `"`), 10, 64)
	if err != nil {
		return nil
	}
	return &count
}

// redact makes a page fit for a state.
func (a API) redact(page *Page) {
	for _, row := range page.Rows {
		withoutSecrets(map[string]any(row))
		a.Client().DataValue(map[string]any(row))
	}
	page.NextLink = a.Client().Data(page.NextLink)
}
