// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"errors"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
)

// errorDiagnostic is the one place where a failure of package erpnet becomes a
// diagnostic. It has no attribute path: with one, the CLI prints the source
// line, which may hold a secret.
func errorDiagnostic(err error) diag.Diagnostic {
	var failed *erpnet.Error
	if !errors.As(err, &failed) {
		return diag.NewErrorDiagnostic("Unexpected Error", "This is a defect of the provider. Please report it.")
	}
	return diag.NewErrorDiagnostic(failed.Title(), failed.Error()+" "+failed.Cause()+"\n\n"+failed.Remedy())
}

// problemDiagnostic reports all problems of a configuration as one error.
func problemDiagnostic(problems []*problem) diag.Diagnostic {
	problems = slices.CompactFunc(problems, func(a, b *problem) bool { return a == b }) // of two attributes in conflict
	if len(problems) == 1 {
		return diag.NewErrorDiagnostic(problems[0].summary, problems[0].detail)
	}
	details := make([]string, len(problems))
	for i, p := range problems {
		details[i] = p.summary + ": " + p.detail
	}
	return diag.NewErrorDiagnostic("Incomplete ERP.net Configuration", strings.Join(details, "\n\n"))
}

// present drops the problems that are none.
func present(problems ...*problem) []*problem {
	var found []*problem
	for _, p := range problems {
		if p != nil {
			found = append(found, p)
		}
	}
	return found
}
