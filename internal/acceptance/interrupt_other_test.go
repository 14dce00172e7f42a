// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

//go:build !unix

package acceptance

import "github.com/rogpeppe/go-internal/testscript"

func interrupt(ts *testscript.TestScript, _ bool, _ []string) { ts.Fatalf("there is no Ctrl-C here") }
