// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnet

import (
	"context"
	"fmt"
	"runtime"
	"testing"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

// The hot pieces: what an object pays when the token is there already.

func BenchmarkCachedToken(b *testing.B) {
	for _, goroutines := range []int{1, 64} {
		b.Run(fmt.Sprintf("goroutines=%d", goroutines), func(b *testing.B) {
			cache, client, r := warmCache(b)
			b.SetParallelism(max(1, goroutines/runtime.GOMAXPROCS(0)))
			b.ReportAllocs()
			if goroutines == 1 {
				for b.Loop() {
					_, _ = cache.Token(context.Background(), client, r)
				}
				return
			}
			b.RunParallel(func(p *testing.PB) {
				for p.Next() {
					_, _ = cache.Token(context.Background(), client, r)
				}
			})
		})
	}
}

func TestCachedTokenAllocatesNothing(t *testing.T) {
	cache, client, r := warmCache(t)
	if allocated := testing.AllocsPerRun(100, func() { _, _ = cache.Token(context.Background(), client, r) }); allocated != 0 {
		t.Errorf("%v allocations", allocated)
	}
}

func warmCache(t testing.TB) (*TokenCache, *Client, TokenRequest) {
	t.Helper()
	cache, client, r := &TokenCache{}, clientOf(&issuer{lifetime: 3600}), request("read")
	r.Credentials.Secret = NewSecret("a secret of the usual length, 48 characters, ...")
	if _, err := cache.Token(context.Background(), client, r); err != nil {
		t.Fatal(err)
	}
	return cache, client, r
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

func BenchmarkSecretHash(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		_ = SecretHash(erpnettest.SampleSecret)
	}
}

// BenchmarkVerifySignature verifies a token with the keys at hand.
func BenchmarkVerifySignature(b *testing.B) {
	server := erpnettest.NewServer()
	defer server.Close()
	instance, err := ParseInstance(server.URL)
	if err != nil {
		b.Fatal(err)
	}
	client := NewClient(Options{})
	r := TokenRequest{Instance: instance, Credentials: Credentials{erpnettest.SampleApplication().ApplicationUri, NewSecret(erpnettest.SampleSecret)}}
	token, err := client.RequestToken(context.Background(), r)
	if err != nil {
		b.Fatal(err)
	}
	keys := new(KeyCache).set(server.URL + "/id/.well-known/openid-configuration/jwks")
	if failed := keys.warm(context.Background(), client); failed != nil {
		b.Fatal(failed)
	}
	v := verification{request: r, token: token}
	b.ReportAllocs()
	for b.Loop() {
		results, _ := v.signature(context.Background(), client, keys)
		if results[len(results)-1].Status != CheckPassed {
			b.Fatal("not verified")
		}
	}
}

func BenchmarkParseInstance(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ParseInstance("demodb.my.erp.net"); err != nil {
			b.Fatal(err)
		}
	}
}
