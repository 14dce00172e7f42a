// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package inspect

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet/domainapi"
	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet/identity"
	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// lab is an instance, a session with it, and the clock that both share.
type lab struct {
	*erpnettest.Server
	service  *identity.Service
	instance erpnet.Instance
	limiter  domainapi.Limiter

	mu    sync.Mutex
	clock time.Time
}

func newLab(t *testing.T) *lab {
	t.Helper()
	l := &lab{Server: erpnettest.NewServer(), clock: noon}
	t.Cleanup(l.Close)
	l.SetClock(l.now)
	l.service = identity.NewService(erpnet.NewClient(erpnet.Options{Now: l.now}))
	instance, err := erpnet.ParseInstance(l.URL)
	if err != nil {
		t.Fatal(err)
	}
	l.instance = instance
	return l
}

func (l *lab) now() time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.clock
}

func (l *lab) pass(d time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.clock = l.clock.Add(d)
}

func (l *lab) api(scopes ...string) domainapi.API {
	return domainapi.API{
		Root: l.instance.DomainAPIURL, Limiter: &l.limiter,
		Tokens: domainapi.TokenSource{Service: l.service, Request: identity.TokenRequest{
			Instance: l.instance,
			Credentials: identity.Credentials{
				ClientID: erpnettest.SampleApplication().ApplicationUri, Secret: erpnet.NewSecret(erpnettest.SampleSecret),
			}, Scope: identity.JoinScopes(scopes),
		}},
	}
}

func (l *lab) check(scopes ...string) Report {
	return Check(context.Background(), CheckRequest{API: l.api(scopes...)})
}

func expectFailed(t *testing.T, report Report, names ...string) {
	t.Helper()
	var failed []string
	for _, failure := range report.Failures() {
		failed = append(failed, failure.Name)
	}
	if !slices.Equal(failed, names) {
		t.Errorf("failed are %q, want %q", failed, names)
	}
}

func TestKeysRotatedBetweenTwoChecks(t *testing.T) {
	l := newLab(t)
	expectFailed(t, l.check("read"))
	l.RotateKey()
	l.pass(time.Second)
	expectFailed(t, l.check("update"))
	if n := l.Count(erpnettest.JWKS); n != 2 {
		t.Errorf("the keys were fetched %d times, want once and once more", n)
	}
	expectFailed(t, l.check("update"))
	expectFailed(t, l.check("read")) // signed by the old key, which is still published
	if n, tokens := l.Count(erpnettest.JWKS), l.Count(erpnettest.Token); n != 2 || tokens != 2 {
		t.Errorf("keys were fetched %d times, tokens requested %d times", n, tokens)
	}
}

func TestCachedTokenOfAWithdrawnKeyIsRenewedOnce(t *testing.T) {
	l := newLab(t)
	old := l.SigningKeyID()
	expectFailed(t, l.check("read"))
	l.RotateKey()
	l.WithdrawKey(old)
	l.pass(time.Second)
	expectFailed(t, l.check("update")) // fetches the keys again
	l.pass(time.Second)
	report := l.check("read") // its token is of the old key
	expectFailed(t, report)
	if n := l.Count(erpnettest.Token); n != 3 {
		t.Errorf("%d token requests, want one more than the two scopes", n)
	}
	if report.Token.Claims.KeyID != l.SigningKeyID() {
		t.Error("the report is about the old token")
	}
}

func TestUnknownKeyIsLookedForOnceAMinute(t *testing.T) {
	l := newLab(t)
	expectFailed(t, l.check("read"))
	l.Inject(erpnettest.Token, erpnettest.UnknownKey())
	for i, want := range []int{2, 2, 2, 3} {
		if i == 3 {
			l.pass(time.Minute)
		}
		expectFailed(t, l.check("update"), "key")
		if n := l.Count(erpnettest.JWKS); n != want {
			t.Errorf("check %d: the keys were fetched %d times, want %d", i, n, want)
		}
	}
}

func TestSeveralKeysInTheJWKS(t *testing.T) {
	l := newLab(t)
	l.RotateKey()
	l.RotateKey()
	if len(l.KeyIDs()) != 3 {
		t.Fatal("not three keys")
	}
	expectFailed(t, l.check())
}

func TestClockTolerance(t *testing.T) {
	for name, test := range map[string]struct {
		server time.Duration // the server's clock against ours
		failed []string
	}{
		"a minute ahead":         {time.Minute, nil},
		"more than a minute":     {61 * time.Second, []string{"not_before"}},
		"nearly an hour behind":  {-time.Hour - 59*time.Second, nil},
		"more than that":         {-time.Hour - 62*time.Second, []string{"expiry"}},
		"the same, half an hour": {-30 * time.Minute, nil},
		"days behind":            {-72 * time.Hour, []string{"expiry"}},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLab(t)
			l.SetClock(func() time.Time { return l.now().Add(test.server) })
			report := l.check()
			expectFailed(t, report, test.failed...)
			for _, failure := range report.Failures() {
				if !strings.Contains(failure.Failure.Evidence, "they are "+test.server.Abs().Round(10*time.Second).String()+" apart") {
					t.Errorf("does not say how far the clocks are apart: %s", failure.Failure.Evidence)
				}
			}
		})
	}
}

// Without a Date, the token's own times tell how far the clocks are apart.
func TestClocksAreComparedByTheTokenToo(t *testing.T) {
	l := newLab(t)
	l.Inject(erpnettest.Token, erpnettest.NotYetValid())
	report := l.check()
	expectFailed(t, report, "not_before")
	if remedy := report.Failures()[0].Failure.Evidence; !strings.Contains(remedy, "the clocks are 1h0m0s apart") {
		t.Error(remedy)
	}
}

func TestCanceledCheckFails(t *testing.T) {
	l := newLab(t)
	l.Inject(erpnettest.Any, erpnettest.Hang())
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	report := Check(ctx, CheckRequest{API: l.api()})
	if len(report.Failures()) == 0 {
		t.Error("a canceled check passes")
	}
}
