// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

// Package acceptance tests the provider as its users run it: by a real CLI, as a process, beside other providers.
package acceptance
