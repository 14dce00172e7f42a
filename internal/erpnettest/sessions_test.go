// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// heldSession has Domain API calls in progress that get no response until open
// is called.
type heldSession struct {
	*testInstance
	held     chan struct{}
	calls    sync.WaitGroup
	mu       sync.Mutex
	statuses map[int]int // -1 means no response
	started  int
}

func holdSession(t *testing.T, configure ...func(*Settings)) *heldSession {
	t.Helper()
	h := &heldSession{
		testInstance: newInstance(t, configure...), held: make(chan struct{}), statuses: map[int]int{},
	}
	h.Inject(DomainAPI, Blocked(h.held))
	return h
}

// begin starts n calls, and returns once each of them runs, waits for its slot
// or has been refused. The client of the calls goes away on cancel, or at the
// end of the test.
func (h *heldSession) begin(n int) (cancel func()) {
	h.t.Helper()
	ctx, cancel := context.WithCancel(h.t.Context())
	h.t.Cleanup(cancel)
	for range n {
		request := h.apiRequest(http.MethodGet, salesCustomers+"?$top=1", "").WithContext(ctx)
		h.calls.Go(func() {
			got, err := h.try(request)
			if err != nil {
				got.status = -1
			}
			h.mu.Lock()
			defer h.mu.Unlock()
			h.statuses[got.status]++
		})
	}
	h.started += n
	if err := h.WaitForCount(ctx, DomainAPI, h.started); err != nil {
		h.t.Fatal(err)
	}
	return cancel
}

func (h *heldSession) open() {
	close(h.held)
	h.calls.Wait()
}

func TestOneRunsFiveWaitAndTheNextIsRefused(t *testing.T) {
	h := holdSession(t)
	h.begin(6)
	if counts := h.Sessions(); counts != (Sessions{Opened: 1, Open: 1, PeakRequests: 6, LongestQueue: 5}) {
		t.Errorf("%+v", counts)
	}
	for _, retryAfter := range []string{"", "3"} {
		h.Configure(func(s *Settings) { s.BusyRetryAfter = retryAfter })
		got := h.read(salesCustomers) // immediately, while the others are held
		if got.expect(t, http.StatusTooManyRequests, ""); got.body != "" ||
			got.header.Get("Retry-After") != retryAfter {
			t.Errorf("body %q, headers %v", got.body, got.header)
		}
	}
	h.ClearFaults()
	h.readWith(h.newToken()).expect(t, http.StatusOK, "") // another session doesn't wait
	h.open()
	counts := h.Sessions()
	if counts != (Sessions{Opened: 2, Open: 2, PeakRequests: 6, LongestQueue: 5, Busy: 2}) || h.statuses[200] != 6 {
		t.Errorf("%+v, statuses %v", counts, h.statuses)
	}
}

func TestSessionLimitsAreSettings(t *testing.T) {
	tests := []struct {
		name           string
		running, queue int
		counts         Sessions
		served         int
	}{
		{name: "no limit", counts: Sessions{Opened: 1, Open: 1, PeakRequests: 9}, served: 9},
		{
			name: "two run, one waits", running: 2, queue: 1, served: 3,
			counts: Sessions{Opened: 1, Open: 1, PeakRequests: 3, LongestQueue: 1, Busy: 6},
		},
		{name: "no queue", running: 1, counts: Sessions{Opened: 1, Open: 1, PeakRequests: 1, Busy: 8}, served: 1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			h := holdSession(t, func(s *Settings) { s.SessionRequests, s.SessionQueue = test.running, test.queue })
			h.begin(9)
			h.open()
			if counts := h.Sessions(); counts != test.counts || h.statuses[200] != test.served {
				t.Errorf("%+v, statuses %v", counts, h.statuses)
			}
		})
	}
}

func TestClientThatLeavesTheQueueMakesRoom(t *testing.T) {
	h := holdSession(t)
	h.begin(1)
	h.begin(5)()
	for h.StatusReport().Sessions.Open[0].Waiting > 0 { // until the server has noticed
		h.get(h.URL + "/tools/ver")
	}
	h.begin(5)
	h.open()
	if h.statuses[200] != 6 || h.statuses[-1] != 5 || h.Sessions().Busy != 0 {
		t.Errorf("statuses %v, %+v", h.statuses, h.Sessions())
	}
}

