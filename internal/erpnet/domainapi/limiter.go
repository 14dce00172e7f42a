// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package domainapi

import (
	"context"
	"slices"
	"sync"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
)

// readsInFlight is how many reads run at a time in a session. A server runs one and queues five by default (protocol
// section 5.1), so that four of ours leave room for somebody else's.
const readsInFlight = 4

// Limiter gives the calls of each session their slots: reads share it, four at a time; a session's first call, which
// opens it, and writes run alone. Once a server has said that it was too much, or was slow, calls run one at a time.
// A call that a full instance refused to the end answers for those that come within the next seconds. The zero value is
// ready. It is safe for concurrent use.
type Limiter struct {
	mu       sync.Mutex
	sessions map[string]*session

	full erpnet.NegativeCache // refusals for want of licences or room, by session
}

// session is what one token, or the tokens that follow it, have at the API.
type session struct {
	mu      sync.Mutex
	open    bool // a call has succeeded
	oneOnly bool // calls run one at a time
	running int
	alone   bool // the one that runs wants no other beside it
	queue   []*waiter
}

// waiter is a call that waits for its slot, in the order of its coming.
type waiter struct {
	alone bool
	ready chan struct{}
}

// Acquire waits for a slot of a session, alone or beside others, as long as ctx lasts. It returns the function that
// gives the slot back, which takes what became of the call.
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

// Result is what a call says of its session.
type Result struct {
	Succeeded bool // the session is open
	Slow      bool // the server was slow, or has refused a call as one too many
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

// start lets those at the head of the queue run, as far as there are slots.
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

// leave takes a waiter that gave up out of the queue, or gives back the slot that it got meanwhile.
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
