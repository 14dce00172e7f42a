// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

import (
	"cmp"
	"context"
	"maps"
	"net/http"
	"slices"
	"sync"
	"time"
)

// maxErrors is how many errors a server keeps for its StatusReport.
const maxErrors = 50

// RequestError is a request that ended without a response or with a status of
// 400 or more. Those that differ in their time only are one. Its texts may come
// from the client: they are bounded, and free of secrets and control characters,
// but not of HTML.
type RequestError struct {
	Time     time.Time `json:"time"`  // of arrival, of the last one
	First    time.Time `json:"first"` // of arrival, of the first one
	Count    int       `json:"count"`
	Endpoint Endpoint  `json:"endpoint"`
	Method   string    `json:"method"`
	Path     string    `json:"path"`      // decoded, without the query
	Status   int       `json:"status"`    // 0 is no response
	Error    string    `json:"error"`     // the OAuth error, or the exception type of the Domain API
	Message  string    `json:"message"`   // of the response
	Reason   string    `json:"reason"`    // why it was refused, which only the instance can know; may be empty
	ClientID string    `json:"client_id"` // as sent to the token endpoint, or of the token; may be empty
}

// history is what a server has received and sent.
type history struct {
	mu        sync.Mutex
	counts    map[Endpoint]int
	requests  []Request
	tokens    []string
	responses map[Endpoint]map[int]int // by HTTP status; 0 is no response
	errors    []RequestError           // the last ones, oldest first
	recent    recentRequests
	arrival   chan struct{} // closed at the next request; nil when nobody waits
}

func (h *history) add(r Request, discard bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.counts[r.Endpoint]++
	h.counts[Any]++
	if !discard {
		h.requests = append(h.requests, r)
	}
	if h.arrival != nil {
		close(h.arrival)
		h.arrival = nil
	}
}

// finish notes what becomes of a request, before its client can know. The zero
// response is none.
func (s *Server) finish(x *exchange, r response) {
	request := x.summary(r)
	h := &s.history
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.responses[x.request.Endpoint] == nil {
		h.responses[x.request.Endpoint] = map[int]int{}
	}
	h.responses[x.request.Endpoint][r.status]++
	h.recent.add(request)
	if isError(r.status) {
		h.addError(x.requestError(request, r))
	}
	// The token is kept as a fault has left it.
	token, _ := r.document["access_token"].(string)
	if x.request.Endpoint == Token && token != "" && !s.DiscardHistory {
		h.tokens = append(h.tokens, token)
	}
}

func isError(status int) bool { return status == 0 || status >= http.StatusBadRequest }

// addError puts an error behind the others, or makes one with what is the same
// but for its time.
func (h *history) addError(e RequestError) {
	for i, other := range h.errors {
		first, count := other.First, other.Count
		other.Time, other.First, other.Count = e.Time, e.First, e.Count
		if other == e {
			h.errors = slices.Delete(h.errors, i, i+1)
			e.First, e.Count = first, count+e.Count
			break
		}
	}
	h.errors = append(h.errors, e)
	h.errors = h.errors[max(0, len(h.errors)-maxErrors):]
}

func (x *exchange) requestError(request RecentRequest, r response) RequestError {
	code, message := errorTexts(r)
	return RequestError{
		Time:     request.Time,
		First:    request.Time,
		Count:    1,
		Endpoint: request.Endpoint,
		Method:   request.Method,
		Path:     request.Path,
		Status:   request.Status,
		Error:    x.redactor.redact(code),
		Message:  x.redactor.redact(message),
		Reason:   request.Reason,
		ClientID: request.ClientID,
	}
}

// errorTexts reads the error of either API out of a response (protocol 3.1, 3.3).
func errorTexts(r response) (code, message string) {
	details := r.document
	if nested, is := details["error"].(map[string]any); is {
		details = nested
	}
	text := func(name string) string {
		value, _ := details[name].(string)
		return value
	}
	return cmp.Or(text("error"), text("type")), cmp.Or(text("error_description"), text("message"))
}

// Requests returns what was received so far, oldest first. It is the caller's to
// change: a request may still be under way.
func (s *Server) Requests() []Request {
	s.history.mu.Lock()
	defer s.history.mu.Unlock()
	requests := slices.Clone(s.history.requests)
	for i := range requests {
		requests[i].Header = requests[i].Header.Clone()
	}
	return requests
}

// Count returns how many requests an endpoint received, with a response or not.
func (s *Server) Count(endpoint Endpoint) int {
	s.history.mu.Lock()
	defer s.history.mu.Unlock()
	return s.history.counts[endpoint]
}

// IssuedTokens returns every access token that was put into a response, oldest
// first: what a test of leaks searches for.
func (s *Server) IssuedTokens() []string {
	s.history.mu.Lock()
	defer s.history.mu.Unlock()
	return slices.Clone(s.history.tokens)
}

// WaitForCount returns when an endpoint has received n requests in all, or with
// the context's error. It lets a test act while a request hangs, without sleeping.
func (s *Server) WaitForCount(ctx context.Context, endpoint Endpoint, n int) error {
	for {
		arrival := s.history.nextArrival(endpoint, n)
		if arrival == nil {
			return nil
		}
		select {
		case <-arrival:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// nextArrival is closed at the next request; nil when there were n already.
func (h *history) nextArrival(endpoint Endpoint, n int) <-chan struct{} {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.counts[endpoint] >= n {
		return nil
	}
	if h.arrival == nil {
		h.arrival = make(chan struct{})
	}
	return h.arrival
}

// byEndpoint returns the counts of each endpoint and the last errors, newest first.
func (h *history) byEndpoint() ([]RequestCounts, []RequestError) {
	h.mu.Lock()
	defer h.mu.Unlock()
	var requests []RequestCounts
	for _, endpoint := range []Endpoint{Token, Discovery, JWKS, AutoDiscovery, DomainAPI, Version, Other} {
		counts := RequestCounts{
			Endpoint:   endpoint,
			Received:   h.counts[endpoint],
			Responses:  map[int]int{},
			NoResponse: h.responses[endpoint][0],
			UnderWay:   h.counts[endpoint],
		}
		maps.Copy(counts.Responses, h.responses[endpoint])
		for _, n := range counts.Responses {
			counts.UnderWay -= n
		}
		delete(counts.Responses, 0)
		requests = append(requests, counts)
	}
	errors := append([]RequestError{}, h.errors...)
	slices.Reverse(errors)
	return requests, errors
}
