// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

// Command demo shows the ERP.net provider at work. It builds the provider, applies examples/demo with Terraform or
// OpenTofu, and prints the contents of the access token and the first customers that it reads with the token.
//
// It starts a simulated instance unless ERPNET_INSTANCE, ERPNET_CLIENT_ID and ERPNET_CLIENT_SECRET name a real one.
// Everything it writes is in a temporary directory that it deletes.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"
)

// timeLimit bounds a whole run, including the download of Go modules and of a CLI.
const timeLimit = 10 * time.Minute

func main() {
	root := flag.String("root", filepath.Join("..", ".."), "root of the provider's repository")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(),
		os.Interrupt, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGPIPE)
	ctx, cancel := context.WithTimeoutCause(ctx, timeLimit, fmt.Errorf("gave up after %v", timeLimit))

	err := demo(ctx, *root, os.Stdout)
	if cause := context.Cause(ctx); cause != nil {
		err = cause
	}
	cancel()
	stop()
	if err != nil {
		fmt.Fprintf(os.Stderr, "\ndemo: %v\n", err)
		os.Exit(1)
	}
}

// demo runs everything and reports to w.
func demo(ctx context.Context, root string, w io.Writer) (err error) {
	root, err = filepath.Abs(root)
	if err != nil {
		return err
	}
	site, err := fromEnvironment(os.Getenv, root)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "erpnet-demo-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()

	fmt.Fprint(w, "ERP.net provider demo\n\n")
	var bin string
	err = timed(w, "Build the provider", func() error {
		bin, err = build(ctx, root, dir)
		return err
	})
	if err != nil {
		return err
	}
	if site == nil {
		var stop func()
		site, stop, err = simulate(ctx, bin, dir)
		if err != nil {
			return err
		}
		defer stop()
	}
	tf, err := newCLI(ctx, w, bin, dir)
	if err != nil {
		return err
	}
	workspace, err := newWorkspace(filepath.Join(root, "examples", "demo"), dir)
	if err != nil {
		return err
	}

	fmt.Fprintf(w, "  Instance: %s\n", site)
	env := site.environment()
	err = timed(w, "Plan examples/demo with "+tf.version, func() error { return tf.plan(ctx, workspace, env) })
	if err != nil {
		return err
	}
	err = timed(w, "Apply it", func() error { return tf.apply(ctx, workspace, env) })
	if err != nil {
		return err
	}
	result, err := tf.output(ctx, workspace, env)
	if err != nil {
		return err
	}
	result.print(w, time.Now())
	return nil
}

// timed announces a step, and adds the seconds that it took.
func timed(w io.Writer, step string, do func() error) error {
	fmt.Fprintf(w, "  %s ... ", step)
	start := time.Now()
	if err := do(); err != nil {
		fmt.Fprintln(w, "failed")
		return err
	}
	fmt.Fprintf(w, "%.1f s\n", time.Since(start).Seconds())
	return nil
}
