// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

// BenchmarkLoad plans 1,000 ephemerals of 200 clients and 1,000 data sources,
// 100 at a time, against an instance that takes 50 ms for each answer and is
// unavailable at every 20th. It reports what the plan cost: seconds, token
// requests, and the provider process's peak of memory.
func BenchmarkLoad(b *testing.B) {
	server := erpnettest.NewServer()
	defer server.Close()
	server.SetLatency(50 * time.Millisecond)
	unavailable := erpnettest.Status(503)
	unavailable.Every = 20
	server.Inject(erpnettest.Token, unavailable)
	for n := range 200 {
		application := erpnettest.SampleApplication()
		application.ApplicationUri = fmt.Sprintf("client-%d", n)
		server.AddApplication(application)
	}
	c := newCLI(b, fmt.Sprintf(`ephemeral "erpnet_access_token" "this" {
  count         = 1000
  client_id     = "client-${count.index %% 200}"
  client_secret = %q
}

data "erpnet_access_token" "this" {
  count = 1000
}`, erpnettest.SampleSecret), with(environment(server), "ERPNET_MAX_RETRIES", "4"))

	var peak atomic.Int64
	watching, watched := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(watched)
		watchMemory(watching, filepath.Join(built.build(b), built.name), &peak)
	}()
	took := timed(func() { c.succeed("plan", "-parallelism=100") })
	close(watching)
	<-watched

	b.ReportMetric(took.Seconds(), "s")
	b.ReportMetric(float64(server.Count(erpnettest.Token)), "token-requests")
	b.ReportMetric(float64(peak.Load())/1024, "provider-MiB")
	b.ReportMetric(0, "ns/op")
}

// watchMemory keeps the peak, in KiB, of the resident memory of processes that
// run a program, where the system tells it in /proc.
func watchMemory(done <-chan struct{}, program string, peak *atomic.Int64) {
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	for {
		select {
		case <-done:
			return
		case <-ticker.C:
		}
		links, _ := filepath.Glob("/proc/[0-9]*/exe")
		for _, link := range links {
			if target, err := os.Readlink(link); err == nil && target == program {
				peak.Store(max(peak.Load(), highWater(filepath.Dir(link))))
			}
		}
	}
}

// highWater reads VmHWM, the peak of resident memory in KiB; 0 if it is not told.
func highWater(process string) int64 {
	status, err := os.ReadFile(filepath.Join(process, "status"))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	fields := strings.Fields(rest)
	if len(fields) == 0 {
		return 0
	}
	kib, _ := strconv.ParseInt(fields[0], 10, 64)
	return kib
}
