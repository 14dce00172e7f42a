// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// The notices of a release list everything it contains. After a change of
// go.mod, run `make generate`.
func TestNoticesAreCurrent(t *testing.T) {
	t.Parallel()
	root := filepath.Join("..", "..")
	for program, pkg := range programs {
		want, err := notices(t.Context(), root, program, pkg)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(file(root, program)); err != nil || !bytes.Equal(got, want) {
			t.Errorf("notices/%s.txt is not current (%v): run `make generate`", program, err)
		}
	}
}
