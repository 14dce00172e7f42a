// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnet

import "time"

// What a request takes, whatever a server sends and however slowly. SECURITY.md lists these limits.
const (
	// DefaultRequestTimeout bounds one attempt of a request, its body included.
	DefaultRequestTimeout = 30 * time.Second

	// OperationLimit bounds what a user sees as one operation, with all its requests, attempts and waits. Waiting for
	// a slot in a session does not count.
	OperationLimit = 3 * time.Minute

	// MaxResponseSize bounds, in bytes, the decompressed body of a response, and MaxOperationSize all responses of an
	// operation together.
	MaxResponseSize  = 1 << 20
	MaxOperationSize = 16 << 20

	// MaxHeaderSize bounds, in bytes, the headers of a response.
	MaxHeaderSize = 64 << 10

	// MaxListed bounds the records of one list.
	MaxListed = 5000

	// MaxScopes bounds the scopes of a token, of a discovery document or of a record, and the URIs of a record, and
	// MaxWebSites the sites of auto-discovery: Terraform compares the elements of a set pair by pair.
	MaxScopes   = 500
	MaxWebSites = 500

	// MaxDepth, MaxElements and MaxPageSize bound the rows of one response: how deep they are nested, how many values
	// they have in all, and how many bytes they take in a state, where a row stands once with its types and once as
	// JSON.
	MaxDepth    = 32
	MaxElements = 100_000
	MaxPageSize = 5 << 20
)
