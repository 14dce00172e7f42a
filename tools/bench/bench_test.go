// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"os"
	"regexp"
	"testing"
	"time"
)

// tooOld is what CLIs say that know no ephemeral resources or no write-only
// arguments.
var tooOld = regexp.MustCompile(`Blocks of type "ephemeral" are not expected here|WriteOnly Attribute Not Allowed`)

func TestMain(m *testing.M) {
	if timedToken() {
		return
	}
	os.Exit(m.Run())
}

// The bench is run once with little to do: it must work on a fresh checkout, and
// what it says of requests is no matter of time.
func TestOneTokenRequestOverOneConnection(t *testing.T) {
	o := defaults()
	o.cli = os.Getenv("TF_ACC_TERRAFORM_PATH")
	o.parts, o.pairs, o.sizes, o.latency = []string{"cells"}, 1, []int{20}, []time.Duration{0}
	r, err := run(o)
	if err != nil && tooOld.MatchString(err.Error()) {
		t.Skipf("needs a newer CLI: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Cells) != 8 {
		t.Errorf("%d cells", len(r.Cells))
	}
	for _, m := range r.Cells {
		// OpenTofu applies in the process that it planned in.
		if most := m.Command.askingProcesses(m.Object); m.TokenRequests > most || most > 0 && m.TokenRequests == 0 {
			t.Errorf("%s of %s: %d token requests of %d processes", m.Command, m.Object, m.TokenRequests, most)
		}
		if m.Connections != m.TokenRequests || m.Handshakes != m.TokenRequests {
			t.Errorf("%s of %s: %d connections, %d handshakes for %d token requests", m.Command, m.Object, m.Connections, m.Handshakes, m.TokenRequests)
		}
	}
}
