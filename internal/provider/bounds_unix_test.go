// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

//go:build unix

package provider

import (
	"syscall"
	"time"
)

// worked is the time that the process has worked, whatever else the machine does.
func worked() time.Duration {
	var usage syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &usage) // of this process it never fails
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
