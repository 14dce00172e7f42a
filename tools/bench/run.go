// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// report is what is measured, as it stands in the JSON file.
type report struct {
	CLI             string                   `json:"cli"`
	Go              string                   `json:"go"`
	Platform        string                   `json:"platform"`
	Cores           int                      `json:"cores"`
	BinarySizes     map[string]int64         `json:"binary_bytes"`
	TokenRoundTrips map[string]time.Duration `json:"token_round_trip_ns,omitempty"` // by latency
	StartUps        []startUp                `json:"start_up,omitempty"`
	Ladder          []rung                   `json:"ladder,omitempty"`
	Steps           []step                   `json:"steps,omitempty"`
	Check           []checkCost              `json:"credentials_check,omitempty"`
	Load            *loadCost                `json:"load,omitempty"`
	Cells           []*cell                  `json:"cells,omitempty"`
}

// run builds the providers, starts the instance, and measures.
func run(o options) (*report, error) {
	directory, err := os.MkdirTemp("", "erpnet-bench-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(directory) }()
	if directory, err = filepath.EvalSymlinks(directory); err != nil {
		return nil, err
	}
	site, err := startInstance(directory)
	if err != nil {
		return nil, err
	}
	defer site.close()
	c, r, err := prepare(o, directory, site)
	if err != nil {
		return nil, err
	}
	return r, c.measureAll(o, r)
}

// prepare builds all providers and has the CLI install each in a workspace.
func prepare(o options, directory string, site *instance) (*contest, *report, error) {
	cli, err := findCLI(o.cli)
	if err != nil {
		return nil, nil, err
	}
	output, err := newProcess(context.Background(), cli, "version").Output()
	if err != nil {
		return nil, nil, err
	}
	version, _, _ := strings.Cut(string(output), "\n")
	r := &report{CLI: version, Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH, Cores: runtime.NumCPU(), BinarySizes: map[string]int64{}, TokenRoundTrips: map[string]time.Duration{}}
	c := &contest{instance: site, leastPairs: o.pairs}
	mirror := filepath.Join(directory, "mirror")
	cliConfig, err := writeCLIConfig(directory, mirror)
	if err != nil {
		return nil, nil, err
	}
	ours, twin, trivial, ladder := theProviders()
	for p, into := range map[*providerBinary]**workspace{ours: &c.ours, twin: &c.twin, trivial: &c.trivial, ladder: &c.ladder} {
		if err := p.install(mirror); err != nil {
			return nil, nil, err
		}
		if *into, err = newWorkspace(cli, directory, cliConfig, p, site.environment()); err != nil {
			return nil, nil, err
		}
		r.BinarySizes[p.name] = p.size
	}
	return c, r, nil
}

func (c *contest) measureAll(o options, r *report) (err error) {
	for _, part := range []struct {
		name    string
		measure func() error
	}{
		{"startup", func() error { r.StartUps, err = startUps(c.ours, c.trivial, 8*o.pairs+1); return err }},
		{"ladder", func() error { r.Ladder, err = climb(c.ladder, c.trivial, o.pairs); return err }},
		{"steps", func() error { r.Steps, err = c.steps(o.pairs); return err }},
		{"check", func() error { r.Check, err = checkCosts(c.ours, c.instance, o.pairs); return err }},
		{"load", func() error { r.Load, err = load(c.ours, c.instance); return err }},
		{"cells", func() error { return c.measureCells(o, r) }},
	} {
		if !o.has(part.name) {
			continue
		}
		fmt.Fprintln(os.Stderr, part.name)
		if err := part.measure(); err != nil {
			return err
		}
	}
	return nil
}

func (c *contest) measureCells(o options, r *report) (err error) {
	for _, latency := range o.latency {
		c.instance.wire.roundTrip.Store(int64(latency))
		if c.tokenRoundTrip, err = c.instance.tokenRoundTrip(); err != nil {
			return err
		}
		r.TokenRoundTrips[latency.String()] = c.tokenRoundTrip
		for _, m := range o.cells(latency) {
			fmt.Fprintf(os.Stderr, "%s of %d %s at %s\n", m.Command, m.N, m.Object, latency)
			if err := c.measure(m); err != nil {
				return err
			}
			r.Cells = append(r.Cells, m)
		}
	}
	return nil
}

// cells are all combinations; latency is of no concern to what makes no request.
func (o options) cells(latency time.Duration) (all []*cell) {
	for _, kind := range o.objects {
		if latency > 0 && !kind.asksForTokens() {
			continue
		}
		for _, command := range o.commands {
			for _, n := range o.sizes {
				all = append(all, &cell{Object: kind, N: n, Command: command, Latency: latency})
			}
		}
	}
	return all
}

func findCLI(named string) (string, error) {
	for _, name := range []string{named, "terraform", "tofu"} {
		if name == "" {
			continue
		}
		if path, err := exec.LookPath(name); err == nil || name == named {
			return path, err
		}
	}
	return "", exec.ErrNotFound
}

// write writes the report as JSON, unless it is to go nowhere.
func (r *report) write(name string) error {
	if name == "" {
		return nil
	}
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(name, append(text, '\n'), 0o644) //nolint:gosec // figures are for everyone
}
