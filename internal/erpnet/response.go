// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnet

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// The kinds of a response that is not the one of the service that was asked.
const (
	Redirected       Kind = "redirected"
	NotFound         Kind = "not_found"
	NotJSON          Kind = "not_json"
	EmptyResponse    Kind = "empty_response"
	RateLimited      Kind = "rate_limited"
	Unavailable      Kind = "unavailable"
	ServerFailed     Kind = "server_failed"
	UnexpectedStatus Kind = "unexpected_status"
)

var utf8BOM = []byte("\xef\xbb\xbf")

// Content is the body without a byte order mark and the space around it.
func (r *Response) Content() []byte { return bytes.TrimSpace(bytes.TrimPrefix(r.Body, utf8BOM)) }

// Failure is the error of a response whose status or content is not that of a success in JSON; nil if it is. The
// caller says whether the content is a JSON object that it can read, and in the error who asked what. Content-Type
// does not count: gateways pass JSON on as text/plain.
func (c *Client) Failure(r *Response, isObject bool) *Error {
	status := "HTTP status " + strconv.Itoa(r.Status)
	fail := func(kind Kind, happened string) *Error {
		return &Error{Kind: kind, Status: r.Status, Happened: happened}
	}
	switch {
	case slices.Contains([]int{301, 302, 303, 307, 308}, r.Status):
		e := fail(Redirected, "was answered with a redirect ("+status+"), which was not followed")
		e.Evidence = c.redirectTarget(r.Header.Get("Location"))
		return e
	case r.Status == http.StatusTooManyRequests:
		return fail(RateLimited, "was refused with "+status)
	case r.Status == http.StatusBadGateway, r.Status == http.StatusServiceUnavailable, r.Status == http.StatusGatewayTimeout:
		return fail(Unavailable, "was answered with "+status)
	case r.Status >= 500:
		return fail(ServerFailed, "was answered with "+status)
	case r.Status == http.StatusNotFound, r.Status == http.StatusMethodNotAllowed:
		return fail(NotFound, "was answered with "+status)
	case len(r.Content()) == 0:
		return fail(EmptyResponse, "was answered with "+status+" and no content")
	case !isObject:
		return fail(NotJSON, "was answered with "+status+" and "+r.describe())
	case r.Status != http.StatusOK:
		return fail(UnexpectedStatus, "was answered with "+status)
	}
	return nil
}

// describe says what content that is no JSON object is, without quoting it.
func (r *Response) describe() string {
	if r.Content()[0] == '<' || strings.HasPrefix(r.Header.Get("Content-Type"), "text/html") {
		return "an HTML page instead of JSON"
	}
	return "content that is not a JSON object"
}

// redirectTarget names the place that a redirect points to, without what may be a password, a session or a token:
// user, query, fragment, path parameters.
func (c *Client) redirectTarget(location string) string {
	u, err := url.Parse(location)
	if err != nil || location == "" {
		return ""
	}
	path, _, _ := strings.Cut(u.EscapedPath(), ";")
	place := path
	if u.Host != "" {
		place = u.Scheme + "://" + u.Host + path
	}
	return "The redirect points to " + c.Message(place) + "."
}

// GetJSON gets a JSON object without credentials.
func (c *Client) GetJSON(ctx context.Context, url string, into any, p Policy) *Error {
	r, failed := c.Send(ctx, Request{Method: http.MethodGet, URL: url}, p)
	if failed != nil {
		return failed
	}
	content := r.Content()
	err := json.Unmarshal(content, into)
	if failed := c.Failure(r, err == nil && len(content) > 0 && content[0] == '{'); failed != nil {
		failed.URL = withoutQuery(url)
		return failed
	}
	return nil
}
