// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package identity

import (
	"context"
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
)

// The cost for an object if the token is already cached.

func BenchmarkCachedToken(b *testing.B) {
	for _, goroutines := range []int{1, 64} {
		b.Run(fmt.Sprintf("goroutines=%d", goroutines), func(b *testing.B) {
			ask := cachedToken(b)
			b.SetParallelism(max(1, goroutines/runtime.GOMAXPROCS(0)))
			b.ReportAllocs()
			if goroutines == 1 {
				for b.Loop() {
					ask()
				}
				return
			}
			b.RunParallel(func(p *testing.PB) {
				for p.Next() {
					ask()
				}
			})
		})
	}
}

func TestCachedTokenAllocatesNothing(t *testing.T) {
	if allocated := testing.AllocsPerRun(100, cachedToken(t)); allocated != 0 {
		t.Errorf("%v allocations", allocated)
	}
}

// cachedToken returns a function that takes a token from the cache.
func cachedToken(t testing.TB) func() {
	t.Helper()
	service, r := (&issuer{lifetime: time.Hour}).service(), requestFor("read")
	r.Credentials.Secret = erpnet.NewSecret("a secret of the usual length, 48 characters, ...")
	_, err := service.Token(context.Background(), r)
	wantError(t, err, "")
	return func() { _, _ = service.Token(context.Background(), r) }
}

func BenchmarkDecodeClaims(b *testing.B) {
	token := tokenWith(nil)
	b.ReportAllocs()
	for b.Loop() {
		_, err := DecodeClaims(token)
		wantError(b, err, "")
	}
}

// BenchmarkVerifySignature verifies a token with keys that are already known.
func BenchmarkVerifySignature(b *testing.B) {
	l := newLab(b)
	token, err := l.service.RequestToken(context.Background(), l.request)
	wantError(b, err, "")
	published := l.service.Published(context.Background(), l.request.Instance)
	v := Verification{Service: l.service, Request: l.request, Token: token, Published: published}
	b.ReportAllocs()
	for b.Loop() {
		if findings, _ := v.Signature(context.Background()); findings[len(findings)-1].Status != Passed {
			b.Fatal("not verified")
		}
	}
}
