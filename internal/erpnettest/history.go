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
// 400 or more. Requests that differ only in their time are one RequestError.
// Its texts may come from the client: they are bounded, and contain no secrets
// or control characters, but may contain HTML.
type RequestError struct {
	Time     time.Time `json:"time"`  // arrival of the last one
	First    time.Time `json:"first"` // arrival of the first one
	Count    int       `json:"count"`
	Endpoint Endpoint  `json:"endpoint"`
	Method   string    `json:"method"`
	Path     string    `json:"path"`      // decoded, without the query
	Status   int       `json:"status"`    // 0 means no response
	Error    string    `json:"error"`     // the OAuth error, or the exception type of the Domain API
	Message  string    `json:"message"`   // of the response
	Reason   string    `json:"reason"`    // why it was refused, if only the instance can know; may be empty
	ClientID string    `json:"client_id"` // sent to the token endpoint, or from the token; may be empty
}

// history records what a server has received and sent.
type history struct {
	mu        sync.Mutex
	counts    map[Endpoint]int
	requests  []Request
	tokens    []string
	responses map[Endpoint]map[int]int // by HTTP status; 0 means no response
	errors    []RequestError           // the most recent, oldest first
	recent    recentRequests
	arrival   chan struct{} // closed by the next request; nil if nobody waits
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

// finish records the outcome of a request before the client can see it. A zero
// response means that there is none.
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
	// Keep the token as the faults have changed it.
	token, _ := r.document["access_token"].(string)
	if x.request.Endpoint == Token && token != "" && !s.DiscardHistory {
		h.tokens = append(h.tokens, token)
	}
}

func isError(status int) bool { return status == 0 || status >= http.StatusBadRequest }

// addError appends an error. If there is an equal one, apart from the time, it
// merges the two.
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

// errorTexts reads the error out of a response of either API (protocol 3.1,
// 3.3).
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

// Requests returns the requests so far, oldest first. The result is a copy that
// the caller may change, even while a request is in progress.
func (s *Server) Requests() []Request {
	s.history.mu.Lock()
	defer s.history.mu.Unlock()
	requests := slices.Clone(s.history.requests)
	for i := range requests {
		requests[i].Header = requests[i].Header.Clone()
	}
	return requests
}

// Count returns how many requests an endpoint has received, with or without a
// response.
func (s *Server) Count(endpoint Endpoint) int {
	s.history.mu.Lock()
	defer s.history.mu.Unlock()
	return s.history.counts[endpoint]
}

// IssuedTokens returns every access token that was sent in a response, oldest
// first. A leak test searches for these.
func (s *Server) IssuedTokens() []string {
	s.history.mu.Lock()
	defer s.history.mu.Unlock()
	return slices.Clone(s.history.tokens)
}

// WaitForCount returns when an endpoint has received n requests in total. If
// ctx ends first, it returns the context's error. With it, a test can act while
// a request hangs, without sleeping.
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

// nextArrival returns a channel that the next request closes, or nil if n
// requests have arrived already.
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

// byEndpoint returns the counts of each endpoint and the latest errors, newest
// first.
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
