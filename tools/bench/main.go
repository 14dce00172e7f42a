// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

// Command bench measures complete runs of Terraform or OpenTofu with the ERP.net provider. For comparison, it also
// measures a trivial provider that makes no request. It prints the tables of PERFORMANCE.md, which explains them.
package main

import (
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// options define what is measured.
type options struct {
	cli   string
	parts []string
	sizes []int
	pairs int
}

func defaults() options {
	return options{
		parts: []string{"startup", "runs", "latency", "load"},
		sizes: []int{1, 10, 100, 500},
		pairs: 7,
	}
}

func main() {
	log.SetFlags(0)
	o := defaults()
	flag.StringVar(&o.cli, "cli", "", "path of the CLI (default terraform or tofu in PATH)")
	flag.IntVar(&o.pairs, "pairs", o.pairs, "least number of pairs of runs for a figure")
	flag.Func("parts", "what to measure (default startup,runs,latency,load)", func(value string) error {
		o.parts = strings.Split(value, ",")
		return nil
	})
	flag.Func("sizes", "numbers of objects (default 1,10,100,500)", func(value string) (err error) {
		o.sizes, err = parseSizes(value)
		return err
	})
	flag.Parse()
	r, err := measure(o)
	if err != nil {
		log.Fatal("bench: ", err)
	}
	r.print(os.Stdout)
}

func parseSizes(value string) (sizes []int, err error) {
	for word := range strings.SplitSeq(value, ",") {
		n, err := strconv.Atoi(word)
		if err != nil {
			return nil, err
		}
		sizes = append(sizes, n)
	}
	return sizes, nil
}

// bench holds what every measurement needs.
type bench struct {
	ours, trivial *workspace
	instance      *instance
	options       options
}

// measure prepares the providers and an instance in a temporary directory, and then measures what the options ask
// for.
func measure(o options) (*report, error) {
	directory, err := os.MkdirTemp("", "erpnet-bench-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(directory) }()
	if directory, err = filepath.EvalSymlinks(directory); err != nil {
		return nil, err
	}
	i, err := startInstance(directory)
	if err != nil {
		return nil, err
	}
	defer i.close()
	b := &bench{instance: i, options: o}
	r := &report{pairs: o.pairs}
	if b.ours, b.trivial, r.cli, err = prepare(o.cli, directory, i.environment()); err != nil {
		return nil, err
	}
	r.ours, r.trivial = b.ours.provider, b.trivial.provider
	return r, b.measureParts(r)
}

func (b *bench) measureParts(r *report) (err error) {
	for _, part := range []struct {
		name    string
		measure func() error
	}{
		{"startup", func() error { r.startups, err = b.startups(); return err }},
		{"runs", func() error { r.runs, err = b.runs(b.options.sizes, 0); return err }},
		{"latency", func() error { r.delayed, err = b.delayedRuns(); return err }},
		{"load", func() error { r.load, err = b.load(); return err }},
	} {
		if !slices.Contains(b.options.parts, part.name) {
			continue
		}
		fmt.Fprintln(os.Stderr, part.name)
		if err := part.measure(); err != nil {
			return err
		}
	}
	return nil
}
