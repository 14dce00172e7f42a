// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnet

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// Row is an entity: its attributes by name. Numbers are [json.Number], so that
// no digit is lost; references and nested entities are Rows, and lists of them
// are slices. Passwords and hashes of secrets are left out.
type Row map[string]any

// Page is an answer to a query.
type Page struct {
	Rows     []Row
	NextLink string // where the next rows are, as the server writes it; empty for none
	Count    *int64 // of all rows that the query has, if it was asked for
}

// Query reads one page. The error is an [*Error].
func (d DomainAPI) Query(ctx context.Context, q Query) (*Page, error) {
	page, failed := d.get(ctx, d.Root+q.EntitySet+"?"+q.encode())
	if failed != nil {
		return nil, failed
	}
	dropSecrets(page.Rows)
	return page, nil
}

// get reads a page with all that is in it.
func (d DomainAPI) get(ctx context.Context, url string) (*Page, *Error) {
	a, failed := d.call(ctx, repeatRead, http.MethodGet, url, "")
	if failed != nil {
		return nil, failed
	}
	return d.page(a, url)
}

// page reads a list of rows. An answer that holds none, though its status is a
// success, is not of a Domain API.
func (d DomainAPI) page(a *answer, url string) (*Page, *Error) {
	var body struct {
		Value    []Row           `json:"value"`
		NextLink string          `json:"@odata.nextLink"`
		Count    json.RawMessage `json:"@odata.count"` // a number, or a string of one
	}
	decoder := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(a.body, utf8BOM)))
	decoder.UseNumber()
	if err := decoder.Decode(&body); err != nil || body.Value == nil {
		failed := notDomainAPI(a)
		if err == nil {
			failed.Happened = "was answered with a JSON object that lists no rows"
		}
		failed.URL, failed.ClientID = withoutQuery(url), d.Bearer.Request.Credentials.ClientID
		return nil, failed
	}
	return &Page{Rows: body.Value, NextLink: body.NextLink, Count: readCount(body.Count)}, nil
}

// QueryAll reads all pages, of q.Top rows each, and refuses more than maxRows
// rows in all, and fewer than the server has counted. The error is an [*Error].
//
// Since version 26.2 a page names the next one; before, a page is followed by a
// query that skips what was read (protocol section 5). Links are followed on the
// API's own origin only, since the token goes with them.
func (d DomainAPI) QueryAll(ctx context.Context, q Query, maxRows int) (*Page, error) {
	whole := &Page{}
	first := d.Root + q.EntitySet + "?" + q.encode()
	seen := map[string]bool{}
	empty := 0
	for next := first; next != ""; {
		if !sameOrigin(next, d.Root) {
			return nil, d.fail(ForeignLink, first, "was answered with a link to another host for the next rows")
		}
		if seen[next] || empty > maxEmptyPages {
			return nil, d.fail(ForeignLink, first, "was answered with links that lead to no further rows")
		}
		seen[next] = true
		page, failed := d.get(ctx, next)
		if failed != nil {
			return nil, failed
		}
		dropSecrets(page.Rows)
		whole.Rows = append(whole.Rows, page.Rows...)
		if empty++; len(page.Rows) > 0 {
			empty = 0
		}
		if whole.Count == nil {
			whole.Count = page.Count
		}
		if len(whole.Rows) > maxRows {
			return nil, d.fail(TooManyRows, first, fmt.Sprintf("was answered with more than %d rows", maxRows))
		}
		next = d.following(q, next, page, whole)
	}
	if whole.Count != nil && int64(len(whole.Rows)) < *whole.Count {
		return nil, d.fail(IncompleteRows, first, fmt.Sprintf("was answered with %d of %d rows", len(whole.Rows), *whole.Count))
	}
	return whole, nil
}

// maxEmptyPages is how many pages without rows may come one after the other.
const maxEmptyPages = 3

// following is the URL of the page after the given one; "" after the last. A
// server may give fewer rows than asked for, so a short page is no end.
func (d DomainAPI) following(q Query, current string, page, whole *Page) string {
	if page.NextLink != "" {
		return absolute(current, page.NextLink)
	}
	read := len(whole.Rows)
	if q.Top == 0 || len(page.Rows) == 0 || whole.Count != nil && int64(read) >= *whole.Count {
		return ""
	}
	q.Skip += read
	return d.Root + q.EntitySet + "?" + q.encode()
}

// readCount reads @odata.count; nil for none, or for what is none.
func readCount(text json.RawMessage) *int64 {
	count, err := strconv.ParseInt(strings.Trim(string(text), `"`), 10, 64)
	if err != nil {
		return nil
	}
	return &count
}

func (d DomainAPI) fail(kind Kind, url, happened string) *Error {
	return &Error{Kind: kind, URL: withoutQuery(url), ClientID: d.Bearer.Request.Credentials.ClientID, Happened: happened}
}

// dropSecrets takes out of a row, and of all that is nested in it, what holds a
// password or the hash of a secret.
func dropSecrets(value any) {
	switch value := value.(type) {
	case []Row:
		for _, row := range value {
			dropSecrets(row)
		}
	case Row:
		dropSecretMembers(value)
	case map[string]any:
		dropSecretMembers(value)
	case []any:
		for _, element := range value {
			dropSecrets(element)
		}
	}
}

func dropSecretMembers(members map[string]any) {
	for name, member := range members {
		if isSecretName(name) {
			delete(members, name)
			continue
		}
		dropSecrets(member)
	}
}
