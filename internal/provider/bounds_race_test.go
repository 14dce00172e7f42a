// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

//go:build race

package provider

// raceFactor is how much more time and memory the race detector takes.
const raceFactor = 10
