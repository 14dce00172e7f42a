// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"fmt"
	"os"
	"time"
)

// run is a CLI command on n objects of one kind.
type run struct {
	command string // plan or apply
	object  object
	n       int
	latency time.Duration // round-trip time of the network

	comparison
	traffic             // of each run with our provider
	memory      int64   // peak of our provider, in KiB
	memoryRatio float64 // ratio of the peaks
}

// object is a kind of object that reads a token.
type object struct {
	name  string // in the report
	block string // keyword of its block
}

var objects = []object{{"data sources", "data"}, {"ephemeral resources", "ephemeral"}}

// config returns a configuration with n objects of a type.
func (o object) config(kind string, n int, arguments string) string {
	return fmt.Sprintf("%s %q \"this\" {\n  count = %d\n%s}\n", o.block, kind, n, arguments)
}

func (r *run) arguments() []string {
	arguments := []string{r.command, "-input=false", "-no-color"}
	if r.command == "apply" {
		arguments = append(arguments, "-auto-approve")
	}
	return arguments
}

// runs measures a plan and then an apply for each kind and number of objects.
func (b *bench) runs(sizes []int, latency time.Duration) ([]*run, error) {
	b.instance.network.roundTrip.Store(int64(latency))
	defer b.instance.network.roundTrip.Store(0)
	var all []*run
	for _, kind := range objects {
		for _, n := range sizes {
			for _, command := range []string{"plan", "apply"} {
				r := &run{command: command, object: kind, n: n, latency: latency}
				fmt.Fprintf(os.Stderr, "  %s of %d %s at %s\n", command, n, kind.name, latency)
				if err := b.measure(r); err != nil {
					return nil, err
				}
				all = append(all, r)
			}
		}
	}
	return all, nil
}

// delayedRuns measures one object over a network with latency. More objects share its token.
func (b *bench) delayedRuns() ([]*run, error) {
	short, err := b.runs([]int{1}, 50*time.Millisecond)
	if err != nil {
		return nil, err
	}
	long, err := b.runs([]int{1}, 200*time.Millisecond)
	return append(short, long...), err
}

// measure fills in the results of a run.
func (b *bench) measure(r *run) (err error) {
	if err := b.ours.configure(r.object.config("erpnet_access_token", r.n, "  scopes = [\"read\"]\n")); err != nil {
		return err
	}
	if err := b.trivial.configure(r.object.config("trivial_value", r.n, "")); err != nil {
		return err
	}
	pairs := b.options.pairs
	if r.n <= 10 {
		pairs *= 3 // short runs vary more
	}
	ours := func() (time.Duration, error) {
		before := b.instance.traffic()
		taken, err := b.ours.run(r.arguments()...)
		if err != nil {
			return 0, err
		}
		return taken, r.checkTraffic(b.instance.traffic().since(before))
	}
	trivial := func() (time.Duration, error) { return b.trivial.run(r.arguments()...) }
	if r.comparison, err = compare(pairs, ours, trivial); err != nil {
		return err
	}
	if r.latency > 0 || r.command != "plan" {
		return nil
	}
	if r.memory, err = b.ours.medianMemory(r.arguments()); err != nil {
		return err
	}
	floor, err := b.trivial.medianMemory(r.arguments())
	r.memoryRatio = float64(r.memory) / float64(max(floor, 1))
	return err
}

// checkTraffic refuses a run whose figures are meaningless, because it has more than one token request or connection
// per process, or different traffic than the first run.
func (r *run) checkTraffic(seen traffic) error {
	if r.traffic == (traffic{}) {
		r.traffic = seen
	}
	each := traffic{seen.tokenRequests, seen.tokenRequests, seen.tokenRequests}
	if seen != r.traffic || seen != each || seen.tokenRequests < 1 || seen.tokenRequests > r.askingProcesses() {
		return fmt.Errorf("%s of %d %s: %+v, and %+v in the first run; want one of each in each process that asks",
			r.command, r.n, r.object.name, seen, r.traffic)
	}
	return nil
}

// askingProcesses returns the maximum number of provider processes that ask for a token. Terraform plans in one
// process and applies in another, which opens ephemeral resources again. OpenTofu plans and applies in the same
// process.
func (r *run) askingProcesses() int {
	if r.command == "apply" && r.object.block == "ephemeral" {
		return 2
	}
	return 1
}

// medianMemory returns the median peak of three runs. The runs aren't timed.
func (w *workspace) medianMemory(arguments []string) (int64, error) {
	var peaks []int64
	for range 3 {
		peak, err := peakMemory(w.provider.path, func() error {
			_, err := w.run(arguments...)
			return err
		})
		if err != nil {
			return 0, err
		}
		peaks = append(peaks, peak)
	}
	return median(peaks), nil
}
