// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// grace is how long a process may take to end after it is asked to.
const grace = 10 * time.Second

// command returns a command that ends with ctx. It is asked to end, and killed
// if it doesn't.
func command(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, name, args...) //nolint:gosec // runs go, the CLI and what was just built
	cmd.WaitDelay = grace
	endGently(cmd)
	return cmd
}

// run runs cmd. If it fails, the error contains its standard error.
func run(cmd *exec.Cmd) error {
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s %s: %w\n\n%s", filepath.Base(cmd.Path), cmd.Args[1], err, bytes.TrimSpace(stderr.Bytes()))
	}
	return nil
}

// build builds the provider and the simulated instance from the repository at
// root into a folder in dir.
func build(ctx context.Context, root, dir string) (bin string, err error) {
	bin = filepath.Join(dir, "bin")
	if err := os.Mkdir(bin, 0o700); err != nil {
		return "", err
	}
	cmd := command(ctx, "go", "build", "-o", bin, ".", "./cmd/erpnet-mock")
	cmd.Dir = root
	return bin, run(cmd)
}