func TestClientThatLeavesWhileItRunsLetsTheNextOneRun(t *testing.T) {
	h := holdSession(t)
	cancel := h.begin(1)
	h.ClearFaults()
	h.begin(1) // waits only for the first one
	cancel()
	h.calls.Wait()
	if h.statuses[200] != 1 || h.statuses[-1] != 1 {
		t.Errorf("statuses %v", h.statuses)
	}
}

func TestCloseEndsTheQueue(t *testing.T) {
	h := holdSession(t)
	h.begin(6)
	h.Close()
	h.calls.Wait()
	if h.statuses[-1] != 6 {
		t.Errorf("statuses %v", h.statuses)
	}
}

func TestLatencyHoldsTheSlot(t *testing.T) {
	h := holdSession(t)
	h.apiRequest(http.MethodGet, "", "") // gets its token without latency
	h.SetLatency(time.Hour)
	cancel := h.begin(2)
	if counts := h.Sessions(); counts.LongestQueue != 1 || counts.PeakRequests != 2 {
		t.Errorf("%+v", counts)
	}
	cancel()
	h.calls.Wait()
}

func TestOneCallAfterTheOtherNeverWaits(t *testing.T) {
	i := newInstance(t)
	for range 50 {
		i.read(salesCustomers+"?$top=1").expect(t, http.StatusOK, "")
	}
	if counts := i.Sessions(); counts != (Sessions{Opened: 1, Open: 1, PeakRequests: 1}) {
		t.Errorf("%+v", counts)
	}
}

func TestRequestsPerMinute(t *testing.T) {
	i := newInstance(t, func(s *Settings) { s.SessionRequestsPerMinute = 3 })
	i.freeze(0)
	for _, want := range []int{200, 200, 200, 429, 429} {
		i.read(salesCustomers).expect(t, want, "")
	}
	i.readWith(i.newToken()).expect(t, 200, "") // another session
	i.freeze(time.Minute)
	i.read(salesCustomers).expect(t, 200, "")
}

func TestLicencesAreHeldUntilASessionEnds(t *testing.T) {
	i := newInstance(t, func(s *Settings) { s.Licences, s.TokenLifetime = 1, 8*time.Hour })
	i.freeze(0)
	first, second := i.newToken(), i.newToken()
	if counts := i.Sessions(); counts.Opened != 0 {
		t.Errorf("tokens alone have opened sessions: %+v", counts)
	}
	steps := []struct {
		after         time.Duration
		token         string
		status, opens int // opens counts all sessions opened
	}{
		{after: 0, token: first, status: 200, opens: 1},
		{after: 0, token: second, status: 503, opens: 1},
		{after: 20*time.Minute - time.Second, token: second, status: 503, opens: 1},
		{after: 20*time.Minute - time.Second, token: first, status: 200, opens: 1},
		{after: 40*time.Minute - time.Second, token: second, status: 200, opens: 2}, // the idle one has ended
		{after: 40*time.Minute - time.Second, token: first, status: 503, opens: 2},
		{after: 55 * time.Minute, token: second, status: 200, opens: 2},
		{after: 70 * time.Minute, token: second, status: 200, opens: 2},
		{after: 85 * time.Minute, token: second, status: 200, opens: 2},
		{after: 100 * time.Minute, token: second, status: 200, opens: 3}, // in constant use, but ended after an hour
	}
	for _, step := range steps {
		i.freeze(step.after)
		got := i.readWith(step.token)
		got.expect(t, step.status, "")
		header := got.header.Get("Retry-After") + " " + got.header.Get("Cache-Control")
		if step.status == 503 && (header != "60 no-store" || !strings.Contains(got.body, licenceException)) {
			t.Errorf("headers %v: %s", got.header, got.body)
		}
		if counts := i.Sessions(); counts.Opened != step.opens || counts.Open != 1 {
			t.Errorf("after %s: %+v", step.after, counts)
		}
	}
	if counts := i.Sessions(); counts.Refused != 3 || counts.PeakRequests != 1 {
		t.Errorf("%+v", counts)
	}
}

func TestWhatIsNoCallOpensNoSession(t *testing.T) {
	i := newInstance(t)
	i.readWith("abc").expect(t, 401, "")
	i.Inject(DomainAPI, LicenceExhausted().Once())
	i.read(salesCustomers).expect(t, 503, "")
	i.Inject(DomainAPI, HTML(502).Once())
	i.read(salesCustomers).expect(t, 502, "")
	if counts := i.Sessions(); counts != (Sessions{}) {
		t.Errorf("%+v", counts)
	}
}
