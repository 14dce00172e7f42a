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

// sample is one run of a process and of those that it started and awaited.
type sample struct{ wall, cpu time.Duration }

// limit bounds each process that is started.
const limit = 10 * time.Minute

// newProcess is one that ends with its context.
func newProcess(ctx context.Context, program string, arguments ...string) *exec.Cmd {
	return exec.CommandContext(ctx, program, arguments...) //nolint:gosec // the CLI that the user names, and what is built here
}

func measure(process *exec.Cmd) (sample, error) {
	begin := time.Now()
	err := process.Run()
	wall := time.Since(begin)
	if process.ProcessState == nil {
		return sample{}, err
	}
	return sample{wall, process.ProcessState.UserTime() + process.ProcessState.SystemTime()}, err
}

// turns is the order of a round: A B, then B A, since who comes after another
// runs a little slower or faster for it.
func turns(round, sides int) []int {
	order := make([]int, sides)
	for i := range order {
		order[i] = i
		if round%2 == 1 {
			order[i] = sides - 1 - i
		}
	}
	return order
}

// median of at least one value.
func median[T cmp.Ordered](values []T) T {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}

// peakMemory is the peak, in KiB, of the resident memory of the processes that
// run a program, told by its file's name, while another thing goes on; 0 where the system has no /proc.
// Looking costs time, so nothing is timed meanwhile.
func peakMemory(program string, meanwhile func() error) (int64, error) {
	done, peak := make(chan struct{}), make(chan int64)
	go func() {
		var highest int64
		ticker := time.NewTicker(5 * time.Millisecond)
		defer ticker.Stop()
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
	err := meanwhile()
	close(done)
	return <-peak, err
}

// highWater reads VmHWM, the peak so far in KiB, of the processes that run a
// program.
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
