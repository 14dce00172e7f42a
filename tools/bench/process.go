// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"cmp"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// timeLimit bounds each process that is started.
const timeLimit = 10 * time.Minute

// newProcess returns a process that ends with its context.
func newProcess(ctx context.Context, program string, arguments ...string) *exec.Cmd {
	return exec.CommandContext(ctx, program, arguments...) //nolint:gosec // runs go, the CLI and what was just built
}

// comparison is the time that the provider and the trivial provider take for the same thing.
type comparison struct {
	pairs         int
	ours, trivial time.Duration // medians
	ratio         float64       // median of the ratios of the pairs
	longer        time.Duration // median of the differences of the pairs
}

// compare measures pairs and reverses the order within each pair, because a run is a little slower or faster right
// after another process. One extra pair comes first, to fill the system's caches.
func compare(pairs int, ours, trivial func() (time.Duration, error)) (comparison, error) {
	var times [2][]time.Duration
	sides := []func() (time.Duration, error){ours, trivial}
	for pair := range pairs + 1 {
		for turn := range sides {
			side := (pair + turn) % 2
			taken, err := sides[side]()
			if err != nil {
				return comparison{}, err
			}
			if pair > 0 {
				times[side] = append(times[side], taken)
			}
		}
	}
	var ratios []float64
	var differences []time.Duration
	for i, taken := range times[0] {
		ratios = append(ratios, float64(taken)/float64(times[1][i]))
		differences = append(differences, taken-times[1][i])
	}
	return comparison{pairs, median(times[0]), median(times[1]), median(ratios), median(differences)}, nil
}

// median returns the median of at least one value.
func median[T cmp.Ordered](values []T) T {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}

// peakMemory returns the peak of the resident memory, in KiB, of a process that runs the program during do. It
// returns 0 if the system has no /proc. Sampling takes time, so don't time the run as well.
func peakMemory(program string, do func() error) (int64, error) {
	done, peak := make(chan struct{}), make(chan int64)
	go func() {
		ticker := time.NewTicker(5 * time.Millisecond)
		defer ticker.Stop()
		var highest int64
		for {
			highest = max(highest, highWater(program))
			select {
			case <-done:
				peak <- highest
				return
			case <-ticker.C:
			}
		}
	}()
	err := do()
	close(done)
	return <-peak, err
}

// highWater reads VmHWM, the peak so far in KiB, of the processes that run the program.
func highWater(program string) (highest int64) {
	links, _ := filepath.Glob("/proc/[0-9]*/exe")
	for _, link := range links {
		if target, err := os.Readlink(link); err != nil || filepath.Base(target) != filepath.Base(program) {
			continue
		}
		status, err := os.ReadFile(filepath.Join(filepath.Dir(link), "status"))
		if err != nil {
			continue
		}
		_, rest, _ := strings.Cut(string(status), "VmHWM:")
		if fields := strings.Fields(rest); len(fields) > 0 {
			kib, _ := strconv.ParseInt(fields[0], 10, 64)
			highest = max(highest, kib)
		}
	}
	return highest
}
