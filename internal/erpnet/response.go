// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnet

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// The kinds of failure of a response that is not the expected one of the requested service.
const (
	Redirected       Kind = "redirected"
	NotFound         Kind = "not_found"
	NotJSON          Kind = "not_json"
	EmptyResponse    Kind = "empty_response"
	RateLimited      Kind = "rate_limited"
	GatewayRefused   Kind = "gateway_refused" // refused by a gateway in front of the instance
	Unavailable      Kind = "unavailable"     // reported by a gateway
	ServerFailed     Kind = "server_failed"
	UnexpectedStatus Kind = "unexpected_status"
	Excessive        Kind = "excessive_response" // more of something than anyone needs
)

var utf8BOM = []byte("\xef\xbb\xbf")

// Content returns the body without a byte order mark and surrounding space.
func (r *Response) Content() []byte { return bytes.TrimSpace(bytes.TrimPrefix(r.Body, utf8BOM)) }

// IsHTML reports whether the content is an HTML page. JSON is none, whatever its label.
func (r *Response) IsHTML() bool {
	content := r.Content()
	labelled := strings.HasPrefix(r.Header.Get("Content-Type"), "text/html")
	return (labelled || strings.HasPrefix(http.DetectContentType(content), "text/html")) && !json.Valid(content)
}

func (r *Response) isObject() bool {
	content := r.Content()
	return len(content) > 0 && content[0] == '{' && json.Valid(content)
}

// Failure returns the error of a response whose status or content is not that of a success in JSON, or nil if it is.
// The caller says whether the content is a JSON object that it can read, and fills in the URL and the client_id of the
// error. Content-Type does not count, because gateways pass on JSON as text/plain.
func (c *Client) Failure(r *Response, isObject bool) *Error {
	status := "HTTP status " + strconv.Itoa(r.Status)
	e := &Error{Status: r.Status, Happened: "was answered with " + status}
	switch {
	case slices.Contains([]int{301, 302, 303, 307, 308}, r.Status):
		e.Kind, e.Happened = Redirected, "was answered with a redirect ("+status+"), which was not followed"
	case r.Status == http.StatusTooManyRequests:
		e.Kind, e.Happened = RateLimited, "was refused with "+status
	case r.IsTransient():
		e.Kind = Unavailable
	case r.Status == http.StatusNotFound, r.Status == http.StatusMethodNotAllowed:
		e.Kind = NotFound
	case r.IsGateways():
		e.Kind, e.Happened = GatewayRefused, "was refused with "+status+" and "+c.describe(r)
	case r.Status >= 500:
		e.Kind = ServerFailed
	case len(r.Content()) == 0:
		e.Kind, e.Happened = EmptyResponse, e.Happened+" and no content"
	case !isObject:
		e.Kind, e.Happened = NotJSON, e.Happened+" and "+c.describe(r)
	case r.Status != http.StatusOK:
		e.Kind = UnexpectedStatus
	default:
		return nil
	}
	c.AddFacts(e, r)
	return e
}

// AddFacts adds to the error what the response says: its message, when to retry, the target of a redirect, and what
// identifies the sender of something that a service does not send.
func (c *Client) AddFacts(e *Error, r *Response) {
	if e.Message = c.Message(ServerMessage(r.Content())); e.Message != "" {
		e.Happened += fmt.Sprintf(": %q", e.Message)
	}
	if wait := r.retryAfter(); wait > 0 && r.IsTransient() {
		e.RetryAt = r.At.Add(wait).UTC()
	}
	facts := []string{c.redirectTarget(r)}
	if r.IsHTML() || r.Status >= 400 && !r.isObject() || e.Kind == UnexpectedStatus {
		facts = append(facts, c.Sender(r))
	}
	for _, fact := range facts {
		if fact != "" {
			e.Evidence = strings.TrimPrefix(e.Evidence+"\n"+fact, "\n")
		}
	}
}

// describe says what the content is if it is not a JSON object, without quoting it.
func (c *Client) describe(r *Response) string {
	mediaType, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch content := r.Content(); {
	case len(content) == 0:
		return "no content"
	case r.IsHTML():
		return "an HTML page instead of JSON"
	case mediaType != "" && !strings.Contains(mediaType, "json") && !json.Valid(content):
		return fmt.Sprintf("content of type %q instead of JSON", c.Message(mediaType))
	}
	return "content that is not a JSON object"
}

// redirectTarget names the target of a redirect, without the parts that may hold a password, a session, or a token:
// user, query, fragment, and path parameters.
func (c *Client) redirectTarget(r *Response) string {
	location := r.Header.Get("Location")
	u, err := url.Parse(location)
	if err != nil || location == "" || r.Status/100 != 3 {
		return ""
	}
	path, _, _ := strings.Cut(u.EscapedPath(), ";")
	place := path
	if u.Host != "" {
		place = u.Scheme + "://" + u.Host + path
	}
	return "The redirect points to " + c.Message(place) + "."
}

// IsLoginRedirect reports whether a response redirects to a login page, which means that the token was not accepted.
func (r *Response) IsLoginRedirect() bool {
	return r.redirectsTo("login", "logon", "signin", "authorize")
}

// IsDeniedRedirect reports whether a response redirects to the page that web sites show to a user without rights.
func (r *Response) IsDeniedRedirect() bool { return r.redirectsTo("accessdenied") }

// redirectsTo reports whether a response redirects to a path with one of the given names, in any letter case, with or
// without hyphens and an extension: /id/account/login.aspx, /Account/Sign-In/.
func (r *Response) redirectsTo(names ...string) bool {
	u, err := url.Parse(r.Header.Get("Location"))
	if err != nil || r.Status < 300 || r.Status > 399 {
		return false
	}
	for segment := range strings.SplitSeq(strings.ToLower(u.Path), "/") {
		name := strings.NewReplacer("-", "", "_", "").Replace(segment)
		if end := strings.IndexAny(name, ".;"); end >= 0 {
			name = name[:end]
		}
		if slices.Contains(names, name) {
			return true
		}
	}
	return false
}

// GetJSON gets a JSON object without credentials. Members that have another type than those of into stay empty.
func (c *Client) GetJSON(ctx context.Context, url string, into any, p Policy) *Error {
	r, failed := c.Send(ctx, Request{Method: http.MethodGet, URL: url}, p)
	if failed != nil {
		return failed
	}
	content := r.Content()
	err := json.Unmarshal(content, into)
	var mistyped *json.UnmarshalTypeError
	if failed := c.Failure(r, (err == nil || errors.As(err, &mistyped)) && content[0] == '{'); failed != nil {
		failed.URL = WithoutQuery(url)
		return failed
	}
	return nil
}
