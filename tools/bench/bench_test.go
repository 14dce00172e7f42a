// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"os"
	"regexp"
	"testing"
)

// tooOld matches the error of a CLI that doesn't support ephemeral resources.
var tooOld = regexp.MustCompile(`Blocks of type "ephemeral" are not expected here`)

// The bench itself refuses a process with more than one token request or more
// than one connection.
func TestOneTokenRequestOverOneConnection(t *testing.T) {
	o := options{cli: os.Getenv("TF_ACC_TERRAFORM_PATH"), parts: []string{"runs"}, pairs: 1, sizes: []int{20}}
	r, err := measure(o)
	if err != nil && tooOld.MatchString(err.Error()) {
		t.Skipf("needs a newer CLI: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	if len(r.runs) != 4 {
		t.Errorf("%d runs were measured", len(r.runs))
	}
}
