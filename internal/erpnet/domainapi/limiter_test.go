// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package domainapi

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// Each call begins when it gets its slot and takes a second.
func TestLimiterGivesSlots(t *testing.T) {
	read, write := false, true
	for name, test := range map[string]struct {
		calls   []bool // whether each call runs alone, in the order of arrival
		result  Result
		seconds []int // when each call begins
	}{
		"the first call opens the session": {
			calls: []bool{read, read, read, read, read, read}, result: Result{Succeeded: true},
			seconds: []int{0, 1, 1, 1, 1, 2},
		},
		"a session that does not open": {calls: []bool{read, read, read}, seconds: []int{0, 1, 2}},
		"a write runs alone": {
			calls: []bool{read, read, write, read, read}, result: Result{Succeeded: true},
			seconds: []int{0, 1, 2, 3, 3},
		},
		"a slow server": {
			calls: []bool{read, read, read}, result: Result{Succeeded: true, Slow: true}, seconds: []int{0, 1, 2},
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var limiter Limiter
				begin, seconds := time.Now(), make([]int, len(test.calls))
				for i, alone := range test.calls {
					go func() {
						release, err := limiter.Acquire(context.Background(), "session", alone)
						wantError(t, err, "")
						seconds[i] = int(time.Since(begin) / time.Second)
						time.Sleep(time.Second)
						release(test.result)
					}()
					synctest.Wait()
				}
				time.Sleep(time.Minute)
				synctest.Wait()
				if !slices.Equal(seconds, test.seconds) {
					t.Errorf("begin at %v, want %v", seconds, test.seconds)
				}
			})
		})
	}
}

func TestCallerMayLeaveTheQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var limiter Limiter
		release, err := limiter.Acquire(context.Background(), "a", false)
		wantError(t, err, "")
		other, err := limiter.Acquire(context.Background(), "b", false)
		wantError(t, err, "")
		defer other(Result{})
		short, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_, err = limiter.Acquire(short, "a", true)
		wantError(t, err, context.DeadlineExceeded.Error())
		release(Result{Succeeded: true})
		_, err = limiter.Acquire(context.Background(), "a", true)
		wantError(t, err, "")
	})
}
