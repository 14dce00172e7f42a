// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

import (
	"errors"
	"time"
)

// errGone ends an exchange whose client has left or whose server is closing.
var errGone = errors.New("nobody waits for this answer")

// wait lets pass what comes before the answer: the requests before this one,
// the latency and the fault's own time. A session that turns the request away
// does that at once; only the latency of the way remains.
func (x *exchange) wait() error {
	if x.turn != nil {
		if err := waitFor(x, x.turn.granted); err != nil {
			return err
		}
	}
	if err := x.pause(x.latency); err != nil {
		return err
	}
	turnedAway := x.refusal != nil && x.caller.token != ""
	if x.fault.wait == nil || turnedAway {
		return nil
	}
	return x.fault.wait(x)
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
