// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

import (
	"slices"
	"strings"
	"time"
)

const (
	// maxRecent is how many requests a server remembers for RecentRequests.
	maxRecent = 1000
	// maxScopes is how many scopes of one request it remembers.
	maxScopes = 20
)

// RecentRequest is what may be shown of a request: no secret and no token. Like
// those of a RequestError, its texts may come from the client.
type RecentRequest struct {
	Time       time.Time `json:"time"` // of arrival
	Endpoint   Endpoint  `json:"endpoint"`
	Method     string    `json:"method"`
	Path       string    `json:"path"`      // decoded, without the query
	ClientID   string    `json:"client_id"` // as sent to the token endpoint, or of the token; may be empty
	Scopes     []string  `json:"scopes"`    // granted by the token endpoint, or asked for; those of the token elsewhere
	Status     int       `json:"status"`    // 0 is no response
	DurationMS float64   `json:"duration_ms"`
	Fault      string    `json:"fault"`  // that struck, by its word; may be empty
	Reason     string    `json:"reason"` // why it was refused, which only the instance can know; may be empty
}

// recentRequests is a ring: the next one replaces the oldest.
type recentRequests struct {
	ring []RecentRequest
	next int
}

func (r *recentRequests) add(request RecentRequest) {
	if len(r.ring) < maxRecent {
		r.ring = append(r.ring, request)
		return
	}
	r.ring[r.next] = request
	r.next = (r.next + 1) % maxRecent
}

// newestFirst returns at most n of them.
func (r *recentRequests) newestFirst(n int) []RecentRequest {
	all := append(append([]RecentRequest{}, r.ring[r.next:]...), r.ring[:r.next]...)
	all = all[max(0, len(all)-n):]
	slices.Reverse(all)
	return all
}

// RecentRequests returns the last n requests that have ended, at most 1,000 and
// the newest first, with or without DiscardHistory.
func (s *Server) RecentRequests(n int) []RecentRequest {
	s.history.mu.Lock()
	defer s.history.mu.Unlock()
	return s.history.recent.newestFirst(n)
}

// ForgetRecentRequests empties the list of RecentRequests. Counts stay.
func (s *Server) ForgetRecentRequests() {
	s.history.mu.Lock()
	defer s.history.mu.Unlock()
	s.history.recent = recentRequests{}
}

// summary is what is remembered of a request that ends with a response.
func (x *exchange) summary(r response) RecentRequest {
	redact := x.redactor.redact
	clientID, scopes := x.caller.clientID, x.caller.scopes
	if x.fault.instead != nil { // nobody has looked who asks
		clientID = x.server.clientIDOf(x.request)
	}
	if x.request.Endpoint == Token {
		form := x.request.Form()
		clientID, scopes = form.Get("client_id"), x.granted
		if scopes == nil {
			scopes = strings.Fields(form.Get("scope"))
		}
	}
	request := RecentRequest{
		Time:       x.request.Time,
		Endpoint:   x.request.Endpoint,
		Method:     redact(x.request.Method),
		Path:       redact(x.request.Path),
		ClientID:   redact(clientID),
		Scopes:     []string{},
		Status:     r.status,
		DurationMS: float64(time.Since(x.started).Microseconds()) / 1000,
		Reason:     redact(r.reason),
	}
	for _, scope := range scopes[:min(len(scopes), maxScopes)] {
		request.Scopes = append(request.Scopes, redact(scope))
	}
	if x.fault.spec != nil {
		request.Fault = x.fault.spec.What
	}
	return request
}
