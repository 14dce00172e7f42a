// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

//go:build unix

package acceptance

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	tfcli "github.com/erpnet/terraform-provider-erpnet/internal/acceptance/cli"
	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

// interruptLimit is how long a CLI may go on after Ctrl-C.
const interruptLimit = 2 * time.Second

// Ctrl-C ends a run whose request hangs, and leaves no process behind. Terraform
// 1.11 does not listen while `apply` makes its plan, so the apply here is that of
// a saved plan.
func TestInterruptEndsTheRun(t *testing.T) {
	// OpenTofu opens in apply only what a change needs.
	const consumer = `
resource "terraform_data" "use" {
  provisioner "local-exec" {
    command = "test -n \"$TOKEN\""

    environment = {
      TOKEN = ephemeral.erpnet_access_token.this.access_token
    }
  }
}`
	const check = `data "erpnet_credentials_check" "this" {
  probe_domain_api = true
}`
	for name, test := range map[string]struct {
		config string
		hangs  erpnettest.Endpoint
		apply  bool
	}{
		"ephemeral token":                     {tokenConfig, erpnettest.Token, false},
		"ephemeral token of a saved plan":     {tokenConfig + consumer, erpnettest.Token, true},
		"data token":                          {`data "erpnet_access_token" "this" {}`, erpnettest.Token, false},
		"query that waits for its token":      {query(), erpnettest.Token, false},
		"queries of which one waits in line":  {strings.Replace(query(), "{", "{\n  count = 3", 1), erpnettest.DomainAPI, false},
		"check that waits for the keys":       {check, erpnettest.JWKS, false},
		"check that waits for the Domain API": {check, erpnettest.DomainAPI, false},
		"instance":                            {instanceConfig, erpnettest.AutoDiscovery, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, env := startInstance(t)
			env["ERPNET_MAX_RETRIES"] = "4"
			c := newCLI(t, test.config, env)
			args := []string{"plan"}
			if test.apply {
				c.succeed("plan", "-out=plan.bin")
				args = []string{"apply", "plan.bin"}
			}
			server.Inject(test.hangs, erpnettest.Hang())
			hanging := server.Count(test.hangs) + 1
			run := c.start(args...)
			ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
			defer cancel()
			if err := server.WaitForCount(ctx, test.hangs, hanging); err != nil {
				t.Fatalf("no request hangs: %v", err)
			}
			took, code := run.interrupt(t)
			output := run.output.String()
			t.Logf("ended after %s", took)
			if took > interruptLimit {
				t.Errorf("the CLI goes on for %s after Ctrl-C:\n%s", took, output)
			}
			if code == 0 || !strings.Contains(output, "Interrupt received.") || strings.Contains(output, "panic") {
				t.Errorf("exit code %d:\n%s", code, output)
			}
			if left := run.left(t); left != nil {
				t.Errorf("these processes go on: %q", left)
			}
		})
	}
}

// started is a CLI that runs in a process group of its own, as in a terminal.
type started struct {
	command *exec.Cmd
	output  bytes.Buffer
	ended   chan error
}

func (c *cli) start(args ...string) *started {
	c.t.Helper()
	s := &started{command: exec.CommandContext(context.Background(), tfcli.Path(), args...), ended: make(chan error, 1)} //nolint:gosec // the developer names the CLI
	s.command.Dir, s.command.Env, s.command.Stdout, s.command.Stderr = c.dir, c.env, &s.output, &s.output
	s.command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := s.command.Start(); err != nil {
		c.t.Fatal(err)
	}
	group := -s.command.Process.Pid
	c.t.Cleanup(func() { _ = syscall.Kill(group, syscall.SIGKILL) })
	// Not before the last process that writes is gone.
	go func() { s.ended <- s.command.Wait() }()
	return s
}

// interrupt does what a terminal does on Ctrl-C, and returns how long the CLI
// went on, and its exit code.
func (s *started) interrupt(t *testing.T) (time.Duration, int) {
	t.Helper()
	begin := time.Now()
	if err := syscall.Kill(-s.command.Process.Pid, syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-s.ended:
		var exit *exec.ExitError
		if err != nil && !errors.As(err, &exit) {
			t.Fatal(err)
		}
	case <-time.After(time.Minute):
		t.Fatal("the CLI does not end")
	}
	return time.Since(begin), s.command.ProcessState.ExitCode()
}

// left are the processes that are left of the CLI's group.
func (s *started) left(t *testing.T) []string {
	t.Helper()
	group := s.command.Process.Pid
	if err := syscall.Kill(-group, 0); errors.Is(err, syscall.ESRCH) {
		return nil
	}
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	if stats == nil {
		return []string{"some of the group"} // a system without /proc
	}
	var left []string
	for _, path := range stats {
		text, err := os.ReadFile(path)
		if err != nil {
			continue // it has ended meanwhile
		}
		// The name stands in parentheses; state, parent and group follow.
		name, rest, _ := strings.Cut(string(text), ") ")
		fields := strings.Fields(rest)
		if len(fields) > 2 && fields[2] == fmt.Sprint(group) && fields[0] != "Z" {
			left = append(left, name)
		}
	}
	slices.Sort(left)
	return left
}
