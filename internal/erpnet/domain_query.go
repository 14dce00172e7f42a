// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnet

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
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
		Value    []Row  `json:"value"`
		NextLink string `json:"@odata.nextLink"`
		Count    *int64 `json:"@odata.count"`
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
	return &Page{Rows: body.Value, NextLink: body.NextLink, Count: body.Count}, nil
}

// QueryAll reads all pages, of q.Top rows each, and refuses more than maxRows
// rows in all. The error is an [*Error].
//
// Since version 26.2 a page names the next one; before, a full page is followed
// by a query that skips what was read (protocol section 5). Links are followed on
// the API's own origin only, since the token goes with them.
func (d DomainAPI) QueryAll(ctx context.Context, q Query, maxRows int) (*Page, error) {
	whole := &Page{}
	first := d.Root + q.EntitySet + "?" + q.encode()
	seen := map[string]bool{}
	for next := first; next != ""; {
		if !sameOrigin(next, d.Root) {
			return nil, d.fail(ForeignLink, first, "was answered with a link to another host for the next rows")
		}
		if seen[next] {
			return nil, d.fail(ForeignLink, first, "was answered with a link back to rows that were read already")
		}
		seen[next] = true
		page, failed := d.get(ctx, next)
		if failed != nil {
			return nil, failed
		}
		dropSecrets(page.Rows)
		whole.Rows = append(whole.Rows, page.Rows...)
		if whole.Count == nil {
			whole.Count = page.Count
		}
		if len(whole.Rows) > maxRows {
			return nil, d.fail(TooManyRows, first, fmt.Sprintf("was answered with more than %d rows", maxRows))
		}
		next = d.following(q, next, page, len(whole.Rows))
	}
	return whole, nil
}

// following is the URL of the page after the given one; "" after the last.
func (d DomainAPI) following(q Query, current string, page *Page, read int) string {
	if page.NextLink != "" {
		base, err := url.Parse(current)
		if err != nil {
			return page.NextLink
		}
		link, err := base.Parse(page.NextLink)
		if err != nil {
			return page.NextLink // no URL, and so of no known origin
		}
		return link.String()
	}
	if q.Top == 0 || len(page.Rows) < q.Top || page.Count != nil && int64(read) >= *page.Count {
		return ""
	}
	q.Skip += read
	return d.Root + q.EntitySet + "?" + q.encode()
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
