// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package domainapi

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

func TestLimiterGivesOneSlotToEachName(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var limiter Limiter
		begin := time.Now()
		release, err := limiter.Acquire(context.Background(), "a")
		wantError(t, err, "")
		time.AfterFunc(time.Minute, release)
		other, err := limiter.Acquire(context.Background(), "b")
		wantError(t, err, "")
		defer other()
		short, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_, err = limiter.Acquire(short, "a")
		wantError(t, err, context.DeadlineExceeded.Error())
		if waited := time.Since(begin); waited != time.Second {
			t.Errorf("gave up after %s", waited)
		}
		_, err = limiter.Acquire(context.Background(), "a")
		wantError(t, err, "")
		if waited := time.Since(begin); waited != time.Minute {
			t.Errorf("got the slot after %s", waited)
		}
	})
}
