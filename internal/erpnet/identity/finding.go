// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package identity

import "github.com/erpnet/terraform-provider-erpnet/internal/erpnet"

// Status is the outcome of one check.
type Status string

// The outcomes of a check.
const (
	Passed  Status = "passed"
	Skipped Status = "skipped" // its input is missing, or it was not requested
	Failed  Status = "failed"
)

// Finding is one check and its outcome. It holds no secret and no token.
type Finding struct {
	Name    string // name of the check, such as issuer or signature
	Status  Status
	Detail  string        // a sentence that says what was found, or why the check was skipped
	Failure *erpnet.Error // the error of a failed check; else nil
}

// Pass is the finding of a check that passed.
func Pass(name, detail string) Finding { return Finding{Name: name, Status: Passed, Detail: detail} }

// Skip is the finding of a check that was skipped.
func Skip(name, reason string) Finding { return Finding{Name: name, Status: Skipped, Detail: reason} }

// Fail is the finding of a check that failed.
func Fail(name string, failure *erpnet.Error) Finding {
	return Finding{Name: name, Status: Failed, Detail: failure.Error(), Failure: failure}
}
