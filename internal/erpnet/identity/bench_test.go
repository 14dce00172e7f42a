// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package identity

import (
	"context"
	"fmt"
	"runtime"
	"testing"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

// The hot pieces: what an object pays when the token is there already.

func BenchmarkCachedToken(b *testing.B) {
	for _, goroutines := range []int{1, 64} {
		b.Run(fmt.Sprintf("goroutines=%d", goroutines), func(b *testing.B) {
			cache, r := warmCache(b)
			b.SetParallelism(max(1, goroutines/runtime.GOMAXPROCS(0)))
			b.ReportAllocs()
			if goroutines == 1 {
				for b.Loop() {
					_, _ = cache.Token(context.Background(), r)
				}
				return
			}
			b.RunParallel(func(p *testing.PB) {
				for p.Next() {
					_, _ = cache.Token(context.Background(), r)
				}
			})
		})
	}
}

func TestCachedTokenAllocatesNothing(t *testing.T) {
	cache, r := warmCache(t)
	if allocated := testing.AllocsPerRun(100, func() { _, _ = cache.Token(context.Background(), r) }); allocated != 0 {
		t.Errorf("%v allocations", allocated)
	}
}

func warmCache(t testing.TB) (*Service, TokenRequest) {
	t.Helper()
	cache, r := serviceOf(&issuer{lifetime: 3600}), request("read")
	r.Credentials.Secret = erpnet.NewSecret("a secret of the usual length, 48 characters, ...")
	if _, err := cache.Token(context.Background(), r); err != nil {
		t.Fatal(err)
	}
	return cache, r
}

func BenchmarkDecodeClaims(b *testing.B) {
	token := usualClaims(nil)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := DecodeClaims(token); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkVerifySignature verifies a token with the keys at hand.
func BenchmarkVerifySignature(b *testing.B) {
	server := erpnettest.NewServer()
	defer server.Close()
	instance, err := erpnet.ParseInstance(server.URL)
	if err != nil {
		b.Fatal(err)
	}
	service := NewService(erpnet.NewClient(erpnet.Options{}))
	r := TokenRequest{Instance: instance, Credentials: Credentials{erpnettest.SampleApplication().ApplicationUri, erpnet.NewSecret(erpnettest.SampleSecret)}}
	token, err := service.RequestToken(context.Background(), r)
	if err != nil {
		b.Fatal(err)
	}
	published := service.Published(context.Background(), instance)
	v := Verification{Service: service, Request: r, Token: token, Published: published}
	b.ReportAllocs()
	for b.Loop() {
		results, _ := v.Signature(context.Background())
		if results[len(results)-1].Status != Passed {
			b.Fatal("not verified")
		}
	}
}
