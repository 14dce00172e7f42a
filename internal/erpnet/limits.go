// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnet

import "time"

// Limits on requests and responses, whatever a server sends and however slowly. SECURITY.md lists these limits.
const (
	// DefaultRequestTimeout bounds one attempt of a request, including reading the body.
	DefaultRequestTimeout = 30 * time.Second

	// OperationLimit bounds what a user sees as one operation, with all its requests, attempts, and waits. Time spent
	// waiting for a slot in a session does not count.
	OperationLimit = 3 * time.Minute

	// MaxResponseSize bounds, in bytes, the decompressed body of one response. MaxOperationSize bounds all responses of
	// an operation together.
	MaxResponseSize  = 1 << 20
	MaxOperationSize = 16 << 20

	// MaxHeaderSize bounds, in bytes, the headers of a response.
	MaxHeaderSize = 64 << 10

	// MaxListed bounds the number of records in one list.
	MaxListed = 5000

	// MaxScopes bounds the scopes of a token, a discovery document, or a record, and the URIs of a record. MaxWebSites
	// bounds the sites of auto-discovery. Terraform compares the elements of a set pair by pair, so larger sets take
	// too long.
	MaxScopes   = 500
	MaxWebSites = 500

	// MaxDepth, MaxElements, and MaxPageSize bound the rows of one response: the depth of their nesting, the total
	// number of values, and the number of bytes that they take in a state. A state holds each row twice: once with its
	// types and once as JSON.
	MaxDepth    = 32
	MaxElements = 100_000
	MaxPageSize = 5 << 20
)
