// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

//go:build !unix

package provider

import "time"

var started = time.Now()

// worked approximates the time that this process has spent working.
func worked() time.Duration { return time.Since(started) }
