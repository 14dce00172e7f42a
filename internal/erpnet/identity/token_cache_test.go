// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package identity

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
)

// issuer is a transport that issues a different opaque token to each request, after a while.
type issuer struct {
	after    time.Duration
	lifetime int
	fail     bool

	mu       sync.Mutex
	requests int
}

func (s *issuer) RoundTrip(r *http.Request) (*http.Response, error) {
	s.mu.Lock()
	s.requests++
	n := s.requests
	s.mu.Unlock()
	select {
	case <-time.After(s.after):
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
	if s.fail {
		return status(400, `{"error":"invalid_client"}`)(r)
	}
	return status(200, grantOf(fmt.Sprintf("token-%d", n), edit{"expires_in": s.lifetime}))(r)
}

func serviceOf(s *issuer) *Service { return NewService(erpnet.NewClient(erpnet.Options{Transport: s})) }

func TestConcurrentCallersShareOneRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &issuer{after: time.Second, lifetime: 3600}
		cache := serviceOf(s)
		var group sync.WaitGroup
		for range 100 {
			group.Go(func() {
				token, err := cache.Token(context.Background(), request("read"))
				if err != nil || token.AccessToken.Reveal() != "token-1" {
					t.Errorf("got %v", err)
				}
			})
		}
		group.Wait()
		if s.requests != 1 {
			t.Errorf("%d requests", s.requests)
		}
	})
}

func TestOneCanceledCallerDoesNotFailTheOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &issuer{after: time.Minute / 4, lifetime: 3600}
		cache := serviceOf(s)
		first, cancel := context.WithCancel(context.Background())
		canceled := make(chan error)
		go func() {
			_, err := cache.Token(first, request("read"))
			canceled <- err
		}()
		synctest.Wait() // the first caller's request is under way
		begin := time.Now()
		second := make(chan error)
		go func() {
			_, err := cache.Token(context.Background(), request("read"))
			second <- err
		}()
		cancel()
		err := <-canceled
		expectKind(t, err, erpnet.Canceled)
		if !errors.Is(err, context.Canceled) || time.Since(begin) != 0 {
			t.Errorf("the canceled caller waited %s for %v", time.Since(begin), err)
		}
		if err := <-second; err != nil || s.requests != 1 {
			t.Errorf("the other caller got %v after %d requests", err, s.requests)
		}
	})
}

func TestDifferentRequestsGetDifferentTokens(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &issuer{lifetime: 3600}
		cache := serviceOf(s)
		read := request("")
		otherSecret, otherClient, otherInstance := read, read, read
		otherSecret.Credentials.Secret = erpnet.NewSecret("another")
		otherClient.Credentials.ClientID = "another"
		otherInstance.Instance.IdentityURL += "2"
		requests := []TokenRequest{read, otherSecret, otherClient, otherInstance, request("read")}
		for round := range 2 {
			for i, r := range requests {
				token, err := cache.Token(context.Background(), r)
				if want := fmt.Sprintf("token-%d", i+1); err != nil || token.AccessToken.Reveal() != want {
					t.Errorf("round %d, request %d: %v", round, i, err)
				}
			}
		}
	})
}

func TestRenewal(t *testing.T) {
	for name, test := range map[string]struct {
		lifetime    int
		fresh, late time.Duration
	}{
		"an hour: five minutes before": {3600, 55*time.Minute - time.Second, 55 * time.Minute},
		"ten minutes: at half":         {600, 5*time.Minute - time.Second, 5 * time.Minute},
		"a minute: at half":            {60, 29 * time.Second, 30 * time.Second},
		"a second: at half":            {1, 499 * time.Millisecond, 500 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			clock := noon
			cache := NewService(erpnet.NewClient(erpnet.Options{Transport: &issuer{lifetime: test.lifetime}, Now: func() time.Time { return clock }}))
			for _, step := range []struct {
				passed time.Duration
				want   string
			}{{0, "token-1"}, {test.fresh, "token-1"}, {test.late, "token-2"}} {
				clock = noon.Add(step.passed)
				token, err := cache.Token(context.Background(), request("read"))
				if err != nil || token.AccessToken.Reveal() != step.want {
					t.Errorf("after %s: not %s, %v", step.passed, step.want, err)
				}
			}
		})
	}
}

// A token that a gateway replays is renewed before its own end, whatever the answer says.
func TestReplayedTokenIsRenewedInTime(t *testing.T) {
	token, err := ask(request("read"), status(200, grantOf(usualClaims(edit{"iat": noon.Add(-50 * time.Minute).Unix(), "nbf": nil, "exp": noon.Add(10 * time.Minute).Unix()}), nil)))
	if err != nil || !token.renewAt.Equal(noon.Add(5*time.Minute)) {
		t.Errorf("renewed at %s, %v", token.renewAt, err)
	}
}

func TestFailuresAreNotCached(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &issuer{lifetime: 3600, fail: true}
		cache := serviceOf(s)
		_, err := cache.Token(context.Background(), request("read"))
		expectKind(t, err, InvalidClient)
		s.fail = false
		if _, err := cache.Token(context.Background(), request("read")); err != nil {
			t.Error(err)
		}
	})
}
