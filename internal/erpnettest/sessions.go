// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

import (
	"net/http"
	"slices"
	"sync"
	"time"
)

// Sessions are the counts of a server's sessions. A session is opened by the
// first call of the Domain API with an access token, one for each different
// token, and holds a licence until it ends (protocol 5.2). That the token is the
// key of a service's session is an assumption. Requests that a fault answers in
// place of the Domain API reach no session.
type Sessions struct {
	Opened       int // in all; a token whose session has ended opens another
	Open         int // at this moment
	Refused      int // for want of a licence, with 503
	PeakRequests int // the most requests that one session had at once, those in the queue included
	LongestQueue int // the longest that the queue of one session was
	Busy         int // requests that were refused with 429
}

// Sessions returns the counts of the server's sessions.
func (s *Server) Sessions() Sessions {
	now := s.now()
	s.settingsMu.Lock()
	settings := s.settings
	s.settingsMu.Unlock()
	s.sessions.mu.Lock()
	defer s.sessions.mu.Unlock()
	s.sessions.end(now, settings)
	counts := s.sessions.counts
	counts.Open = len(s.sessions.open)
	return counts
}

// sessionBook holds the sessions of a server by their token.
type sessionBook struct {
	mu     sync.Mutex
	open   map[string]*session
	counts Sessions
}

type session struct {
	clientID string
	opened   time.Time
	used     time.Time
	requests int // in all, the refused ones included
	running  int
	queue    []*turn // the next one first
	minute   time.Time
	inMinute int
}

// turn is the permission of one request to be worked on, granted or awaited.
type turn struct {
	session *session
	limit   int // of requests that run at once
	granted chan struct{}
	over    bool
}

// enter takes a request into the session of its token. It does not wait: the
// turn may have yet to come. A request that finds no licence or no place in the
// queue gets the answer that says so instead.
func (b *sessionBook) enter(who caller, now time.Time, settings Settings) (*turn, *answer) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.end(now, settings)
	s, found := b.open[who.token]
	if !found {
		if settings.Licences > 0 && len(b.open) >= settings.Licences {
			b.counts.Refused++
			refusal := licenceError(settings)
			return nil, &refusal
		}
		if b.open == nil {
			b.open = map[string]*session{}
		}
		s = &session{clientID: who.clientID, opened: now, minute: now}
		b.open[who.token] = s
		b.counts.Opened++
	}
	s.used = now
	s.requests++
	if !s.mayEnter(now, settings) {
		b.counts.Busy++
		refusal := emptyAnswer(http.StatusTooManyRequests) // the body is unknown; assumed empty (protocol 13)
		refusal.reason = "The session has too many requests, at once or in this minute."
		if settings.BusyRetryAfter != "" {
			refusal.header.Set("Retry-After", settings.BusyRetryAfter)
		}
		return nil, &refusal
	}
	t := &turn{session: s, limit: settings.SessionRequests, granted: make(chan struct{})}
	s.queue = append(s.queue, t)
	s.advance()
	b.counts.LongestQueue = max(b.counts.LongestQueue, len(s.queue))
	b.counts.PeakRequests = max(b.counts.PeakRequests, len(s.queue)+s.running)
	return t, nil
}

func (s *session) mayEnter(now time.Time, settings Settings) bool {
	// Assumption: refused requests count, and the minutes do not slide.
	if now.Sub(s.minute) >= time.Minute {
		s.minute, s.inMinute = now, 0
	}
	s.inMinute++
	if settings.SessionRequestsPerMinute > 0 && s.inMinute > settings.SessionRequestsPerMinute {
		return false
	}
	atOnce := settings.SessionRequests
	return atOnce <= 0 || s.running < atOnce || len(s.queue) < settings.SessionQueue
}

// advance gives the turn to those who may have it.
func (s *session) advance() {
	for len(s.queue) > 0 && (s.queue[0].limit <= 0 || s.running < s.queue[0].limit) {
		close(s.queue[0].granted)
		s.queue = s.queue[1:]
		s.running++
	}
}

// leave ends a turn, or gives up waiting for it. It may be called twice, and
// with nil.
func (b *sessionBook) leave(t *turn) {
	if t == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if t.over {
		return
	}
	t.over = true
	if i := slices.Index(t.session.queue, t); i >= 0 {
		t.session.queue = slices.Delete(t.session.queue, i, i+1)
		return
	}
	t.session.running--
	t.session.advance()
}

// end forgets the sessions that are over. One with a request under way goes on.
func (b *sessionBook) end(now time.Time, settings Settings) {
	for token, s := range b.open {
		idle := settings.SessionIdle > 0 && now.Sub(s.used) >= settings.SessionIdle
		old := settings.SessionLifetime > 0 && now.Sub(s.opened) >= settings.SessionLifetime
		if (idle || old) && s.running == 0 && len(s.queue) == 0 {
			delete(b.open, token)
		}
	}
}
