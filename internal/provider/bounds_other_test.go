// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

//go:build !unix

package provider

import "time"

var started = time.Now()

// worked is the time that the process has worked, as near as can be told.
func worked() time.Duration { return time.Since(started) }
