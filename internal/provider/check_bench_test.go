// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"slices"
	"testing"
	"time"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

// BenchmarkCredentialsCheck tells how much longer a plan takes with the check
// than with the token alone left out, in latencies of the server: the median of
// five pairs, measured in turn.
func BenchmarkCredentialsCheck(b *testing.B) {
	const latency = 200 * time.Millisecond
	for name, config := range map[string]string{
		"probe off": `data "erpnet_credentials_check" "this" {}`,
		"probe on":  "data \"erpnet_credentials_check\" \"this\" {\n  probe_domain_api = true\n}",
	} {
		b.Run(name, func(b *testing.B) {
			server := erpnettest.NewServer()
			defer server.Close()
			server.SetLatency(latency)
			with := newCLI(b, config, environment(server))
			without := newCLI(b, `data "erpnet_secret_hash" "this" {`+"\n  secret = \"DEMO\"\n}", environment(server))
			var extra []time.Duration
			for range 5 {
				extra = append(extra, timed(func() { with.succeed("plan") })-timed(func() { without.succeed("plan") }))
			}
			slices.Sort(extra)
			b.ReportMetric(float64(extra[2].Milliseconds()), "ms-longer")
			b.ReportMetric(float64(extra[2])/float64(latency), "latencies")
			b.ReportMetric(0, "ns/op")
		})
	}
}

func timed(run func()) time.Duration {
	begin := time.Now()
	run()
	return time.Since(begin)
}
