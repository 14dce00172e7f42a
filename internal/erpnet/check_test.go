// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnet

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

// lab is an instance, a checker of one process, and the clock that both share.
type lab struct {
	*erpnettest.Server
	Checker
	instance Instance

	mu    sync.Mutex
	clock time.Time
}

func newLab(t *testing.T) *lab {
	t.Helper()
	l := &lab{Server: erpnettest.NewServer(), clock: noon}
	t.Cleanup(l.Close)
	l.SetClock(l.now)
	l.Checker = Checker{Client: NewClient(Options{Now: l.now}), Tokens: &TokenCache{}, Keys: &KeyCache{}, Gates: &Gates{}}
	l.instance = requestTo(t, l.URL).Instance
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

func (l *lab) check(scopes ...string) CheckReport {
	return l.Check(context.Background(), CheckRequest{
		Token: TokenRequest{
			Instance:    l.instance,
			Credentials: Credentials{erpnettest.SampleApplication().ApplicationUri, NewSecret(erpnettest.SampleSecret)},
			Scope:       JoinScopes(scopes),
		},
		ProbedEntity: "Crm_Sales_Customers",
	})
}

func expectFailed(t *testing.T, report CheckReport, names ...string) {
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
			l.pass(keyRefetchInterval)
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
				if !strings.Contains(failure.Failure.Remedy(), "they are "+apart(test.server).String()+" apart") {
					t.Errorf("does not say how far the clocks are apart: %s", failure.Failure.Remedy())
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
	if remedy := report.Failures()[0].Failure.Remedy(); !strings.Contains(remedy, "the clocks are 1h0m0s apart") {
		t.Error(remedy)
	}
}

func TestCanceledCheckFails(t *testing.T) {
	l := newLab(t)
	l.Inject(erpnettest.Any, erpnettest.Hang())
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	report := l.Check(ctx, CheckRequest{Token: requestTo(t, l.URL)})
	if len(report.Failures()) == 0 {
		t.Error("a canceled check passes")
	}
}

func TestCheckEntitySetName(t *testing.T) {
	for name, want := range map[string]string{
		"Crm_Sales_Customers": "",
		"":                    "empty",
		"A/B":                 "letters, digits and underscores",
		"A?$top=1":            "letters, digits and underscores",
		"../x":                "letters, digits and underscores",
	} {
		expectError(t, CheckEntitySet(name), want)
	}
}

func TestDomainErrorIsReadInBothShapes(t *testing.T) {
	for name, body := range map[string]string{
		"wrapped": `{"error":{"message":"No","code":8,"type":"T","info":"at Stack.Trace()"}}`,
		"bare":    `{"message":"No","code":8,"type":"T"}`,
	} {
		if got := readDomainError([]byte(body)); got != (domainError{"No", 8, "T"}) {
			t.Errorf("%s: %+v", name, got)
		}
	}
	for _, body := range []string{"", "<html>", `{"error":"x"}`, `[]`, `{"error":{"code":"x"}}`} {
		if got := readDomainError([]byte(body)); got.Message != "" {
			t.Errorf("%s: %+v", body, got)
		}
	}
}

func FuzzReadDomainError(f *testing.F) {
	f.Add([]byte(`{"error":{"message":"No","code":8,"type":"T"}}`))
	f.Add([]byte(`{"message":"No","code":1e3}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		e := apiFailure(&answer{status: 500, body: body}, "opaque-token-value")
		if e == nil || e.Kind == "" || strings.Contains(e.Happened, "opaque-token-value") {
			t.Errorf("%+v", e)
		}
	})
}

func FuzzAutoDiscovery(f *testing.F) {
	f.Add(`{"WebSites":[{"Type":"ID","Status":"Working","Url":"https://x.example/id","AdditionalProperties":null}]}`)
	f.Add(`{"Host":"h","DbName":null,"WebSites":[{"Type":"DomainAPI","Status":"Working","Url":"https://x.example/api","AdditionalProperties":{"ODataServiceRoot":"https://x.example/api/domain/odata/"}}]}`)
	f.Fuzz(func(t *testing.T, body string) {
		found := readAutoDiscovery([]byte(body), "https://demodb.my.erp.net")
		for _, url := range []string{found.IdentityURL(), strings.TrimSuffix(found.DomainAPIURL(), "/")} {
			if url == "" {
				continue
			}
			if again, err := ParseSiteURL(url); err != nil || again != url {
				t.Errorf("%q is taken, but is no site's URL: %v", url, err)
			}
		}
	})
}
