// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package domainapi

import (
	"context"
	"strings"
	"sync"
	"testing"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet/identity"
	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

// The limit of a session is never reached: one call that runs, and five that wait.
func TestCallsKeepWithinTheLimitsOfASession(t *testing.T) {
	l := newLab(t, erpnet.Options{})
	var calls sync.WaitGroup
	for range 50 {
		calls.Go(func() {
			_, failed := l.readOne()
			wantKind(t, failed, "")
		})
	}
	calls.Wait()
	if sessions := l.Sessions(); sessions.Opened != 1 || sessions.Refused != 0 || sessions.PeakRequests > 4 {
		t.Errorf("%+v", sessions)
	}
}

func TestCallerWhoStopsWaitingForTheSlotIsTold(t *testing.T) {
	l := newLab(t, erpnet.Options{})
	release, err := l.Limiter.Acquire(context.Background(), l.Tokens.session(), true)
	wantError(t, err, "")
	defer release(Result{})
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, failed := l.Read(ctx, Query{EntitySet: customers})
	wantKind(t, failed, erpnet.Canceled)
	wantKind(t, l.Probe(ctx, customers, &identity.Token{}), erpnet.Canceled)
	if l.Count(erpnettest.Any) != 0 {
		t.Error("a request was sent")
	}
}

// A token that the API rejects is renewed once. A reference token cannot be renewed.
func TestRejectedTokenIsRenewedOnce(t *testing.T) {
	for name, test := range map[string]struct {
		rejections    int // in a row; 0 for all
		reference     bool
		calls, tokens int
		want          erpnet.Kind
	}{
		"once":            {rejections: 1, calls: 2, tokens: 2},
		"always":          {calls: 2, tokens: 2, want: TokenRejected},
		"reference token": {rejections: 1, reference: true, calls: 1, want: TokenRejected},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLab(t, erpnet.Options{MaxRetries: 4})
			if test.reference {
				l.addReferenceToken(t)
			}
			l.Inject(erpnettest.DomainAPI, erpnettest.Status(401).For(test.rejections))
			_, failed := l.readOne()
			wantKind(t, failed, test.want)
			if calls, tokens := l.Count(erpnettest.DomainAPI), l.Count(erpnettest.Token); calls != test.calls ||
				tokens != test.tokens {
				t.Errorf("%d calls, %d token requests", calls, tokens)
			}
		})
	}
}

func TestReferenceTokenIsTakenUntilItIsRevoked(t *testing.T) {
	l := newLab(t, erpnet.Options{})
	value := l.addReferenceToken(t)
	_, failed := l.readOne()
	wantKind(t, failed, "")
	l.RevokeReferenceToken(value)
	_, failed = l.readOne()
	wantKind(t, failed, TokenRejected)
	if strings.Contains(failed.Error(), value) {
		t.Error("the error holds the token")
	}
}

// A web page does not tell whether the write was carried out. The API's own error does, whatever the status.
func TestWriteIsDoneOnlyIfTheAPISaysSo(t *testing.T) {
	const refusal = `{"error":{"message":"Cannot delete: in use"}}`
	for name, test := range map[string]struct {
		fault     erpnettest.Fault
		want      erpnet.Kind
		mayBeDone bool
	}{
		"without content": {fault: erpnettest.Status(204)},
		"empty":           {fault: erpnettest.EmptyBody()},
		"record":          {fault: erpnettest.Response(200, "application/json", `{"Id":"x"}`)},
		"web page":        {fault: erpnettest.HTML(200), want: NotDomainAPI, mayBeDone: true},
		"error":           {fault: erpnettest.Response(200, "application/json", refusal), want: Failed},
	} {
		for _, method := range []string{"POST", "PATCH", "DELETE"} {
			t.Run(name+", "+method, func(t *testing.T) {
				l := newLab(t, erpnet.Options{})
				l.Inject(erpnettest.DomainAPI, test.fault)
				_, failed := l.Write(context.Background(), method, l.Root+customers, "{}")
				wantKind(t, failed, test.want)
				if failed != nil && failed.MayBeDone != test.mayBeDone {
					t.Errorf("that it may be done: %t", failed.MayBeDone)
				}
			})
		}
	}
}

// Each call may take a licence, so the probe is a single call, whatever the response.
func TestProbeIsOneCall(t *testing.T) {
	const token = "a-reference-token-0123"
	for name, test := range map[string]struct {
		fault erpnettest.Fault
		want  erpnet.Kind
	}{
		"rejected":         {fault: erpnettest.Status(401), want: TokenRejected},
		"too many":         {fault: erpnettest.Status(429), want: RateLimited},
		"no licence":       {fault: erpnettest.LicenceExhausted(), want: NoLicence},
		"a portal":         {fault: erpnettest.HTML(200), want: NotDomainAPI},
		"no list":          {fault: erpnettest.Response(200, "application/json", "{}"), want: NotDomainAPI},
		"token comes back": {fault: erpnettest.DomainError(500, 0, "X", "Bearer "+token), want: Failed},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLab(t, erpnet.Options{MaxRetries: 4})
			l.Inject(erpnettest.DomainAPI, test.fault)
			failed := l.Probe(context.Background(), customers, &identity.Token{AccessToken: erpnet.NewSecret(token)})
			wantKind(t, failed, test.want)
			if strings.Contains(failed.Error(), token) || failed.URL != l.Root+customers {
				t.Errorf("got %s", failed)
			}
			if requests := l.Requests(); len(requests) != 1 || requests[0].RawQuery != "$select=Id&$top=1" {
				t.Errorf("%d requests, or another query", len(requests))
			}
		})
	}
}
