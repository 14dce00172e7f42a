// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package main

import "time"

// step is one way in which the same plan can be made, and what it takes.
type step struct {
	What   string        `json:"what"`
	Object object        `json:"object"`
	N      int           `json:"n"`
	Pairs  int           `json:"pairs"`
	Wall   time.Duration `json:"wall_ns"`
	CPU    time.Duration `json:"cpu_ns"`
}

// steps tells what each step that was taken is worth: the provider as it is, with
// a step undone, and both floors with it. The framework's logs are what
// logsAreRead in main.go is about; the twin uses model structs, where the
// provider uses attributes.
func (c *contest) steps(pairs int) ([]step, error) {
	const n = 500
	var all []step
	for _, kind := range []object{dataSource, ephemeral} {
		sides := []struct {
			what string
			in   *workspace
			text string
		}{
			{"the provider", c.ours, kind.config(n)},
			{"the provider, with the framework's logs", c.ours.with("TF_LOG_SDK=TRACE"), kind.config(n)},
			{"the twin, without logs", c.twin.with("TF_LOG_SDK=OFF"), kind.config(n)},
			{"the twin", c.twin, kind.config(n)},
			{"the trivial floor, without logs", c.trivial.with("TF_LOG_SDK=OFF"), kind.trivialConfig(n)},
			{"the trivial floor", c.trivial, kind.trivialConfig(n)},
		}
		samples := make([][]sample, len(sides))
		for round := range pairs + 1 {
			for _, i := range turns(round, len(sides)) {
				if err := sides[i].in.configure(sides[i].text); err != nil {
					return nil, err
				}
				taken, err := sides[i].in.run(plan.arguments()...)
				if err != nil {
					return nil, err
				}
				if round > 0 {
					samples[i] = append(samples[i], taken)
				}
			}
		}
		for i, side := range sides {
			found := medians(samples[i])
			all = append(all, step{side.what, kind, n, pairs, found.Wall, found.CPU})
		}
	}
	return all, nil
}
