// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

// Package trustedapp is the record of a trusted application (protocol section 4): what makes one work, how it is
// written, read and changed through the Domain API, and how its registration is requested from those who may.
package trustedapp

import "github.com/erpnet/terraform-provider-erpnet/internal/erpnet"

// The kinds of a change that failed, beside those of the Domain API.
const (
	Conflict    erpnet.Kind = "api_conflict"
	Exists      erpnet.Kind = "api_exists"
	UnknownUser erpnet.Kind = "unknown_user"
	Undecided   erpnet.Kind = "write_undecided" // whether it was written is not known

	TooManyRecords erpnet.Kind = "too_many_records"
)
