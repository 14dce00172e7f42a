// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

// Package erpnettest simulates an ERP.net instance in the test process, as
// net/http/httptest simulates a server. The instance has:
//
//   - an identity service that issues signed access tokens to trusted applications
//   - a Domain API that verifies these tokens, reads and writes the applications,
//     and limits its sessions
//   - auto-discovery
//   - faults on demand
//
// For example:
//
//	instance := erpnettest.NewTLSServer()
//	defer instance.Close()
//
//	app := erpnettest.SampleApplication()
//	app.Scope = "read"
//	instance.AddApplication(app)
//	instance.Inject(erpnettest.Token, erpnettest.Status(503).Once())
//
// You can also load faults, settings and rows from JSON: see [ReadFaults],
// [ReadSettings] and [ReadEntitySets].
//
// A new server has [SampleApplication], whose secret is [SampleSecret], its
// system user and fifteen customers. Use [Server.Configure] to choose how it
// behaves where the documentation is silent. Afterward, [Server.Requests],
// [Server.Sessions] and [Server.Applications] show what happened.
// [Server.StatusReport] and [Server.RecentRequests] show it without secrets.
//
// The package follows the protocol page of the project: "protocol 3.1" in a
// comment refers to a section of that page. The package shares no code with the
// client that it tests, so a misreading can't hide on both sides. Where the
// documentation is silent, the instance behaves like IdentityServer4, which the
// identity service was built on, and the comment says "IS4". Where the
// documentation is open or contradictory, there is a field in [Settings]. When
// in doubt, the instance is strict: it refuses what no page documents, so no
// client can come to rely on it.
//
// Package odata handles the OData query text of the Domain API.
package erpnettest
