// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

// Package erpnettest is a whole ERP.net instance in the test process, as
// net/http/httptest is a whole server: an identity service that issues signed
// access tokens to trusted applications, a Domain API that checks them, reads
// and writes those very applications and limits its sessions, auto-discovery, and
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
// A new server knows [SampleApplication], whose secret is [SampleSecret], its
// system user and fifteen customers. [Server.Configure] sets how it acts where
// the documentation is silent; [Server.Requests], [Server.Sessions] and
// [Server.Applications] tell what has come of it, and [Server.StatusReport] tells
// it without secrets.
//
// The package follows the protocol page of the project ("protocol 3.1" in a
// comment names a section of it) and shares no code with the client it tests,
// so that a misreading cannot hide on both sides. Where the documentation is
// silent the behaviour of IdentityServer4 is taken, on which the identity
// service was built, and the comment says "IS4". What is open or contradictory
// is a field of [Settings]. Where strictness and leniency are both possible, the
// instance is strict: what no page documents is refused, so that no client comes
// to rely on it.
package erpnettest
