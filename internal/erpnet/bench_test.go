// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnet

import "testing"

func BenchmarkSecretHash(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		_ = SecretHash(testSecret)
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
