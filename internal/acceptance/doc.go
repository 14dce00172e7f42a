// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

// Package acceptance tests the provider as its users run it: with a real CLI, in a separate process, and together
// with other providers. Most tests are scripts that read like a manual. For example, testdata/script/rotation.txt
// rotates a secret. To run one script:
//
//	go test ./internal/acceptance -run TestScripts/rotation$
//
// The tests run Terraform, or the OpenTofu that TF_ACC_TERRAFORM_PATH names.
package acceptance
