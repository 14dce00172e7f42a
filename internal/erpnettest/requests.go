// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

import (
	"context"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"sync"
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

// Form is the form-encoded body; empty when it cannot be read as such.
func (r Request) Form() url.Values {
	form, err := url.ParseQuery(string(r.Body))
	if err != nil {
		return url.Values{}
	}
	return form
}

func readRequest(r *http.Request, now time.Time) Request {
	// Read to the end even where the body does not matter: net/http notices a
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

// journal is the history of a server.
type journal struct {
	mu       sync.Mutex
	counts   map[Endpoint]int
	requests []Request
	tokens   []string
	answers  map[Endpoint]map[int]int // by HTTP status; 0 is no answer
	errors   []RequestError           // the last ones, oldest first
	discard  bool
	arrival  chan struct{} // closed at the next request; nil when nobody waits
}

func (j *journal) add(r Request, discard bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.counts == nil {
		j.counts = map[Endpoint]int{}
	}
	j.counts[r.Endpoint]++
	j.counts[Any]++
	j.discard = discard
	if !discard {
		j.requests = append(j.requests, r)
	}
	if j.arrival != nil {
		close(j.arrival)
		j.arrival = nil
	}
}

// addToken keeps the access token of an answer, as a fault has left it.
func (j *journal) addToken(a answer) {
	token, ok := a.document["access_token"].(string)
	if !ok || token == "" {
		return
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if !j.discard {
		j.tokens = append(j.tokens, token)
	}
}

// Requests returns what was received so far, oldest first. It is the caller's to
// change: a request may still be under way.
func (s *Server) Requests() []Request {
	s.journal.mu.Lock()
	defer s.journal.mu.Unlock()
	requests := slices.Clone(s.journal.requests)
	for i := range requests {
		requests[i].Header = requests[i].Header.Clone()
	}
	return requests
}

// Count returns how many requests an endpoint received, answered or not.
func (s *Server) Count(endpoint Endpoint) int {
	s.journal.mu.Lock()
	defer s.journal.mu.Unlock()
	return s.journal.counts[endpoint]
}

// Counts returns the count of every endpoint that received something; Any is
// their sum.
func (s *Server) Counts() map[Endpoint]int {
	s.journal.mu.Lock()
	defer s.journal.mu.Unlock()
	return maps.Clone(s.journal.counts)
}

// IssuedTokens returns every access token that was put into an answer, oldest
// first: what a test of leaks searches for.
func (s *Server) IssuedTokens() []string {
	s.journal.mu.Lock()
	defer s.journal.mu.Unlock()
	return slices.Clone(s.journal.tokens)
}

// WaitForCount returns when an endpoint has received n requests in all, or with
// the context's error. It lets a test act while a request hangs, without sleeping.
func (s *Server) WaitForCount(ctx context.Context, endpoint Endpoint, n int) error {
	for {
		s.journal.mu.Lock()
		if s.journal.counts[endpoint] >= n {
			s.journal.mu.Unlock()
			return nil
		}
		if s.journal.arrival == nil {
			s.journal.arrival = make(chan struct{})
		}
		arrival := s.journal.arrival
		s.journal.mu.Unlock()
		select {
		case <-arrival:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
