// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// underWay are calls of the Domain API that one session has at once.
type underWay struct {
	server   *Server
	token    string
	gate     chan struct{}
	calls    sync.WaitGroup
	mu       sync.Mutex
	statuses map[int]int
	started  int
}

// holdSession starts an instance that answers no call before open.
func holdSession(t *testing.T) *underWay {
	t.Helper()
	u := &underWay{server: newServer(t), gate: make(chan struct{}), statuses: map[int]int{}}
	u.token = sampleToken(t, u.server)
	u.server.Inject(DomainAPI, Blocked(u.gate))
	return u
}

// call starts calls and returns when they run, wait for their turn or have been
// turned away. Their client leaves by cancel, or at the end of the test.
func (u *underWay) call(t *testing.T, n int) (cancel func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	for range n {
		request := apiRequest(t, u.server, u.token, http.MethodGet, salesCustomers+"?$top=1", "")
		request = request.WithContext(ctx)
		u.calls.Go(func() {
			got, err := do(t, u.server, request)
			if err != nil {
				got.status = -1
			}
			u.mu.Lock()
			defer u.mu.Unlock()
			u.statuses[got.status]++
		})
	}
	u.started += n
	if err := u.server.WaitForCount(ctx, DomainAPI, u.started); err != nil {
		t.Fatal(err)
	}
	return cancel
}

func (u *underWay) open() {
	close(u.gate)
	u.calls.Wait()
}

func TestOneRunsFiveWaitAndTheNextIsRefused(t *testing.T) {
	u := holdSession(t)
	u.call(t, 1)
	u.call(t, 5)
	if counts := u.server.Sessions(); counts != (Sessions{Opened: 1, Open: 1, PeakRequests: 6, LongestQueue: 5}) {
		t.Errorf("%+v", counts)
	}
	got := callAPI(t, u.server, u.token, salesCustomers) // at once, while the others are held
	if got.status != http.StatusTooManyRequests || got.body != "" || got.header.Get("Retry-After") != "" {
		t.Errorf("status %d, body %q, headers %v", got.status, got.body, got.header)
	}
	u.server.Configure(func(settings *Settings) { settings.BusyRetryAfter = "3" })
	if got := callAPI(t, u.server, u.token, salesCustomers); got.header.Get("Retry-After") != "3" {
		t.Errorf("headers %v", got.header)
	}
	u.open()
	if u.statuses[200] != 6 {
		t.Errorf("statuses %v", u.statuses)
	}
	if counts := u.server.Sessions(); counts.Busy != 2 || counts.PeakRequests != 6 || counts.LongestQueue != 5 {
		t.Errorf("%+v", counts)
	}
}

func TestOtherSessionsDoNotWait(t *testing.T) {
	u := holdSession(t)
	u.call(t, 3)
	u.server.ClearFaults()
	if got := callAPI(t, u.server, sampleToken(t, u.server), salesCustomers); got.status != 200 {
		t.Errorf("status %d", got.status)
	}
	u.open()
	if counts := u.server.Sessions(); counts.Opened != 2 || counts.LongestQueue != 2 {
		t.Errorf("%+v", counts)
	}
}

func TestLimitsAreSettings(t *testing.T) {
	for name, test := range map[string]struct {
		running, queue int
		counts         Sessions
		served         int
	}{
		"none":     {0, 0, Sessions{Opened: 1, Open: 1, PeakRequests: 9}, 9},
		"two, one": {2, 1, Sessions{Opened: 1, Open: 1, PeakRequests: 3, LongestQueue: 1, Busy: 6}, 3},
		"no queue": {1, 0, Sessions{Opened: 1, Open: 1, PeakRequests: 1, Busy: 8}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			u := holdSession(t)
			u.server.Configure(func(settings *Settings) {
				settings.SessionRequests, settings.SessionQueue = test.running, test.queue
			})
			u.call(t, 9)
			u.open()
			if counts := u.server.Sessions(); counts != test.counts || u.statuses[200] != test.served {
				t.Errorf("%+v, statuses %v", counts, u.statuses)
			}
		})
	}
}

func TestClientThatLeavesTheQueueMakesRoom(t *testing.T) {
	u := holdSession(t)
	u.call(t, 1)
	cancel := u.call(t, 5)
	cancel()
	for queueLength(u.server) > 0 { // until the server has noticed
		get(t, u.server, u.server.URL+"/tools/ver")
	}
	u.call(t, 5)
	u.open()
	if u.statuses[200] != 6 || u.statuses[-1] != 5 || u.server.Sessions().Busy != 0 {
		t.Errorf("statuses %v, %+v", u.statuses, u.server.Sessions())
	}
}

func TestClientThatLeavesWhileItRunsLetsTheNextOneRun(t *testing.T) {
	u := holdSession(t)
	cancel := u.call(t, 1)
	u.server.ClearFaults()
	u.call(t, 1) // waits for the first one only
	cancel()
	u.calls.Wait()
	if u.statuses[200] != 1 || u.statuses[-1] != 1 {
		t.Errorf("statuses %v", u.statuses)
	}
}

