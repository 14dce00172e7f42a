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
	"sync"
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
	changes := members{"expires_in": s.lifetime.Seconds(), "scope": nil}
	body := grantOf(fmt.Sprintf("token-%d", s.requests.Add(1)), changes)
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

// Any failure is remembered, because the many objects of one plan would get it again.
func TestFailureOfAnyKindIsRememberedForAWhile(t *testing.T) {
	grant := func(claims members) response { return response{status: 200, body: grantOf(tokenWith(claims), nil)} }
	for name, test := range map[string]struct {
		sent     response
		want     erpnet.Kind
		perScope bool // a request for another scope is sent
	}{
		"firewall":       {sent: response{status: 403, body: "<html>"}, want: erpnet.GatewayRefused},
		"redirect":       {sent: response{status: 302}, want: erpnet.Redirected},
		"server error":   {sent: response{status: 500}, want: erpnet.ServerFailed},
		"down":           {sent: response{status: 503}, want: erpnet.Unavailable},
		"no token":       {sent: response{status: 200, body: `{}`}, want: NoToken},
		"foreign issuer": {sent: grant(members{"iss": "https://x.example/id"}), want: ForeignIssuer},
		"expired token":  {sent: grant(members{"exp": 1}), want: ExpiredToken},
		"odd token":      {sent: grant(members{"exp": "soon"}), want: MalformedToken},
		"no scope":       {sent: grant(members{"scope": "own"}), want: MissingScopes, perScope: true},
		"refused scope": {
			sent: response{status: 400, body: `{"error":"invalid_scope"}`}, want: InvalidScope, perScope: true,
		},
		"no response": {want: erpnet.ConnectionLost},
	} {
		now, requests := noon, 0
		options := erpnet.Options{Now: func() time.Time { return now }}
		options.Transport = transport(func(r *http.Request) (*http.Response, error) {
			if strings.HasSuffix(r.URL.Path, "/connect/token") {
				requests++
			}
			if test.sent.status == 0 {
				return nil, io.EOF
			}
			return server{"/connect/token": test.sent}.RoundTrip(r)
		})
		service := NewService(erpnet.NewClient(options))
		ask := func(scope string, repeated bool, want int) {
			t.Helper()
			_, err := service.Token(context.Background(), requestFor(scope))
			wantKind(t, err, test.want)
			if failed := erpnet.AsError(err); failed.Repeated != repeated || requests != want {
				t.Errorf("%s: repeated is %t after %d requests, want %d", name, failed.Repeated, requests, want)
			}
		}
		ask("read", false, 1)
		ask("read", true, 1)
		if test.perScope {
			ask("update", false, 2)
			continue
		}
		ask("update", true, 1)
		now = now.Add(10 * time.Second)
		ask("update", false, 2)
	}
}

// Callers with the same credentials and different scopes first find out with one request whether the credentials are
// right.
func TestFirstRequestWithCredentialsGoesAlone(t *testing.T) {
	for name, test := range map[string]struct {
		failing  bool
		requests int32
		after    time.Duration
	}{
		"right secret": {requests: 10, after: 2 * time.Second},
		"wrong secret": {failing: true, requests: 1, after: time.Second},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := &issuer{after: time.Second, lifetime: time.Hour, failing: test.failing}
			service, begin := s.service(), time.Now()
			var told atomic.Int32
			var wait sync.WaitGroup
			for i := range 10 {
				wait.Go(func() {
					_, err := service.Token(context.Background(), requestFor(fmt.Sprintf("s%d", i)))
					if failed := erpnet.AsError(err); (failed != nil) != test.failing {
						t.Errorf("%s: %v", name, err)
					} else if failed != nil && !failed.Repeated {
						told.Add(1)
					}
				})
			}
			wait.Wait()
			if n := s.requests.Load(); n != test.requests || time.Since(begin) != test.after {
				t.Errorf("%s: %d requests in %s", name, n, time.Since(begin))
			}
			if test.failing && told.Load() != 1 {
				t.Errorf("%s: told in full %d times", name, told.Load())
			}
		})
	}
}
