// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

//go:build !unix

package main

import "os/exec"

// endGently does nothing, because this system can't interrupt a process. The
// process is killed.
func endGently(*exec.Cmd) {}
