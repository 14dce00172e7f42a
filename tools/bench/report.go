// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"fmt"
	"io"
	"runtime"
	"time"
)

// report is all that was measured.
type report struct {
	cli           string // first line of its version
	ours, trivial *provider
	startups      []startup
	runs          []*run
	delayed       []*run // with latency
	load          *load
}

// print writes the tables of PERFORMANCE.md, with a target behind each ratio that has one.
func (r *report) print(w io.Writer) {
	fmt.Fprintf(w, "%s, %s, %d cores of %s/%s.\n",
		r.cli, runtime.Version(), runtime.NumCPU(), runtime.GOOS, runtime.GOARCH)
	if len(r.startups) > 0 {
		r.printStartups(w)
	}
	if len(r.runs) > 0 {
		printRuns(w, r.runs)
	}
	if len(r.delayed) > 0 {
		printDelayed(w, r.delayed)
	}
	if r.load != nil {
		fmt.Fprintf(w, "\nLoad: %.1f s, %d token requests, %s MiB.\n",
			r.load.wall.Seconds(), r.load.tokenRequests, mebibytes(r.load.memory))
	}
}

func (r *report) printStartups(w io.Writer) {
	fmt.Fprint(w, "\n| | ours | trivial | ratio |\n|---|---|---|---|\n")
	ours, trivial := float64(r.ours.size)/1e6, float64(r.trivial.size)/1e6
	fmt.Fprintf(w, "| program, stripped | %.1f MB | %.1f MB | %s |\n", ours, trivial, judged(ours/trivial, 1.25))
	for _, s := range r.startups {
		fmt.Fprintf(w, "| %s | %.1f ms | %.1f ms | %s |\n",
			s.what, milliseconds(s.ours), milliseconds(s.trivial), judged(s.ratio, 1.05))
	}
}

func printRuns(w io.Writer, runs []*run) {
	fmt.Fprint(w, `
| command | objects | N | ours, ms | trivial, ms | ratio | ours, MiB | trivial, MiB | tokens | connections |
|---|---|---|---|---|---|---|---|---|---|
`)
	for _, r := range runs {
		ratio := fmt.Sprintf("%.2f", r.ratio)
		switch {
		case r.n == 1 && r.command == "plan":
			ratio = judged(r.ratio, 1.10)
		case r.n == 1 || r.n == 500:
			ratio = judged(r.ratio, 1.20)
		}
		fmt.Fprintf(w, "| %s | %s | %d | %.0f | %.0f | %s | %s | %s | %d | %d |\n", r.command, r.object.name, r.n,
			milliseconds(r.ours), milliseconds(r.trivial), ratio, mebibytes(r.oursMemory), mebibytes(r.trivialMemory),
			r.tokenRequests, r.connections)
	}
}

func printDelayed(w io.Writer, runs []*run) {
	fmt.Fprint(w, "\n| command | objects | round trip | longer than trivial | tokens |\n|---|---|---|---|---|\n")
	for _, r := range runs {
		fmt.Fprintf(w, "| %s | one of the %s | %s | %.0f ms | %d |\n",
			r.command, r.object.name, r.latency, milliseconds(r.longer), r.tokenRequests)
	}
}

// judged is a ratio with its target.
func judged(ratio, target float64) string {
	if ratio > target {
		return fmt.Sprintf("%.2f, above %.2f", ratio, target)
	}
	return fmt.Sprintf("%.2f (at most %.2f)", ratio, target)
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// mebibytes is empty where memory was not measured.
func mebibytes(kib int64) string {
	if kib == 0 {
		return ""
	}
	return fmt.Sprint((kib + 512) / 1024)
}
