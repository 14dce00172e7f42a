// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"os"
	"regexp"
	"testing"
)

// tooOld is what CLIs say that know no ephemeral resources.
var tooOld = regexp.MustCompile(`Blocks of type "ephemeral" are not expected here`)

// The bench itself refuses more than one token request over one connection in a process.
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
