// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

// Package acceptance tests the provider as its users run it: by a real CLI, in a separate process, beside other
// providers. Most tests are scripts, which read as a manual does: testdata/script/rotation.txt rotates a secret. Run
// one by
//
//	go test ./internal/acceptance -run TestScripts/rotation$
//
// They run on Terraform, or on the OpenTofu that TF_ACC_TERRAFORM_PATH names.
package acceptance
