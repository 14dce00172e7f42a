// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

//go:build unix

package acceptance

import (
	"bytes"
	"context"
	"errors"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/erpnet/terraform-provider-erpnet/internal/acceptance/cli"
	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

// interruptLimit is how long a CLI may continue after Ctrl-C.
const interruptLimit = 2 * time.Second

// interrupt ENDPOINT ARGUMENTS... runs the CLI while the endpoint doesn't respond, and does what a terminal does on
// Ctrl-C as soon as a request hangs. The CLI must fail soon, say that it was interrupted, and leave no process behind.
func interrupt(ts *testscript.TestScript, neg bool, args []string) {
	noNegation(ts, neg)
	server, endpoint := worldOf(ts).server, erpnettest.Endpoint(args[0])
	ts.Check(ts.Exec("env", "-0"))
	var printed bytes.Buffer
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	command := exec.CommandContext(ctx, cli.Path(), args[1:]...) //nolint:gosec // the developer names the CLI
	command.Dir, command.Stdout, command.Stderr = ts.MkAbs("."), &printed, &printed
	command.Env = strings.Split(strings.TrimSuffix(ts.ReadFile("stdout"), "\x00"), "\x00")
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // as in a terminal

	server.Inject(endpoint, erpnettest.Hang())
	defer server.ClearFaults()
	hanging := server.Count(endpoint) + 1
	ts.Check(command.Start())
	group := -command.Process.Pid
	defer func() { _ = syscall.Kill(group, syscall.SIGKILL) }()
	if err := server.WaitForCount(ctx, endpoint, hanging); err != nil {
		ts.Fatalf("no request hangs: %v", err)
	}
	begin := time.Now()
	ts.Check(syscall.Kill(group, syscall.SIGINT))
	err := command.Wait() // waits for the last process that writes
	took := time.Since(begin)
	if exit := (&exec.ExitError{}); !errors.As(err, &exit) || took > interruptLimit {
		ts.Fatalf("ends after %s with %v:\n%s", took, err, printed.String())
	}
	if !strings.Contains(printed.String(), "Interrupt received.") || strings.Contains(printed.String(), "panic") {
		ts.Fatalf("%s", printed.String())
	}
	if !errors.Is(syscall.Kill(group, 0), syscall.ESRCH) {
		ts.Fatalf("some of its processes go on")
	}
}
