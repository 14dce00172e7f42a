// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

//go:build !race

package provider

// raceFactor is how much more time and memory the tests take under the race detector.
const raceFactor = 1
