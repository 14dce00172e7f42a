// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// Endpoint is a part of the instance, for counting and for faults.
type Endpoint string

// The endpoints. A path belongs to its endpoint whatever the method.
const (
	Token         Endpoint = "token"
	Discovery     Endpoint = "discovery"      // the OpenID Connect discovery document
	JWKS          Endpoint = "jwks"           // the public keys
	AutoDiscovery Endpoint = "auto-discovery" // under /sys and under /tools
	DomainAPI     Endpoint = "domain-api"     // everything below the OData root
	Version       Endpoint = "version"        // /tools/ver and /tools/server-info
	Other         Endpoint = "other"          // the landing page and what is not there
	Any           Endpoint = "any"            // all of them
)

// exchange is one request on its way to its answer. The settings are those at
// its arrival, so a test that changes them races with nothing.
type exchange struct {
	context  context.Context
	closed   <-chan struct{}
	request  Request
	settings Settings
	latency  time.Duration
	fault    Fault

	// For the Domain API: who asks, in what turn, or why not.
	caller  caller
	turn    *turn
	refusal *answer
}

func (s *Server) handle(w http.ResponseWriter, r *http.Request) {
	s.handlers.Add(1)
	defer s.handlers.Done()

	started := time.Now()
	status := 0
	defer func() { s.logAccess(r, status, time.Since(started)) }()

	x := s.receive(r)
	defer s.sessions.leave(x.turn)
	if err := x.wait(); err != nil {
		s.finish(x, answer{})
		panic(http.ErrAbortHandler)
	}
	a := s.answer(x)
	for _, edit := range x.fault.edits {
		edit(&a)
	}
	if a.header.Values("Date") == nil {
		a.header.Set("Date", x.request.Time.UTC().Format(http.TimeFormat)) // the instance's clock, not this machine's
	}
	a.encode()
	if x.request.Endpoint == Token {
		s.journal.addToken(a)
	}
	status = a.status
	s.finish(x, a)
	// The turn ends before the client can see that it does: one that asks for one
	// thing after the other never meets itself in the queue.
	s.sessions.leave(x.turn)
	if x.fault.deliver != nil {
		x.fault.deliver(x, w, a)
		return
	}
	a.write(w)
}

func (s *Server) receive(r *http.Request) *exchange {
	s.settingsMu.Lock()
	x := &exchange{context: r.Context(), closed: s.closed, settings: s.settings, latency: s.latency}
	clock := s.clock
	s.settingsMu.Unlock()

	x.request = readRequest(r, clock())
	x.request.Endpoint = s.endpoint(x.request.Path)
	// The fault is taken before the request is counted: who waits for a request
	// to arrive may then change the faults for the next one.
	x.fault = s.faults.next(x.request)
	// And its place in the queue of its session, too.
	s.enterSession(x)
	s.journal.add(x.request, s.DiscardHistory)
	return x
}

// enterSession finds out who calls the Domain API and takes the call into its
// session. A fault in the answer's place stands before that, as a proxy does.
func (s *Server) enterSession(x *exchange) {
	if x.request.Endpoint != DomainAPI || x.fault.instead != nil {
		return
	}
	x.caller, x.refusal = s.authorize(x)
	if x.refusal == nil {
		x.turn, x.refusal = s.sessions.enter(x.caller, x.request.Time, x.settings)
	}
}

func (s *Server) endpoint(path string) Endpoint {
	odata := s.APIPath + "/domain/odata"
	switch {
	case path == s.IdentityPath+tokenPath:
		return Token
	case path == s.IdentityPath+discoveryPath:
		return Discovery
	case path == s.IdentityPath+jwksPath:
		return JWKS
	case path == "/sys/auto-discovery", path == "/tools/auto-discovery":
		return AutoDiscovery
	case path == "/tools/ver", path == "/tools/server-info":
		return Version
	case path == odata, strings.HasPrefix(path, odata+"/"):
		return DomainAPI
	default:
		return Other
	}
}

func (s *Server) answer(x *exchange) answer {
	if x.fault.instead != nil {
		return x.fault.instead(x)
	}
	switch x.request.Endpoint {
	case Token:
		return s.answerToken(x)
	case Discovery:
		return onlyGet(x, s.answerDiscovery)
	case JWKS:
		return onlyGet(x, s.answerJWKS)
	case AutoDiscovery:
		return onlyGet(x, s.answerAutoDiscovery)
	case Version:
		return onlyGet(x, s.answerVersion)
	case DomainAPI:
		return s.answerDomainAPI(x)
	}
	return onlyGet(x, s.answerOther)
}

func onlyGet(x *exchange, next func(*exchange) answer) answer {
	if x.request.Method != http.MethodGet && x.request.Method != http.MethodHead {
		a := emptyAnswer(http.StatusMethodNotAllowed)
		a.header.Set("Allow", "GET, HEAD")
		return a
	}
	return next(x)
}

func (s *Server) logAccess(r *http.Request, status int, took time.Duration) {
	if s.AccessLog == nil {
		return
	}
	answered := "-" // the connection ended without an answer
	if status != 0 {
		answered = fmt.Sprint(status)
	}
	s.accessLogMu.Lock()
	defer s.accessLogMu.Unlock()
	// The escaped path: a line break in it cannot forge a second line.
	_, _ = fmt.Fprintln(s.AccessLog, r.Method, r.URL.EscapedPath(), answered, took.Round(time.Microsecond))
}
