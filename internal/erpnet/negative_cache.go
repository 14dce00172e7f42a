// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnet

import (
	"sync"
	"sync/atomic"
	"time"
)

// rememberedFor is how long a failure is remembered: long enough for the objects of one plan, and short enough for a
// person who fixes the cause.
const rememberedFor = 10 * time.Second

// writesMade counts the writes of this process, because each write may have fixed a remembered failure. It is not part
// of a client, because the provider may write with one client and read with another.
var writesMade atomic.Int64

// Wrote makes every client of this process forget earlier failures.
func Wrote() { writesMade.Add(1) }

// NegativeCache remembers failures for ten seconds, as DNS caches negative answers, so the many objects of one plan
// don't repeat the same failed request. The zero value is ready to use. It is safe for concurrent use.
type NegativeCache struct {
	mu     sync.Mutex
	failed map[string]remembered
}

type remembered struct {
	err    *Error
	until  time.Time
	writes int64
}

// Remember stores the failure under a key.
func (f *NegativeCache) Remember(key string, err *Error, now time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.failed == nil {
		f.failed = map[string]remembered{}
	}
	f.failed[key] = remembered{err, now.Add(rememberedFor), writesMade.Load()}
}

// Recall returns the failure stored under a key, marked as repeated, or nil if none is remembered.
func (f *NegativeCache) Recall(key string, now time.Time) *Error {
	f.mu.Lock()
	defer f.mu.Unlock()
	found, ok := f.failed[key]
	if !ok {
		return nil
	}
	if !now.Before(found.until) || found.writes != writesMade.Load() {
		delete(f.failed, key)
		return nil
	}
	return found.err.Again()
}

// Again returns a copy of the error that is marked as repeated, for every caller but the first.
func (e *Error) Again() *Error {
	again := *e
	again.Repeated = true
	return &again
}
