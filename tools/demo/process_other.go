// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

//go:build !unix

package main

import "os/exec"

// endGently does nothing where a process cannot be interrupted: it is killed.
func endGently(*exec.Cmd) {}
