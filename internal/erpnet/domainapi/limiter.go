// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package domainapi

import (
	"context"
	"slices"
	"sync"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
)

// readsInFlight is the number of reads that run at the same time in a session. By default, a server runs one call and
// queues five (protocol section 5.1), so four leave room for other clients.
const readsInFlight = 4

// Limiter gives the calls of each session their slots. Reads share a session, four at a time. Writes run alone, and so
// does the first call of a session, which opens it. After a server has been slow or has rejected a call as one too
// many, all calls run one at a time. If a full instance refuses a call after all retries, the calls of the next ten
// seconds get the same refusal. The zero value is ready to use. It is safe for concurrent use.
type Limiter struct {
	mu       sync.Mutex
	sessions map[string]*session

	full erpnet.NegativeCache // refusals for lack of licences or because of a rate limit, by session
}

// session is the state of an API session, which belongs to one token and the tokens that replace it.
type session struct {
	mu      sync.Mutex
	open    bool // a call has succeeded
	oneOnly bool // all calls run one at a time
	running int
	alone   bool // the running call must run alone
	queue   []*waiter
}

// waiter is a call that waits for its slot. Calls get slots in the order in which they arrive.
type waiter struct {
	alone bool
	ready chan struct{}
}

// Acquire waits for a slot of a session, alone or shared with other calls, until ctx ends. It returns the function that
// releases the slot and takes the result of the call.
func (l *Limiter) Acquire(ctx context.Context, name string, alone bool) (release func(Result), err error) {
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	s := l.session(name)
	w := &waiter{alone: alone, ready: make(chan struct{})}
	s.enqueue(w)
	select {
	case <-w.ready:
		return s.release, nil
	case <-ctx.Done():
		s.leave(w)
		return nil, ctx.Err()
	}
}

// Result is what a call reports about its session.
type Result struct {
	Succeeded bool // the session is open
	Slow      bool // the server was slow or rejected a call as one too many
}

func (l *Limiter) session(name string) *session {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.sessions == nil {
		l.sessions = map[string]*session{}
	}
	if l.sessions[name] == nil {
		l.sessions[name] = &session{}
	}
	return l.sessions[name]
}

func (s *session) enqueue(w *waiter) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.queue = append(s.queue, w)
	s.start()
}

// start starts the calls at the head of the queue for which there are slots.
func (s *session) start() {
	for len(s.queue) > 0 {
		next := s.queue[0]
		alone := next.alone || !s.open || s.oneOnly
		if s.running > 0 && (alone || s.alone) || s.running >= readsInFlight {
			return
		}
		s.queue = s.queue[1:]
		s.running++
		s.alone = alone
		close(next.ready)
	}
}

func (s *session) release(r Result) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.running--
	s.open = s.open || r.Succeeded
	s.oneOnly = s.oneOnly || r.Slow
	s.start()
}

// leave removes a waiter that gave up from the queue, or releases its slot if it got one in the meantime.
func (s *session) leave(w *waiter) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i := slices.Index(s.queue, w); i >= 0 {
		s.queue = slices.Delete(s.queue, i, i+1)
	} else {
		s.running--
	}
	s.start()
}
