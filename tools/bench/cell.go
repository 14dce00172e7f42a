// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"errors"
	"fmt"
	"time"
)

// cell is one measurement: a command on N objects of a kind, over a latency.
type cell struct {
	Object  object        `json:"object"`
	N       int           `json:"n"`
	Command verb          `json:"command"`
	Latency time.Duration `json:"latency_ns"` // of one round trip
	Pairs   int           `json:"pairs"`

	// Medians of the whole CLI process with its providers: nanoseconds, and KiB.
	Ours    figures `json:"ours"`
	Twin    figures `json:"twin"`
	Trivial figures `json:"trivial"` // zero where the trivial floor has no such object

	// Medians of the ratios of each round.
	ToTwin    float64 `json:"to_twin"`
	ToTrivial float64 `json:"to_trivial"`
	// ToFloor is ours to the twin and one token round trip for each provider
	// process that asks for a token.
	ToFloor float64 `json:"to_twin_plus_round_trips"`
	// RoundTrips is (ours - twin) / latency; 0 without latency.
	RoundTrips float64 `json:"round_trips"`

	traffic
}

type figures struct {
	Wall   time.Duration `json:"wall_ns"`
	CPU    time.Duration `json:"cpu_ns"`
	Memory int64         `json:"provider_peak_kib,omitempty"`
}

// contest is what a cell is measured with.
type contest struct {
	ours, twin, trivial, ladder *workspace
	instance                    *instance
	tokenRoundTrip              time.Duration // at the latency of the instance now
	leastPairs                  int
}

// pairs are at least five, and fifteen where one varies by 8 %.
func (c *contest) pairs(n int) int {
	if n <= 10 {
		return 3 * c.leastPairs
	}
	return c.leastPairs
}

// measure runs ours, the twin and the trivial floor in turn, and fills in the
// cell.
func (c *contest) measure(m *cell) error {
	sides := []*workspace{c.ours, c.twin}
	texts := []string{m.Object.config(m.N), m.Object.config(m.N)}
	if text := m.Object.trivialConfig(m.N); text != "" && m.Latency == 0 {
		sides, texts = append(sides, c.trivial), append(texts, text)
	}
	for i, side := range sides {
		if err := side.configure(texts[i]); err != nil {
			return err
		}
	}
	m.Pairs = c.pairs(m.N)
	samples := make([][]sample, len(sides))
	for round := range m.Pairs + 1 {
		for _, i := range turns(round, len(sides)) {
			before := c.instance.traffic()
			taken, err := sides[i].run(m.Command.arguments()...)
			if err != nil {
				return err
			}
			seen := c.instance.traffic().since(before)
			if err := m.checkTraffic(i == 0, round == 0, seen); err != nil {
				return err
			}
			if round > 0 { // the first fills the system's caches
				samples[i] = append(samples[i], taken)
			}
		}
	}
	m.evaluate(samples, c.tokenRoundTrip)
	return c.measureMemory(m, sides)
}

// checkTraffic refuses what would make the cell's figures mean nothing: a floor
// that makes requests, or one run that makes others than the next.
func (m *cell) checkTraffic(ours, first bool, seen traffic) error {
	switch {
	case !ours && seen != traffic{}:
		return errors.New("a floor provider made requests")
	case ours && first:
		m.traffic = seen
	case ours && m.traffic != seen:
		return fmt.Errorf("%s of %d %s: %+v in one run, %+v in another", m.Command, m.N, m.Object, m.traffic, seen)
	}
	return nil
}

func (m *cell) evaluate(samples [][]sample, tokenRoundTrip time.Duration) {
	ours, twin := samples[0], samples[1]
	requests := time.Duration(m.Command.askingProcesses(m.Object)) * tokenRoundTrip
	m.Ours, m.Twin = medians(ours), medians(twin)
	m.ToTwin = ratio(ours, twin, 0)
	m.ToFloor = ratio(ours, twin, requests)
	if m.Latency > 0 {
		var trips []float64
		for i := range ours {
			trips = append(trips, float64(ours[i].wall-twin[i].wall)/float64(m.Latency))
		}
		m.RoundTrips = median(trips)
	}
	if len(samples) > 2 {
		m.Trivial = medians(samples[2])
		m.ToTrivial = ratio(ours, samples[2], 0)
	}
}

func medians(samples []sample) figures {
	var wall, cpu []time.Duration
	for _, s := range samples {
		wall, cpu = append(wall, s.wall), append(cpu, s.cpu)
	}
	return figures{Wall: median(wall), CPU: median(cpu)}
}

// ratio is the median of wall times to those of a floor, with something added
// to it.
func ratio(samples, floor []sample, added time.Duration) float64 {
	var ratios []float64
	for i := range samples {
		ratios = append(ratios, float64(samples[i].wall)/float64(floor[i].wall+added))
	}
	return median(ratios)
}

// memoryRuns is how often memory is looked at, apart from the timed runs.
const memoryRuns = 3

func (c *contest) measureMemory(m *cell, sides []*workspace) error {
	if m.Latency > 0 || m.Command != plan {
		return nil
	}
	for i, into := range []*figures{&m.Ours, &m.Twin, &m.Trivial}[:len(sides)] {
		var peaks []int64
		for range memoryRuns {
			peak, err := peakMemory(sides[i].provider.path, func() error {
				_, err := sides[i].run(m.Command.arguments()...)
				return err
			})
			if err != nil {
				return err
			}
			peaks = append(peaks, peak)
		}
		into.Memory = median(peaks)
	}
	return nil
}
