// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

// Package erpnet is a client of an ERP.net instance: it requests access
// tokens for trusted applications, checks what it was given, and says in plain
// words which attribute of the Trusted Application record to look at when a
// request is refused. It knows nothing of Terraform.
//
// An [Instance] says where the sites are, [Credentials] who asks, and a
// [Client] makes the requests:
//
//	instance, err := erpnet.ParseInstance("demodb.my.erp.net")
//	client := erpnet.NewClient(erpnet.Options{UserAgent: "example/1.0"})
//	token, err := client.RequestToken(ctx, erpnet.TokenRequest{
//		Instance:    instance,
//		Credentials: erpnet.Credentials{ClientID: id, Secret: erpnet.NewSecret(secret)},
//		Scope:       erpnet.JoinScopes([]string{"read"}),
//	})
//
// A [TokenCache] before it gives all callers of a process one token for each
// set of credentials and scopes.
//
// Secrets and access tokens are of type [Secret], which prints as "(redacted)".
// Every failed exchange is an [*Error], whose text holds neither. References
// to a "protocol section" mean the project's protocol page, which collects what
// ERP.net documents and where its documents disagree.
package erpnet
