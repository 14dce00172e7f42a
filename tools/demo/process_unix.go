// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

//go:build unix

package main

import (
	"os"
	"os/exec"
	"syscall"
)

// endGently lets cmd end by an interrupt. In a process group of its own it gets one: a CLI that also receives the
// terminal's Ctrl-C takes the second for an order to leave at once, and its provider stays behind.
func endGently(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
}
