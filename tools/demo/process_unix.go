// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

//go:build unix

package main

import (
	"os"
	"os/exec"
	"syscall"
)

// endGently makes cmd end with an interrupt. It also puts cmd into a separate process group. Otherwise the CLI would
// also get the terminal's Ctrl-C, take the second interrupt as an order to exit immediately, and leave its provider
// running.
func endGently(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
}
