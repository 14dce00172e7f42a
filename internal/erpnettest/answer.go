// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
)

const jsonType = "application/json; charset=utf-8"

// answer is what the instance says to one request. Handlers return it instead
// of writing it, so that faults can change it and how it travels.
type answer struct {
	status   int
	header   http.Header
	document map[string]any        // becomes the body, once the faults have had their say
	body     []byte                // the body, when there is no document
	stream   func(io.Writer) error // a body too large to hold, after body
	reason   string                // for the status report, where the client gets no words
}

func emptyAnswer(status int) answer {
	return answer{status: status, header: http.Header{}}
}

func textAnswer(status int, contentType, body string) answer {
	a := emptyAnswer(status)
	if contentType != "" {
		a.header.Set("Content-Type", contentType)
	}
	a.body = []byte(body)
	return a
}

func jsonAnswer(status int, document map[string]any) answer {
	a := emptyAnswer(status)
	a.header.Set("Content-Type", jsonType)
	a.document = document
	return a
}

// encode turns the document into the body. It panics on a value that no JSON
// can hold: a test has put it there.
func (a *answer) encode() {
	if a.document == nil {
		return
	}
	var body bytes.Buffer
	encoder := json.NewEncoder(&body)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(a.document); err != nil {
		panic("erpnettest: answer: " + err.Error())
	}
	a.body = bytes.TrimSuffix(body.Bytes(), []byte("\n"))
}

func (a answer) write(w http.ResponseWriter) {
	a.writeHeader(w)
	_, _ = w.Write(a.body)
	if a.stream != nil {
		// An error means that the client has read enough.
		_ = a.stream(w)
	}
}

func (a answer) writeHeader(w http.ResponseWriter) {
	header := w.Header()
	for name, values := range a.header {
		header[name] = values
	}
	if _, set := header["Content-Type"]; !set {
		header["Content-Type"] = nil // no guess by net/http: real 401s have none
	}
	w.WriteHeader(a.status)
}
