// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"runtime/debug"
	"strings"
)

// version is set by the linker in a release.
var version = ""

// programVersion returns the version of the release, or of the module that was
// built.
func programVersion() string {
	if version != "" {
		return version
	}
	if info, ok := debug.ReadBuildInfo(); ok && strings.HasPrefix(info.Main.Version, "v") {
		return strings.TrimPrefix(info.Main.Version, "v")
	}
	return "development"
}
