// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"
)

// Targets: ratios that must not be exceeded.
const (
	targetFloor   = 1.05 // to the twin and one token round trip for each asking process
	targetTrivial = 1.60 // of the six attributes, at N = 500 without latency
	targetStartUp = 1.05
	targetBinary  = 1.25
	targetMemory  = 1.20 // at N = 500
)

func (r *report) print(w io.Writer) {
	fmt.Fprintf(w, "%s, %s, %s, %d cores\n\n", r.CLI, r.Go, r.Platform, r.Cores)
	fmt.Fprintf(w, "binary: %.1f MB, trivial %.1f MB, ratio %s\n", megabytes(r.BinarySizes["erpnet"]), megabytes(r.BinarySizes["trivial"]),
		judged(float64(r.BinarySizes["erpnet"])/float64(r.BinarySizes["trivial"]), targetBinary))
	for _, s := range r.StartUps {
		fmt.Fprintf(w, "%s: %.1f ms, trivial %.1f ms, ratio %s (%d pairs)\n", s.What, milliseconds(s.Ours), milliseconds(s.Floor), judged(s.Ratio, targetStartUp), s.Pairs)
	}
	for _, c := range r.Check {
		fmt.Fprintf(w, "credentials check, probe_domain_api %t, answers after %s: %.0f ms longer, %.2f latencies (%d pairs)\n", c.Probe, c.Latency, milliseconds(c.Longer), c.InLatency, c.Pairs)
	}
	if r.Load != nil {
		fmt.Fprintf(w, "2,000 objects of 200 clients, 50 ms for each answer, every 20th a 503: %.1f s, %d token requests, provider %s MiB\n", r.Load.Wall.Seconds(), r.Load.TokenRequests, mebibytes(r.Load.Memory))
	}
	if len(r.Ladder) > 0 {
		fmt.Fprintf(w, "\nplan of %d data sources with the first attributes of erpnet_access_token (%d pairs)\n  attributes  added           ms    /trivial\n", r.Ladder[0].N, r.Ladder[0].Pairs)
		for _, s := range r.Ladder {
			fmt.Fprintf(w, "  %-10d  %-14s  %4.0f  %.2f\n", s.Attributes, s.Added, milliseconds(s.Wall), s.ToTrivial)
		}
	}
	if len(r.Steps) > 0 {
		fmt.Fprintf(w, "\nplans of %d objects, in turn (%d rounds)           data: wall, CPU ms   ephemeral: wall, CPU ms\n", r.Steps[0].N, r.Steps[0].Pairs)
		for i, d := range r.Steps[:len(r.Steps)/2] {
			e := r.Steps[len(r.Steps)/2+i]
			fmt.Fprintf(w, "  %-42s  %10.0f %6.0f  %17.0f %6.0f\n", d.What, milliseconds(d.Wall), milliseconds(d.CPU), milliseconds(e.Wall), milliseconds(e.CPU))
		}
	}
	r.printCells(w)
}

func (r *report) printCells(w io.Writer) {
	if len(r.Cells) == 0 {
		return
	}
	fmt.Fprintln(w, "\none token, by a bare client in a fresh process: authorities read, TCP + TLS 1.3 + request:")
	shorter := func(a, b string) int { return cmp.Compare(r.TokenRoundTrips[a], r.TokenRoundTrips[b]) }
	for _, latency := range slices.SortedFunc(maps.Keys(r.TokenRoundTrips), shorter) {
		fmt.Fprintf(w, "  latency %s: %.1f ms\n", latency, milliseconds(r.TokenRoundTrips[latency]))
	}
	fmt.Fprintln(w, `
latency is one round trip of the network; wall, CPU in ms of the whole CLI with its providers; peak in MiB of the provider
floor = twin + one token round trip for each provider process that asks; trips = (ours - twin) / latency

command object      latency    N pairs |   wall    CPU  peak |   twin    CPU  peak | trivial  peak | /twin /floor      /trivial    peak/trivial trips | tokens TCP TLS`)
	for _, m := range r.Cells {
		m.print(w)
	}
}

func (m *cell) print(w io.Writer) {
	fmt.Fprintf(w, "%-7s %-11s %7s %4d %5d | %6.0f %6.0f %5s | %6.0f %6.0f %5s | %7s %5s | %5.2f %-11s %-11s %-12s %-5s | %6d %3d %3d\n",
		m.Command, m.Object, m.Latency, m.N, m.Pairs,
		milliseconds(m.Ours.Wall), milliseconds(m.Ours.CPU), mebibytes(m.Ours.Memory),
		milliseconds(m.Twin.Wall), milliseconds(m.Twin.CPU), mebibytes(m.Twin.Memory),
		orBlank(m.Trivial.Wall > 0, "%.0f", milliseconds(m.Trivial.Wall)), mebibytes(m.Trivial.Memory),
		m.ToTwin, judged(m.ToFloor, targetFloor), m.toTrivial(), m.memoryRatio(), orBlank(m.Latency > 0, "%.2f", m.RoundTrips),
		m.TokenRequests, m.Connections, m.Handshakes)
}

func (m *cell) toTrivial() string {
	switch {
	case m.ToTrivial == 0:
		return ""
	case m.N == 500 && m.Object == dataSource && m.Command == plan:
		return judged(m.ToTrivial, targetTrivial)
	default:
		return fmt.Sprintf("%.2f", m.ToTrivial)
	}
}

func (m *cell) memoryRatio() string {
	if m.Ours.Memory == 0 || m.Trivial.Memory == 0 {
		return ""
	}
	quotient := float64(m.Ours.Memory) / float64(m.Trivial.Memory)
	if m.N == 500 {
		return judged(quotient, targetMemory)
	}
	return fmt.Sprintf("%.2f", quotient)
}

// judged is a ratio with its verdict.
func judged(ratio, target float64) string {
	verdict := "met"
	if ratio > target {
		verdict = "MISSED"
	}
	return fmt.Sprintf("%.3f %s", ratio, verdict)
}

func orBlank(known bool, format string, value float64) string {
	if !known {
		return ""
	}
	return fmt.Sprintf(format, value)
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

func megabytes(bytes int64) float64 { return float64(bytes) / 1e6 }

func mebibytes(kib int64) string { return orBlank(kib > 0, "%.0f", float64(kib)/1024) }
