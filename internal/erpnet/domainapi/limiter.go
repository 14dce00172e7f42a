// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package domainapi

import (
	"context"
	"sync"
)

// Limiter lets one call at a time run for each name: a session may have one running and five waiting (protocol section
// 5.1). The zero value is ready. It is safe for concurrent use.
type Limiter struct {
	mu    sync.Mutex
	slots map[string]chan struct{}
}

// Acquire waits for the slot of a name, and returns the function that gives it back.
func (l *Limiter) Acquire(ctx context.Context, name string) (release func(), err error) {
	slot := l.slot(name)
	select {
	case slot <- struct{}{}:
		return func() { <-slot }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (l *Limiter) slot(name string) chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.slots == nil {
		l.slots = map[string]chan struct{}{}
	}
	if l.slots[name] == nil {
		l.slots[name] = make(chan struct{}, 1)
	}
	return l.slots[name]
}
