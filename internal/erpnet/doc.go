// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

// Package erpnet is an ERP.net instance over HTTP: where its sites are, how a request is sent and retried, what a
// secret is, and how text that a server sent is made safe to show. The packages below it know the sites:
//
//   - identity requests and verifies access tokens
//   - domainapi queries and calls the Domain API
//   - trustedapp reads and writes the records of trusted applications
//   - inspect describes an instance and checks credentials
//
// Each of them imports only those above it. None knows who calls it: a failure is an [*Error], which gives its kind and
// the facts of the case, and leaves advice to the caller.
//
// An [Instance] says where the sites are, and a [Client] sends the requests:
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
// Secrets and access tokens are of type [Secret], which prints as "(redacted)". A "protocol section" is one of the
// project's protocol page, which collects what ERP.net documents and where its documents disagree.
package erpnet
