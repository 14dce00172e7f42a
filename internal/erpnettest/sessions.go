// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

import (
	"container/list"
	"crypto/sha256"
	"net/http"
	"slices"
	"sync"
	"time"
)

// Sessions counts the sessions of a server. The first Domain API call with an
// access token opens a session, which holds a licence until it ends (protocol
// 5.2). Each token has its own session. Assumption: the token is what
// identifies a session of a service. If a fault replaces the response, the
// request reaches no session.
type Sessions struct {
	Opened       int // in total; a token whose session has ended opens another
	Open         int // now
	Refused      int // for lack of a licence, with 503
	PeakRequests int // the most concurrent requests of one session, including queued ones
	LongestQueue int // the longest queue of one session
	Busy         int // requests that were refused with 429
}

// Sessions returns the counts of the server's sessions.
func (s *Server) Sessions() Sessions {
	now := s.behaviour()
	s.limiter.mu.Lock()
	defer s.limiter.mu.Unlock()
	s.limiter.expire(now.clock(), now.Settings)
	counts := s.limiter.counts
	counts.Open = len(s.limiter.open)
	return counts
}

// maxSessions is how many sessions a server keeps. Beyond that, it drops the
// least recently used one, so a test with many tokens can't fill the memory.
const maxSessions = 10_000

// limiter holds the sessions of a server by the SHA-256 of their token, and
// grants the slots for their requests.
type limiter struct {
	mu     sync.Mutex
	open   map[tokenSum]*session
	byUse  list.List // of *session, the least recently used first
	swept  time.Time // when expire last checked all of them
	counts Sessions
}

type tokenSum [sha256.Size]byte

type session struct {
	token    tokenSum
	place    *list.Element // in byUse
	clientID string
	opened   time.Time
	used     time.Time
	requests int // in total, including refused ones
	running  int
	queue    []*slot // the next one first
	minute   time.Time
	inMinute int
}

// slot is the permission for one request to run, granted or pending.
type slot struct {
	session  *session
	limit    int // of concurrent requests
	granted  chan struct{}
	released bool
}

// acquire adds a request to the session of its token. It doesn't wait: the slot
// may be granted later. If there is no licence or no room in the queue, acquire
// returns the response that refuses the request instead.
func (l *limiter) acquire(who caller, now time.Time, settings Settings) (*slot, *response) {
	l.mu.Lock()
	defer l.mu.Unlock()
	token := tokenSum(sha256.Sum256([]byte(who.token)))
	s, found := l.open[token]
	limited := settings.Licences > 0 && len(l.open) >= settings.Licences
	// Checking all sessions on each request would cost more than the request.
	if found && s.isOver(now, settings) || limited || now.Sub(l.swept).Abs() >= time.Second {
		l.expire(now, settings)
		s, found = l.open[token]
	}
	if !found {
		if settings.Licences > 0 && len(l.open) >= settings.Licences {
			l.counts.Refused++
			refusal := licenceError(settings)
			return nil, &refusal
		}
		s = &session{token: token, clientID: who.clientID, opened: now, minute: now}
		s.place = l.byUse.PushBack(s)
		l.open[token] = s
		l.counts.Opened++
		l.forgetOldest()
	}
	l.byUse.MoveToBack(s.place)
	s.used = now
	s.requests++
	if !s.hasRoom(now, settings) {
		l.counts.Busy++
		refusal := busy(settings)
		return nil, &refusal
	}
	taken := &slot{session: s, limit: settings.SessionRequests, granted: make(chan struct{})}
	s.queue = append(s.queue, taken)
	s.grant()
	l.counts.LongestQueue = max(l.counts.LongestQueue, len(s.queue))
	l.counts.PeakRequests = max(l.counts.PeakRequests, len(s.queue)+s.running)
	return taken, nil
}

func busy(settings Settings) response {
	r := emptyResponse(http.StatusTooManyRequests) // the body is unknown; assumed empty (protocol 13)
	if settings.BusyRetryAfter != "" {
		r.header.Set("Retry-After", settings.BusyRetryAfter)
	}
	return r.because("The session has too many requests, at once or in this minute.")
}

func (s *session) hasRoom(now time.Time, settings Settings) bool {
	// Assumption: refused requests count too, and minutes are fixed windows.
	if now.Sub(s.minute) >= time.Minute {
		s.minute, s.inMinute = now, 0
	}
	s.inMinute++
	if settings.SessionRequestsPerMinute > 0 && s.inMinute > settings.SessionRequestsPerMinute {
		return false
	}
	limit := settings.SessionRequests
	return limit <= 0 || s.running < limit || len(s.queue) < settings.SessionQueue
}

// grant lets as many queued requests run as the limit allows.
func (s *session) grant() {
	for len(s.queue) > 0 && (s.queue[0].limit <= 0 || s.running < s.queue[0].limit) {
		close(s.queue[0].granted)
		s.queue = s.queue[1:]
		s.running++
	}
}

// release frees a slot, or stops waiting for it. You can call it twice, and
// with nil.
func (l *limiter) release(taken *slot) {
	if taken == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if taken.released {
		return
	}
	taken.released = true
	s := taken.session
	if i := slices.Index(s.queue, taken); i >= 0 {
		s.queue = slices.Delete(s.queue, i, i+1)
		return
	}
	s.running--
	s.grant()
}

// expire removes the sessions that have ended. A session with a request in
// progress continues.
func (l *limiter) expire(now time.Time, settings Settings) {
	for _, s := range l.open {
		if s.isOver(now, settings) {
			l.forget(s)
		}
	}
	l.swept = now
}

func (s *session) isOver(now time.Time, settings Settings) bool {
	idle := settings.SessionIdle > 0 && now.Sub(s.used) >= settings.SessionIdle
	old := settings.SessionLifetime > 0 && now.Sub(s.opened) >= settings.SessionLifetime
	return (idle || old) && !s.isBusy()
}

func (s *session) isBusy() bool { return s.running > 0 || len(s.queue) > 0 }

func (l *limiter) forget(s *session) {
	delete(l.open, s.token)
	l.byUse.Remove(s.place)
}

func (l *limiter) forgetOldest() {
	for e := l.byUse.Front(); e != nil && len(l.open) > maxSessions; e = e.Next() {
		if s, ok := e.Value.(*session); ok && !s.isBusy() {
			l.forget(s)
			return
		}
	}
}
