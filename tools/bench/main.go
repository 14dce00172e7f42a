// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

// Command bench measures whole runs of Terraform or OpenTofu with the ERP.net
// provider against two floors: a trivial provider, and a twin that has the same
// schemas and nothing behind them. What is measured and what it means stands in
// PERFORMANCE.md.
package main

import (
	"flag"
	"log"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

// options say what is measured.
type options struct {
	cli      string
	json     string
	pairs    int
	parts    []string
	objects  []object
	commands []verb
	sizes    []int
	latency  []time.Duration
}

func defaults() options {
	return options{
		pairs:    5,
		parts:    []string{"startup", "ladder", "steps", "check", "load", "cells"},
		objects:  []object{dataSource, ephemeral, secretHash, function},
		commands: []verb{plan, apply},
		sizes:    []int{1, 10, 100, 500, 1000},
		latency:  []time.Duration{0, 50 * time.Millisecond, 200 * time.Millisecond},
	}
}

func (o options) has(part string) bool { return slices.Contains(o.parts, part) }

func main() {
	log.SetFlags(0)
	if timedToken() {
		return
	}
	o := defaults()
	flag.StringVar(&o.cli, "cli", "", "the CLI to measure with; terraform or tofu of the PATH when left out")
	flag.StringVar(&o.json, "json", "", "file that gets the figures")
	flag.IntVar(&o.pairs, "pairs", o.pairs, "rounds of a measurement; three times as many at N <= 10")
	flag.Func("parts", "what to measure (default startup,ladder,steps,check,load,cells)", list(&o.parts, text[string]))
	flag.Func("objects", "kinds of objects (default data,ephemeral,secret_hash,function)", list(&o.objects, text[object]))
	flag.Func("commands", "commands of the CLI (default plan,apply)", list(&o.commands, text[verb]))
	flag.Func("sizes", "numbers of objects (default 1,10,100,500,1000)", list(&o.sizes, strconv.Atoi))
	flag.Func("latencies", "round trips of the network (default 0s,50ms,200ms)", list(&o.latency, time.ParseDuration))
	flag.Parse()
	r, err := run(o)
	if err == nil {
		r.print(os.Stdout)
		err = r.write(o.json)
	}
	if err != nil {
		log.Fatal("bench: ", err)
	}
}

// list takes a comma-separated flag in place of the default.
func list[T any](into *[]T, parse func(string) (T, error)) func(string) error {
	return func(value string) error {
		*into = nil
		for word := range strings.SplitSeq(value, ",") {
			one, err := parse(word)
			if err != nil {
				return err
			}
			*into = append(*into, one)
		}
		return nil
	}
}

func text[T ~string](word string) (T, error) { return T(word), nil }
