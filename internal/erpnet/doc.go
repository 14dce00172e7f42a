// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

// Package erpnet talks to an ERP.net instance over HTTP. It locates the instance's sites, sends and retries requests,
// wraps secrets, and makes text from a server safe to show. The packages below it cover one site or task each:
//
//   - identity requests and verifies access tokens
//   - domainapi queries and calls the Domain API
//   - trustedapp reads and writes the records of trusted applications
//   - inspect describes an instance and checks credentials
//
// Each package imports only those above it in this list, and none of them knows its callers. A failure is an [*Error],
// which holds the kind and the facts of the case; advice is up to the caller.
//
// An [Instance] holds the URLs of the sites, and a [Client] sends the requests:
//
//	instance, err := erpnet.ParseInstance("demodb.my.erp.net")
//	client := erpnet.NewClient(erpnet.Options{UserAgent: "example/1.0"})
//	service := identity.NewService(client)
//	token, err := service.Token(ctx, identity.TokenRequest{
//		Instance:    instance,
//		Credentials: identity.Credentials{ClientID: id, Secret: erpnet.NewSecret(secret)},
//		Scope:       identity.JoinScopes([]string{"read"}),
//	})
//
// Secrets and access tokens have the type [Secret], which prints as "(redacted)". A "protocol section" is a section of
// the project's protocol page, which collects what ERP.net documents and where its documents disagree.
package erpnet
