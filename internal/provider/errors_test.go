// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
)

// After you change an error, write the file again and read it:
//
//	go test ./internal/provider -run TestErrorsAreThoseOfTheFile -write-errors
var writeErrors = flag.Bool("write-errors", false, "write testdata/errors.txt")

const errorsFile = "testdata/errors.txt"

// One file contains what a user reads for each kind of failure, for a person to read from top to bottom: what is wrong,
// what to do, and then the evidence.
func TestErrorsAreThoseOfTheFile(t *testing.T) {
	var b strings.Builder
	for _, remedy := range Remedies() {
		failed := &erpnet.Error{
			Kind: remedy.Kind, URL: "https://demodb.my.erp.net/id/connect/token", ClientID: sampleURI,
			Happened: "was answered with WHAT HAPPENED",
		}
		d := errorDiagnostic(failed)
		cause, rest, found := strings.Cut(d.Detail(), "\n\n")
		evidence := max(strings.LastIndex(rest, "WHAT HAPPENED"), 0)
		if !found || cause == "" || strings.TrimSpace(rest[:evidence]) == "" {
			t.Errorf("%s: not the cause, the remedy and the evidence, in this order:\n%s", d.Summary(), d.Detail())
		}
		fmt.Fprintf(&b, "Error: %s\n\n%s\n\n\n", d.Summary(), d.Detail())
	}
	if *writeErrors {
		if err := os.WriteFile(errorsFile, []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if want := string(must(os.ReadFile(errorsFile))); b.String() != want {
		t.Errorf("%s holds other errors: write it again with -write-errors, and read it", errorsFile)
	}
}
