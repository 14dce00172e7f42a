// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

import (
	"slices"
	"strings"
	"time"
)

const (
	// maxRecent is how many requests a server keeps for RecentRequests.
	maxRecent = 1000
	// maxScopes is how many scopes of a request it keeps.
	maxScopes = 20
)

// RecentRequest is the part of a request that is safe to show, without secrets
// and tokens. As in a RequestError, its texts may come from the client.
type RecentRequest struct {
	Time       time.Time `json:"time"` // of arrival
	Endpoint   Endpoint  `json:"endpoint"`
	Method     string    `json:"method"`
	Path       string    `json:"path"`      // decoded, without the query
	ClientID   string    `json:"client_id"` // sent to the token endpoint, or from the token; may be empty
	Scopes     []string  `json:"scopes"`    // granted or requested at the token endpoint; elsewhere from the token
	Status     int       `json:"status"`    // 0 means no response
	DurationMS float64   `json:"duration_ms"`
	Fault      string    `json:"fault"`  // the "what" of the fault that struck; may be empty
	Reason     string    `json:"reason"` // why it was refused, if only the instance can know; may be empty
}

// recentRequests is a ring buffer: a new request replaces the oldest.
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

// newestFirst returns up to n requests.
func (r *recentRequests) newestFirst(n int) []RecentRequest {
	all := append(append([]RecentRequest{}, r.ring[r.next:]...), r.ring[:r.next]...)
	all = all[max(0, len(all)-n):]
	slices.Reverse(all)
	return all
}

// RecentRequests returns the last n finished requests, newest first and at most
// 1,000. It works with or without DiscardHistory.
func (s *Server) RecentRequests(n int) []RecentRequest {
	s.history.mu.Lock()
	defer s.history.mu.Unlock()
	return s.history.recent.newestFirst(n)
}

// ForgetRecentRequests empties the list of RecentRequests. The counts stay.
func (s *Server) ForgetRecentRequests() {
	s.history.mu.Lock()
	defer s.history.mu.Unlock()
	s.history.recent = recentRequests{}
}

// summary returns what to remember of a request with response r.
func (x *exchange) summary(r response) RecentRequest {
	redact := x.redactor.redact
	clientID, scopes := x.caller.clientID, x.caller.scopes
	if x.fault.instead != nil { // authorize was skipped
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
