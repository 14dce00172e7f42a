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

// exchange is one request until it gets its response. Its settings are those in
// force when the request arrived, so it doesn't race with a test that changes
// them.
type exchange struct {
	server   *Server
	context  context.Context
	closed   <-chan struct{}
	request  Request
	settings Settings
	latency  time.Duration
	fault    Fault
	redactor redactor

	// For the Domain API only: the caller and its slot in the session, or the
	// refusal.
	caller  caller
	slot    *slot
	refusal *response

	started time.Time // on the real clock
	granted []string  // scopes that the token endpoint granted
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
		// The clock of the instance, not of this machine.
		sent.header.Set("Date", x.request.Time.UTC().Format(http.TimeFormat))
	}
	sent.encode()
	status = sent.status
	s.finish(x, sent)
	// Release the slot before the client can see the response, so a client that
	// sends one request at a time never finds itself in the queue.
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
	// Take the fault and the slot before counting the request: a test that
	// waits for a request to arrive can then change the faults for the next
	// one.
	x.fault = s.faults.next(x.request)
	s.enterSession(x)
	s.history.add(x.request, s.DiscardHistory)
	return x
}

// enterSession identifies the caller of the Domain API and adds the call to its
// session. A fault that replaces the response acts like a proxy: the call
// doesn't reach the session.
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

// errGone ends an exchange if the client has gone or the server is closing.
var errGone = errors.New("nobody waits for this response")

// wait waits for what precedes the response: earlier requests of the session,
// the latency, and the delay of a fault. If the session refuses the request,
// wait skips the queue and the fault, and only the latency remains.
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

// pause waits for d on the real clock, or until the client goes or the server
// closes.
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
	// Log the escaped path, so a line break in it can't forge a second line.
	line := fmt.Sprintln(red.redact(r.Method), red.redactPath(r.URL), shown, took.Round(time.Microsecond))
	_, _ = io.WriteString(s.AccessLog, line)
}
