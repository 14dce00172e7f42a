// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

// Package domainapi calls the Domain API of an instance, an OData service (protocol section 5), within the limits of
// its sessions.
package domainapi

import "github.com/erpnet/terraform-provider-erpnet/internal/erpnet"

// The kinds of failure of a call (protocol section 3.3).
const (
	TokenRejected  erpnet.Kind = "api_token_refused"
	Forbidden      erpnet.Kind = "api_forbidden"
	NotFound       erpnet.Kind = "api_not_found"
	NotServed      erpnet.Kind = "api_not_served" // there is nothing at this URL
	RateLimited    erpnet.Kind = "api_rate_limited"
	NoLicence      erpnet.Kind = "no_licence"
	Failed         erpnet.Kind = "api_failed"
	Renamed        erpnet.Kind = "api_renamed"
	URLTooLong     erpnet.Kind = "url_too_long"
	NotDomainAPI   erpnet.Kind = "not_domain_api"
	ForeignLink    erpnet.Kind = "foreign_link"
	NoFurtherRows  erpnet.Kind = "no_further_rows" // the next pages lead nowhere
	TooManyRows    erpnet.Kind = "too_many_rows"
	MiscountedRows erpnet.Kind = "miscounted_rows"
)
