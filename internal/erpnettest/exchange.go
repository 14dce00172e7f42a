// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// exchange is one request on its way to its response. The settings are those at
// its arrival, so a test that changes them races with nothing.
type exchange struct {
	server   *Server
	context  context.Context
	closed   <-chan struct{}
	request  Request
	settings Settings
	latency  time.Duration
	fault    Fault
	redactor redactor

	// For the Domain API: who asks, in which slot of the session, or why not.
	caller  caller
	slot    *slot
	refusal *response

	started time.Time // on the real clock
	granted []string  // scopes, by the token endpoint
}

func (s *Server) handle(w http.ResponseWriter, r *http.Request) {
	s.handlers.Add(1)
	defer s.handlers.Done()

	status := 0
	x := s.receive(r)
	defer func() { s.logAccess(r, x.redactor, status, time.Since(x.started)) }()
	defer s.limiter.release(x.slot)
	if err := x.wait(); err != nil {
		s.finish(x, response{})
		panic(http.ErrAbortHandler)
	}
	sent := s.respond(x)
	for _, edit := range x.fault.edits {
		edit(x, &sent)
	}
	if sent.header.Values("Date") == nil {
		// The instance's clock, not this machine's.
		sent.header.Set("Date", x.request.Time.UTC().Format(http.TimeFormat))
	}
	sent.encode()
	status = sent.status
	s.finish(x, sent)
	// The slot is free before the client can see the response: a client that
	// sends one request after the other never meets itself in the queue.
	s.limiter.release(x.slot)
	if x.fault.deliver != nil {
		x.fault.deliver(x, w, sent)
		return
	}
	sent.write(w)
}

func (s *Server) receive(r *http.Request) *exchange {
	now := s.behaviour()
	x := &exchange{
		server: s, context: r.Context(), closed: s.closed, settings: now.Settings, latency: now.latency,
		started: time.Now(),
	}
	x.request = readRequest(r, now.clock())
	x.request.Endpoint = s.endpoint(x.request.Path)
	x.redactor = s.newRedactor(x.request)
	// The fault and the slot are taken before the request is counted: a test that
	// waits for a request to arrive may then change the faults for the next one.
	x.fault = s.faults.next(x.request)
	s.enterSession(x)
	s.history.add(x.request, s.DiscardHistory)
	return x
}

// enterSession finds out who calls the Domain API and takes the call into its
// session. A fault that replaces the response stands before that, as a proxy does.
func (s *Server) enterSession(x *exchange) {
	if x.request.Endpoint != DomainAPI || x.fault.instead != nil {
		return
	}
	x.caller, x.refusal = s.authorize(x)
	if x.refusal == nil {
		x.slot, x.refusal = s.limiter.acquire(x.caller, x.request.Time, x.settings)
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

func (s *Server) respond(x *exchange) response {
	switch endpoint := x.request.Endpoint; {
	case x.fault.instead != nil:
		return x.fault.instead(x)
	case endpoint == Token:
		return s.respondToken(x)
	case endpoint == DomainAPI:
		return s.respondDomainAPI(x)
	case !isRead(x.request.Method):
		return methodNotAllowed(readMethods...)
	case endpoint == Discovery:
		return s.respondDiscovery(x)
	case endpoint == JWKS:
		return s.respondJWKS()
	case endpoint == AutoDiscovery:
		return s.respondAutoDiscovery(x)
	case endpoint == Version:
		return respondVersion(x)
	}
	return respondOther(x)
}

// errGone ends an exchange whose client has left or whose server is closing.
var errGone = errors.New("nobody waits for this response")

// wait lets pass what comes before the response: the requests before this one,
// the latency and the fault's own time. A session that refuses the request does
// so at once; only the latency remains.
func (x *exchange) wait() error {
	if x.slot != nil {
		if err := waitFor(x, x.slot.granted); err != nil {
			return err
		}
	}
	if err := x.pause(x.latency); err != nil {
		return err
	}
	if x.refusal != nil && x.caller.token != "" {
		return nil
	}
	for _, wait := range x.fault.waits {
		if err := wait(x); err != nil {
			return err
		}
	}
	return nil
}

// pause waits for d on the real clock, unless the client leaves or the server
// closes first.
func (x *exchange) pause(d time.Duration) error {
	if d <= 0 {
		return nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	return waitFor(x, timer.C)
}

func waitFor[T any](x *exchange, event <-chan T) error {
	select {
	case <-event:
		return nil
	case <-x.context.Done():
		return errGone
	case <-x.closed:
		return errGone
	}
}

func (s *Server) logAccess(r *http.Request, red redactor, status int, took time.Duration) {
	if s.AccessLog == nil {
		return
	}
	shown := "-" // the connection ended without a response
	if status != 0 {
		shown = fmt.Sprint(status)
	}
	s.accessLogMu.Lock()
	defer s.accessLogMu.Unlock()
	// The escaped path: a line break in it can't forge a second line.
	line := fmt.Sprintln(red.redact(r.Method), red.redactPath(r.URL), shown, took.Round(time.Microsecond))
	_, _ = io.WriteString(s.AccessLog, line)
}
