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
	"net/url"
	"path"
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

// HasMore reports whether the query has more rows than those of the page.
func (p *Page) HasMore() bool {
	return p.NextLink != "" || p.Count != nil && *p.Count > int64(len(p.Rows))
}

// Read reads one page with all that is in it, as it came.
func (a API) Read(ctx context.Context, q Query) (*Page, *erpnet.Error) { return a.get(ctx, a.url(q)) }

// ReadOne reads one entity by its key, as it came. It is nil when there is none, which servers say in several ways
// (protocol section 5): anything but a refusal to show it.
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

// Query reads one page for a state: redacted, and without passwords and hashes of secrets. The error is an
// [*erpnet.Error].
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

// maxEmptyPages is how many pages without rows may come one after the other.
const maxEmptyPages = 3

// QueryAll is [API.Query] for all pages, of q.Top rows each. It refuses more than maxRows rows in all, and fewer than
// the server has counted.
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

// Pages reads all pages of a query, of q.Top rows each, with all that is in them, as they came. Each is read when it is
// asked for, and the first failure is the last result.
//
// Since version 26.2 a page names the next one; before, a page is followed by a query that skips what was read
// (protocol section 5). Of a link, path and query are followed on the API's own origin, since the token goes with them:
// behind a reverse proxy the server may know itself by another name.
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
				if next = a.ownLink(page.NextLink); next == "" {
					const what = "was answered with a link for the next rows that does not lead to the Domain API"
					yield(nil, a.Fail(ForeignLink, first, what))
					return
				}
			}
		}
	}
}

func (a API) url(q Query) string { return a.Root + q.EntitySet + "?" + q.encode() }

// ownLink is where a server's link to the next rows leads on the API's own origin; "" if that is not below the API's
// root. A link that the server did not escape is escaped.
func (a API) ownLink(link string) string {
	root, err := url.Parse(a.Root)
	if err != nil {
		return ""
	}
	u, err := root.Parse(link)
	if err != nil || u.Opaque != "" || !strings.HasPrefix(path.Clean(u.Path)+"/", root.Path) {
		return ""
	}
	own := url.URL{
		Scheme:   root.Scheme,
		Host:     root.Host,
		Path:     u.Path,
		RawPath:  u.RawPath,
		RawQuery: escapeQuery(u.RawQuery),
	}
	return own.String()
}

// escapeQuery escapes what may not be in a query as it is (RFC 3986 section 3.4), and nothing that is escaped already.
func escapeQuery(query string) string {
	var escaped strings.Builder
	for _, b := range []byte(query) {
		if b <= ' ' || b >= 0x7f || strings.IndexByte("\"<>\\^`{|}", b) >= 0 {
			fmt.Fprintf(&escaped, "%%%02X", b)
		} else {
			escaped.WriteByte(b)
		}
	}
	return escaped.String()
}

// following is the query for the rows after those that were read, where the server names no link; "" after the last. A
// server may give fewer rows than asked for, so a short page is no end.
func (a API) following(q Query, page *Page, read int, count *int64) string {
	if q.Top == 0 || len(page.Rows) == 0 || count != nil && int64(read) >= *count {
		return ""
	}
	q.Skip, q.Count = q.Skip+read, false // the server has counted already
	return a.url(q)
}

func (a API) get(ctx context.Context, link string) (*Page, *erpnet.Error) {
	response, failed := a.call(ctx, call{http.MethodGet, link, "", erpnet.RetryRead})
	if failed != nil {
		return nil, failed
	}
	return a.page(response, link)
}

// page reads a list of rows. A response that holds none, though its status is a success, is not of a Domain API.
func (a API) page(response *erpnet.Response, link string) (*Page, *erpnet.Error) {
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
		failed.URL, failed.ClientID = withoutQuery(link), a.Tokens.Request.Credentials.ClientID
		return nil, failed
	}
	if what := excess(body.Value); what != "" {
		return nil, a.Fail(erpnet.Excessive, link, "was answered with rows that "+what)
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
	page.NextLink = a.Client().Name(page.NextLink)
}
