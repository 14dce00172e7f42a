// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package identity

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
)

// issuer is a transport that issues token-1, token-2, and so on, each after a delay.
type issuer struct {
	after    time.Duration
	lifetime time.Duration
	failing  bool
	requests atomic.Int32
}

func (s *issuer) RoundTrip(r *http.Request) (*http.Response, error) {
	body := grantOf(fmt.Sprintf("token-%d", s.requests.Add(1)), members{"expires_in": s.lifetime.Seconds()})
	select {
	case <-time.After(s.after):
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
	if s.failing {
		body = `{"error":"invalid_client"}`
	}
	return &http.Response{StatusCode: 200, Body: io.NopCloser(strings.NewReader(body))}, nil
}

func (s *issuer) service() *Service {
	return NewService(erpnet.NewClient(erpnet.Options{Transport: s}))
}

func TestConcurrentCallersShareOneRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &issuer{after: time.Second, lifetime: time.Hour}
		service := s.service()
		for range 100 {
			go func() {
				token, err := service.Token(context.Background(), requestFor("read"))
				if err != nil || token.AccessToken.Reveal() != "token-1" {
					t.Errorf("another token, or none: %v", err)
				}
			}()
		}
		time.Sleep(time.Second)
		synctest.Wait()
		// All callers get it rejected and also share the next token.
		old, _ := service.Token(context.Background(), requestFor("read"))
		for range 100 {
			go func() {
				token, err := service.Renew(context.Background(), requestFor("read"), old)
				if err != nil || token.AccessToken.Reveal() != "token-2" {
					t.Errorf("another token, or none, in place of the rejected one: %v", err)
				}
			}()
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
		// A caller that uses the old token later gets the same new token.
		token, err := service.Renew(context.Background(), requestFor("read"), old)
		if err != nil || token.AccessToken.Reveal() != "token-2" {
			t.Errorf("another token, or none, for who comes late: %v", err)
		}
		if n := s.requests.Load(); n != 2 {
			t.Errorf("%d requests", n)
		}
		if got := service.Client.Message("token-1, token-2"); strings.Contains(got, "token") {
			t.Errorf("a message shows a token that was issued: %s", got)
		}
	})
}

func TestOneCanceledCallerDoesNotFailTheOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &issuer{after: 15 * time.Second, lifetime: time.Hour}
		service, begin := s.service(), time.Now()
		first, cancel := context.WithCancel(context.Background())
		time.AfterFunc(time.Second, cancel)
		go func() {
			time.Sleep(time.Second / 2)
			_, err := service.Token(context.Background(), requestFor("read"))
			if err != nil || time.Since(begin) != s.after || s.requests.Load() != 1 {
				t.Errorf("the second caller waited %s: %v", time.Since(begin), err)
			}
		}()
		_, err := service.Token(first, requestFor("read"))
		wantKind(t, err, erpnet.Canceled)
		if !errors.Is(err, context.Canceled) || time.Since(begin) != time.Second {
			t.Errorf("the canceled caller waited %s: %v", time.Since(begin), err)
		}
		time.Sleep(time.Minute)
	})
}

func TestDifferentRequestsGetDifferentTokens(t *testing.T) {
	service := (&issuer{lifetime: time.Hour}).service()
	read := requestFor("read")
	requests := []TokenRequest{read, requestFor(""), read, read, read}
	requests[2].Credentials.Secret = erpnet.NewSecret("another")
	requests[3].Credentials.ClientID = "another"
	requests[4].Instance.IdentityURL += "2"
	for range 2 {
		for i, r := range requests {
			token, err := service.Token(context.Background(), r)
			if want := fmt.Sprintf("token-%d", i+1); err != nil || token.AccessToken.Reveal() != want {
				t.Errorf("not %s: %v", want, err)
			}
		}
	}
}

func TestTokensAreRenewedBeforeTheirEnd(t *testing.T) {
	for lifetime, renewed := range map[time.Duration]time.Duration{
		time.Hour:        55 * time.Minute, // five minutes before expiry
		10 * time.Minute: 5 * time.Minute,  // from here on, at half of the lifetime
		time.Minute:      30 * time.Second,
		time.Second:      time.Second / 2,
	} {
		synctest.Test(t, func(t *testing.T) {
			s := &issuer{lifetime: lifetime}
			service := s.service()
			for _, step := range []struct {
				wait time.Duration
				want int32
			}{{0, 1}, {renewed - time.Nanosecond, 1}, {time.Nanosecond, 2}} {
				time.Sleep(step.wait)
				_, err := service.Token(context.Background(), requestFor("read"))
				if got := s.requests.Load(); err != nil || got != step.want {
					t.Errorf("of %s: %d requests after %s: %v", lifetime, got, step.wait, err)
				}
			}
		})
	}
}

// A refusal that the same request would get again is remembered for ten seconds, and reported as new only once.
func TestRefusalIsRememberedForAWhile(t *testing.T) {
	s := &issuer{lifetime: time.Hour, failing: true}
	service := s.service()
	ask := func(scope string) *erpnet.Error {
		_, err := service.Token(context.Background(), requestFor(scope))
		return erpnet.AsError(err)
	}
	first, second, other := ask("read"), ask("read"), ask("update")
	if first.Repeated || !second.Repeated || !other.Repeated || s.requests.Load() != 1 {
		t.Errorf("%d requests", s.requests.Load())
	}
	_, err := service.TokenAnew(context.Background(), requestFor("read"))
	if failed := erpnet.AsError(err); failed.Repeated || s.requests.Load() != 2 {
		t.Errorf("asked anew, there are %d requests", s.requests.Load())
	}
	s.failing = false
	erpnet.Wrote()
	wantKind(t, erpnet.AsError(nil), "")
	_, err = service.Token(context.Background(), requestFor("read"))
	wantKind(t, err, "")
}
