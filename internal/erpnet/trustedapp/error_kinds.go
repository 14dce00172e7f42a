// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

// Package trustedapp handles the records of trusted applications (protocol section 4). It checks what makes an
// application work, reads and writes records through the Domain API, and creates registration requests for
// administrators.
package trustedapp

import "github.com/erpnet/terraform-provider-erpnet/internal/erpnet"

// The kinds of failure of a change, in addition to those of the Domain API.
const (
	Conflict    erpnet.Kind = "api_conflict"
	Exists      erpnet.Kind = "api_exists"
	UnknownUser erpnet.Kind = "unknown_user"
	Undecided   erpnet.Kind = "write_undecided" // it is unknown whether the record was written

	TooManyRecords erpnet.Kind = "too_many_records"
)
