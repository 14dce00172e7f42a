// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

import (
	"cmp"
	"net/http"
	"slices"
	"time"
)

// maxErrors is how many errors a server keeps for its StatusReport.
const maxErrors = 50

// RequestError is a request that ended without an answer or with a status of
// 400 or more. Its texts may come from the client: they are bounded, and cleaned
// of secrets and control characters, but not of HTML.
type RequestError struct {
	Time     time.Time `json:"time"` // of arrival
	Endpoint Endpoint  `json:"endpoint"`
	Method   string    `json:"method"`
	Path     string    `json:"path"`      // decoded, without the query
	Status   int       `json:"status"`    // 0 is no answer
	Error    string    `json:"error"`     // the OAuth error, or the exception type of the Domain API
	Message  string    `json:"message"`   // of the answer; where that has none, why it was refused
	ClientID string    `json:"client_id"` // as sent to the token endpoint, or of the token; may be empty
}

func isError(status int) bool { return status == 0 || status >= http.StatusBadRequest }

// finish notes what becomes of a request, before its client can know. The zero
// answer is none.
func (s *Server) finish(x *exchange, a answer) {
	var failed []RequestError
	if isError(a.status) {
		failed = []RequestError{s.requestError(x, a)}
	}
	j := &s.journal
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.answers == nil {
		j.answers = map[Endpoint]map[int]int{}
	}
	if j.answers[x.request.Endpoint] == nil {
		j.answers[x.request.Endpoint] = map[int]int{}
	}
	j.answers[x.request.Endpoint][a.status]++
	j.errors = append(j.errors, failed...)
	if len(j.errors) > maxErrors {
		j.errors = slices.Delete(j.errors, 0, 1)
	}
}

func (s *Server) requestError(x *exchange, a answer) RequestError {
	clientID := x.caller.clientID
	if x.request.Endpoint == Token {
		clientID = x.request.Form().Get("client_id")
	}
	code, message := errorTexts(a)
	c := s.newCleaner(x.request)
	return RequestError{
		Time:     x.request.Time,
		Endpoint: x.request.Endpoint,
		Method:   c.clean(x.request.Method),
		Path:     c.clean(x.request.Path),
		Status:   a.status,
		Error:    c.clean(code),
		Message:  c.clean(message),
		ClientID: c.clean(clientID),
	}
}

// errorTexts reads the error of either API out of an answer (protocol 3.1, 3.3).
func errorTexts(a answer) (code, message string) {
	details := a.document
	if nested, is := details["error"].(map[string]any); is {
		details = nested
	}
	text := func(name string) string {
		value, _ := details[name].(string)
		return value
	}
	return cmp.Or(text("error"), text("type")), cmp.Or(text("error_description"), text("message"), a.reason)
}
