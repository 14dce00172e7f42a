// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

//go:build unix

package provider

import (
	"syscall"
	"time"
)

// worked returns the CPU time of this process, which doesn't depend on the load of the machine.
func worked() time.Duration {
	var usage syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &usage) // it never fails for this process
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
