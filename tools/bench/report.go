// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"fmt"
	"io"
	"runtime"
	"slices"
	"time"
)

// report holds all measurements.
type report struct {
	cli           string // first line of its version
	pairs         int
	ours, trivial *provider
	startups      []startup
	runs          []*run
	delayed       []*run // with latency
	load          *load
}

// print writes the tables of PERFORMANCE.md. Each ratio that has a target is
// followed by it.
func (r *report) print(w io.Writer) {
	fmt.Fprintf(w, "Measured with %s, %s, %d cores of %s/%s; at least %d pairs of runs, %d up to N = 10.\n",
		r.cli, runtime.Version(), runtime.NumCPU(), runtime.GOOS, runtime.GOARCH, r.pairs, 3*r.pairs)
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
		fmt.Fprintf(w, "\nLoad: %.1f s, %d token requests, %d MiB.\n",
			r.load.wall.Seconds(), r.load.tokenRequests, r.load.memory/1024)
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
| objects | N | plan | trivial | ratio | tokens | memory | ratio | apply | trivial | ratio | tokens |
|---|---|---|---|---|---|---|---|---|---|---|---|
`)
	for pair := range slices.Chunk(runs, 2) {
		plan, apply := pair[0], pair[1]
		fmt.Fprintf(w, "| %s | %d | %s | %d MiB | %s | %s |\n",
			plan.object.name, plan.n, plan.cells(1.10), plan.memory/1024, plan.memoryCell(), apply.cells(1.20))
	}
}

// cells returns the table cells for the time of a run. The target applies to
// one object.
func (r *run) cells(target float64) string {
	ratio := fmt.Sprintf("%.2f", r.ratio)
	switch r.n {
	case 1:
		ratio = judged(r.ratio, target)
	case 500:
		ratio = judged(r.ratio, 1.20)
	}
	return fmt.Sprintf("%.0f ms | %.0f ms | %s | %d",
		milliseconds(r.ours), milliseconds(r.trivial), ratio, r.tokenRequests)
}

func (r *run) memoryCell() string {
	if r.n == 500 {
		return judged(r.memoryRatio, 1.20)
	}
	return fmt.Sprintf("%.2f", r.memoryRatio)
}

func printDelayed(w io.Writer, runs []*run) {
	fmt.Fprint(w, "\n| objects, N = 1 | round trip | plan | tokens | apply | tokens |\n|---|---|---|---|---|---|\n")
	for pair := range slices.Chunk(runs, 2) {
		plan, apply := pair[0], pair[1]
		fmt.Fprintf(w, "| %s | %s | + %.0f ms | %d | + %.0f ms | %d |\n", plan.object.name, plan.latency,
			milliseconds(plan.longer), plan.tokenRequests, milliseconds(apply.longer), apply.tokenRequests)
	}
}

// judged formats a ratio with its target.
func judged(ratio, target float64) string {
	if ratio > target {
		return fmt.Sprintf("%.2f, above %.2f", ratio, target)
	}
	return fmt.Sprintf("%.2f (at most %.2f)", ratio, target)
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
