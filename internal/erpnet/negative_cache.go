// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnet

import (
	"sync"
	"sync/atomic"
	"time"
)

// rememberedFor is how long a failure is remembered: long enough for the objects of one plan, short enough for a person
// who corrects its cause.
const rememberedFor = 10 * time.Second

// writesMade counts the writes of this process, each of which may have put right what failed. It is not a part of a client,
// since the provider may write with one client what it asks for with another.
var writesMade atomic.Int64

// Wrote makes every client of this process forget what failed before.
func Wrote() { writesMade.Add(1) }

// NegativeCache remembers for ten seconds what failed, as DNS remembers a negative answer, so that a hundred objects of one
// plan do not try the same in vain. The zero value is ready. It is safe for concurrent use.
type NegativeCache struct {
	mu     sync.Mutex
	failed map[string]remembered
}

type remembered struct {
	err    *Error
	until  time.Time
	writes int64
}

// Remember remembers the failure of what key names.
func (f *NegativeCache) Remember(key string, err *Error, now time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.failed == nil {
		f.failed = map[string]remembered{}
	}
	f.failed[key] = remembered{err, now.Add(rememberedFor), writesMade.Load()}
}

// Recall returns the failure of what key names, marked as one that was reported before; nil if none is remembered.
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

// Again is the error as it is reported to those who come after the first.
func (e *Error) Again() *Error {
	again := *e
	again.Repeated = true
	return &again
}
