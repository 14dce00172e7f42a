// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

import (
	"io"
	"net/http"
	"net/url"
	"time"
)

// maxRequestBody is how much of a request's body is read, in bytes.
const maxRequestBody = 1 << 20

// Request is what the instance received. It holds secrets: its String and
// GoString give only the method and the path.
type Request struct {
	Endpoint Endpoint
	Method   string
	Host     string
	Path     string // decoded
	RawQuery string
	Header   http.Header
	Body     []byte    // at most 1 MiB of it
	Time     time.Time // of arrival, on the server's clock
	TLS      bool
}

// String names the request without anything secret.
func (r Request) String() string { return r.Method + " " + r.Path }

// GoString is the same as String.
func (r Request) GoString() string { return r.String() }

// Form is the form-encoded body; empty when it can't be read as such.
func (r Request) Form() url.Values {
	form, err := url.ParseQuery(string(r.Body))
	if err != nil {
		return url.Values{}
	}
	return form
}

func readRequest(r *http.Request, now time.Time) Request {
	// Read to the end even where the body doesn't matter: net/http notices a
	// client that leaves only after that.
	body, _ := io.ReadAll(io.LimitReader(r.Body, maxRequestBody))
	return Request{
		Method:   r.Method,
		Host:     r.Host,
		Path:     r.URL.Path,
		RawQuery: r.URL.RawQuery,
		Header:   r.Header.Clone(),
		Body:     body,
		Time:     now,
		TLS:      r.TLS != nil,
	}
}
