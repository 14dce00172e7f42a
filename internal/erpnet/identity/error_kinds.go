// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

// Package identity talks to an instance's identity service. It requests access tokens with the client credentials
// grant, caches them in memory, decodes their claims, and verifies them with the keys that the service publishes.
package identity

import "github.com/erpnet/terraform-provider-erpnet/internal/erpnet"

// The identity service refused the request (RFC 6749 section 5.2; protocol section 3.1).
const (
	InvalidClient        erpnet.Kind = "invalid_client"
	UnauthorizedClient   erpnet.Kind = "unauthorized_client"
	InvalidScope         erpnet.Kind = "invalid_scope"
	InvalidGrant         erpnet.Kind = "invalid_grant"
	UnsupportedGrantType erpnet.Kind = "unsupported_grant_type"
	InvalidRequest       erpnet.Kind = "invalid_request"
	RequestRefused       erpnet.Kind = "request_refused"
)

// The token is not the one that was requested.
const (
	NoToken         erpnet.Kind = "no_token"
	MalformedToken  erpnet.Kind = "malformed_token"
	WrongTokenType  erpnet.Kind = "wrong_token_type"
	InvalidLifetime erpnet.Kind = "invalid_lifetime"
	ForeignIssuer   erpnet.Kind = "foreign_issuer"
	ForeignClient   erpnet.Kind = "foreign_client"
	ExpiredToken    erpnet.Kind = "expired_token"
	MissingScopes   erpnet.Kind = "missing_scopes"
)

// The token did not pass verification.
const (
	ForeignService erpnet.Kind = "foreign_service"
	NoKeys         erpnet.Kind = "no_keys"
	WrongAlgorithm erpnet.Kind = "wrong_algorithm"
	WrongJWTType   erpnet.Kind = "wrong_jwt_type"
	UnknownKey     erpnet.Kind = "unknown_key"
	BadSignature   erpnet.Kind = "bad_signature"
	WrongAudience  erpnet.Kind = "wrong_audience"
	NotYetValid    erpnet.Kind = "not_yet_valid"
)
