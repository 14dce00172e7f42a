// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

import (
	"net/http"
	"slices"
	"sync"
)

// Fault makes an endpoint misbehave. The functions of this package that return
// a Fault define how, and its fields define when. To combine several kinds, see
// [Together].
type Fault struct {
	// Times is how many requests the fault strikes; 0 means until ClearFaults.
	Times int
	// Every makes the fault strike only every nth request that it sees; 0 and 1
	// mean every request.
	Every int
	// When, if set, selects the requests that the fault sees. Other requests
	// get the next fault in the queue.
	When func(Request) bool

	waits   []func(*exchange) error
	instead func(*exchange) response // replaces the endpoint's own work
	edits   []func(*exchange, *response)
	tokens  []func(*draft)
	deliver func(*exchange, http.ResponseWriter, response) // replaces the way a response travels

	spec *FaultSpec // the spec that it was made from; nil for a fault made by functions
}

// Once returns the fault for one request.
func (f Fault) Once() Fault { return f.For(1) }

// For returns the fault for n requests.
func (f Fault) For(n int) Fault {
	f.Times = n
	return f
}

// With adds a header to the fault's response, or replaces it. For example:
// Status(429).With("Retry-After", "1").
func (f Fault) With(header, value string) Fault {
	return f.edit(func(_ *exchange, r *response) { r.header.Set(header, value) })
}

func (f Fault) edit(change func(*exchange, *response)) Fault {
	f.edits = append(slices.Clip(f.edits), change)
	return f
}

// Together combines faults into one: it waits for each in turn, and makes every
// change to the token and the response. If several replace the response or the
// way it is sent, the last one wins. The Times, Every and When of the parts are
// ignored.
func Together(faults ...Fault) Fault {
	var all Fault
	for _, f := range faults {
		all.waits = slices.Concat(all.waits, f.waits)
		all.edits = slices.Concat(all.edits, f.edits)
		all.tokens = slices.Concat(all.tokens, f.tokens)
		if f.instead != nil {
			all.instead = f.instead
		}
		if f.deliver != nil {
			all.deliver = f.deliver
		}
	}
	return all
}

// faultQueues holds the faults of each endpoint, oldest first.
type faultQueues struct {
	mu     sync.Mutex
	queued map[Endpoint][]*queuedFault
}

type queuedFault struct {
	Fault
	seen, struck int
}

// Inject queues a fault at an endpoint. The fault takes effect once the faults
// before it have struck as often as their Times say. The queue of Any is for
// requests that no fault in the queue of their own endpoint selects. Inject
// panics if a token fault is queued anywhere but at Token, where it would have
// no effect.
func (s *Server) Inject(endpoint Endpoint, fault Fault) {
	if len(fault.tokens) > 0 && endpoint != Token {
		panic("erpnettest: a fault of the token itself belongs to the endpoint Token, not " + string(endpoint))
	}
	q := &s.faults
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.queued == nil {
		q.queued = map[Endpoint][]*queuedFault{}
	}
	q.queued[endpoint] = append(q.queued[endpoint], &queuedFault{Fault: fault})
}

// ClearFaults removes all faults. Requests that already hang continue to hang.
func (s *Server) ClearFaults() {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	s.faults.queued = nil
}

// next returns the fault for this request, or the zero value for none.
func (q *faultQueues) next(r Request) Fault {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, endpoint := range []Endpoint{r.Endpoint, Any} {
		for i, f := range q.queued[endpoint] {
			if f.When != nil && !f.When(r) {
				continue
			}
			f.seen++
			if f.Every > 1 && f.seen%f.Every != 0 {
				return Fault{}
			}
			f.struck++
			if f.struck == f.Times {
				q.queued[endpoint] = slices.Delete(q.queued[endpoint], i, i+1)
			}
			return f.Fault
		}
	}
	return Fault{}
}