func queueLength(s *Server) (n int) {
	s.limiter.mu.Lock()
	defer s.limiter.mu.Unlock()
	for _, session := range s.limiter.open {
		n += len(session.queue)
	}
	return n
}

func TestCloseEndsTheQueue(t *testing.T) {
	u := holdSession(t)
	u.call(t, 6)
	u.server.Close()
	u.calls.Wait()
	if u.statuses[-1] != 6 {
		t.Errorf("statuses %v", u.statuses)
	}
}

func TestOneCallAfterTheOtherNeverWaits(t *testing.T) {
	s := newServer(t)
	token := sampleToken(t, s)
	for range 50 {
		if got := callAPI(t, s, token, salesCustomers+"?$top=1"); got.status != 200 {
			t.Fatalf("status %d", got.status)
		}
	}
	if counts := s.Sessions(); counts != (Sessions{Opened: 1, Open: 1, PeakRequests: 1}) {
		t.Errorf("%+v", counts)
	}
}

func TestRequestsPerMinute(t *testing.T) {
	s := newServer(t)
	now := at
	s.SetClock(func() time.Time { return now })
	s.Configure(func(settings *Settings) { settings.SessionRequestsPerMinute = 3 })
	token, other := sampleToken(t, s), sampleToken(t, s)
	for i, want := range []int{200, 200, 200, 429, 429} {
		if got := callAPI(t, s, token, salesCustomers); got.status != want {
			t.Errorf("request %d: status %d", i+1, got.status)
		}
	}
	if got := callAPI(t, s, other, salesCustomers); got.status != 200 {
		t.Errorf("another session: status %d", got.status)
	}
	now = at.Add(time.Minute)
	if got := callAPI(t, s, token, salesCustomers); got.status != 200 {
		t.Errorf("a minute later: status %d", got.status)
	}
}

func TestLicencesAreHeldUntilASessionEnds(t *testing.T) {
	s := newServer(t)
	now := at
	s.SetClock(func() time.Time { return now })
	s.Configure(func(settings *Settings) { settings.Licences, settings.TokenLifetime = 1, 8*time.Hour })
	first, second := sampleToken(t, s), sampleToken(t, s)
	if counts := s.Sessions(); counts.Opened != 0 {
		t.Errorf("tokens alone have opened sessions: %+v", counts)
	}
	status := func(token string) int { return callAPI(t, s, token, salesCustomers+"?$top=1").status }
	if status(first) != 200 {
		t.Error("the first token has no session")
	}
	got := callAPI(t, s, second, salesCustomers)
	if got.status != 503 || got.header.Get("Retry-After") != "60" || got.header.Get("Cache-Control") != "no-store" || !strings.Contains(got.body, licenceException) {
		t.Errorf("status %d, headers %v: %s", got.status, got.header, got.body)
	}
	now = now.Add(20*time.Minute - time.Second)
	if status(second) != 503 || status(first) != 200 {
		t.Error("the session has ended early, or did not last")
	}
	now = now.Add(20 * time.Minute)
	if s.Sessions().Open != 0 || status(second) != 200 || status(first) != 503 {
		t.Error("an idle session keeps its licence")
	}
	for range 4 { // in use all the time, for an hour
		now = now.Add(15 * time.Minute)
		status(second)
	}
	if counts := s.Sessions(); counts != (Sessions{Opened: 3, Open: 1, Refused: 3, PeakRequests: 1}) {
		t.Errorf("%+v", counts)
	}
}

func TestWhatIsNoCallOpensNoSession(t *testing.T) {
	s := newServer(t)
	token := sampleToken(t, s)
	callAPI(t, s, "", salesCustomers)
	callAPI(t, s, "abc", salesCustomers)
	s.Inject(DomainAPI, LicenceExhausted().Once())
	callAPI(t, s, token, salesCustomers)
	s.Inject(DomainAPI, HTML(502).Once())
	callAPI(t, s, token, salesCustomers)
	if counts := s.Sessions(); counts != (Sessions{}) {
		t.Errorf("%+v", counts)
	}
}

func TestLatencyHoldsTheTurn(t *testing.T) {
	s := newServer(t)
	token := sampleToken(t, s)
	s.SetLatency(time.Hour)
	ctx, cancel := context.WithCancel(t.Context())
	failed := make(chan error)
	for range 2 {
		request := apiRequest(t, s, token, http.MethodGet, salesCustomers, "").WithContext(ctx)
		go func() {
			_, err := do(t, s, request)
			failed <- err
		}()
	}
	if err := s.WaitForCount(t.Context(), DomainAPI, 2); err != nil {
		t.Fatal(err)
	}
	if counts := s.Sessions(); counts.LongestQueue != 1 || counts.PeakRequests != 2 {
		t.Errorf("%+v", counts)
	}
	cancel()
	if err := errors.Join(<-failed, <-failed); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
