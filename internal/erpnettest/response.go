// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"strings"
)

const (
	htmlType = "text/html; charset=utf-8"
	jsonType = "application/json; charset=utf-8"
)

// response is what the instance sends back. Handlers return it instead of
// writing it, so faults can change its content and how it is sent.
type response struct {
	status   int
	header   http.Header
	document map[string]any        // becomes the body after the faults have changed it
	body     []byte                // the body if there is no document
	stream   func(io.Writer) error // a body too large for memory, sent after body
	reason   string                // for the status report, if the client gets no explanation
}

func emptyResponse(status int) response {
	return response{status: status, header: http.Header{}}
}

func textResponse(status int, contentType, body string) response {
	r := emptyResponse(status)
	if contentType != "" {
		r.header.Set("Content-Type", contentType)
	}
	r.body = []byte(body)
	return r
}

func jsonResponse(status int, document map[string]any) response {
	r := textResponse(status, jsonType, "")
	r.document = document
	return r
}

func methodNotAllowed(methods ...string) response {
	return emptyResponse(http.StatusMethodNotAllowed).with("Allow", strings.Join(methods, ", "))
}

// with sets a header.
func (r response) with(header, value string) response {
	r.header.Set(header, value)
	return r
}

// because sets the reason for the status report.
func (r response) because(reason string) response {
	r.reason = reason
	return r
}

// encode turns the document into the body. It panics on a value that JSON can't
// represent, which only a test can put there.
func (r *response) encode() {
	if r.document == nil {
		return
	}
	var body bytes.Buffer
	encoder := json.NewEncoder(&body)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(r.document); err != nil {
		panic("erpnettest: response: " + err.Error())
	}
	r.body = bytes.TrimSuffix(body.Bytes(), []byte("\n"))
}

func (r response) write(w http.ResponseWriter) {
	r.writeHeader(w)
	_, _ = w.Write(r.body)
	if r.stream != nil {
		_ = r.stream(w) // an error means that the client has stopped reading
	}
}

func (r response) writeHeader(w http.ResponseWriter) {
	header := w.Header()
	maps.Copy(header, r.header)
	if _, set := header["Content-Type"]; !set {
		header["Content-Type"] = nil // stops net/http from guessing: real 401s have none
	}
	w.WriteHeader(r.status)
}
