// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

// Package erpnettest simulates an ERP.net instance in the test process, as
// net/http/httptest simulates a server. It has an identity service that issues
// signed access tokens to trusted applications, a Domain API that verifies them,
// reads and writes the applications and limits its sessions, auto-discovery, and
// faults on demand.
//
//	instance := erpnettest.NewTLSServer()
//	defer instance.Close()
//
//	app := erpnettest.SampleApplication()
//	app.Scope = "read"
//	instance.AddApplication(app)
//	instance.Inject(erpnettest.Token, erpnettest.Status(503).Once())
//
// Faults also come from outside, in JSON: see [ReadFaults]. So do settings and
// rows: [ReadSettings], [ReadEntitySets].
//
// A new server knows [SampleApplication], whose secret is [SampleSecret], its
// system user and fifteen customers. [Server.Configure] sets how it acts where
// the documentation is silent. [Server.Requests], [Server.Sessions] and
// [Server.Applications] tell what happened; [Server.StatusReport] and
// [Server.RecentRequests] tell it without secrets.
//
// The package follows the protocol page of the project: "protocol 3.1" in a
// comment names a section of it. It shares no code with the client that it tests,
// so that a misreading can't hide on both sides. Where the documentation is
// silent, the instance acts like IdentityServer4, on which the identity service
// was built, and the comment says "IS4". What is open or contradictory is a field
// of [Settings]. In doubt the instance is strict: it refuses what no page
// documents, so that no client comes to rely on it.
//
// The OData text of the Domain API is in the package odata.
package erpnettest
