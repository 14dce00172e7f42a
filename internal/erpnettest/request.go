// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

import (
	"io"
	"net/http"
	"net/url"
	"time"
)

// maxRequestBody is how much of a request body is read, in bytes.
const maxRequestBody = 1 << 20

// Request is a request that the instance received. It contains secrets, so
// String and GoString return only the method and the path.
type Request struct {
	Endpoint Endpoint
	Method   string
	Host     string
	Path     string // decoded
	RawQuery string
	Header   http.Header
	Body     []byte    // at most the first 1 MiB
	Time     time.Time // of arrival, on the server's clock
	TLS      bool
}

// String returns the method and the path, without anything secret.
func (r Request) String() string { return r.Method + " " + r.Path }

// GoString returns the same as String.
func (r Request) GoString() string { return r.String() }

// Form returns the form-encoded body. It is empty if the body isn't a valid
// form.
func (r Request) Form() url.Values {
	form, err := url.ParseQuery(string(r.Body))
	if err != nil {
		return url.Values{}
	}
	return form
}

func readRequest(r *http.Request, now time.Time) Request {
	// Read to the end even if the body doesn't matter: only then can net/http
	// notice that the client goes away.
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
