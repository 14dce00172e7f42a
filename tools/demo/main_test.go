// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// tooOld matches the error of a CLI before 1.11 for examples/demo.
var tooOld = regexp.MustCompile(
	`Unsupported (Terraform|OpenTofu) Core version|Blocks of type "ephemeral" are not expected here`)

// TestDemo is `make demo` with a simulated instance.
func TestDemo(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the provider")
	}
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	for _, name := range []string{"ERPNET_INSTANCE", "ERPNET_CLIENT_ID", "ERPNET_CLIENT_SECRET"} {
		t.Setenv(name, "")
	}
	t.Setenv("TF_CLI_ARGS", "-destroy")

	var out strings.Builder
	if err := demo(t.Context(), filepath.Join("..", ".."), &out); err != nil {
		if tooOld.MatchString(err.Error()) {
			t.Skipf("needs a newer CLI: %v", err)
		}
		t.Fatalf("%v\n%s", err, out.String())
	}
	t.Log(out.String())

	for _, want := range []string{
		"granted scopes  read", "system user     ", "database        ", "expires at      ", "hash  ",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is missing", want)
		}
	}
	if _, table, _ := strings.Cut(out.String(), "Number  Name\n"); strings.Count(table, "\n") != 10 {
		t.Errorf("want ten customers, got:\n%s", table)
	}
	left, err := os.ReadDir(temp)
	if err != nil {
		t.Fatal(err)
	}
	if len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}
