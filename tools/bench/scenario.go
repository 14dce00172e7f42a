// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package main

import "fmt"

// object is a kind of thing that a configuration has N of.
type object string

const (
	dataSource object = "data"        // data source erpnet_access_token
	ephemeral  object = "ephemeral"   // ephemeral resource erpnet_access_token
	secretHash object = "secret_hash" // resource erpnet_secret_hash
	function   object = "function"    // calls of the function secret_hash
)

// asksForTokens says whether latency matters.
func (o object) asksForTokens() bool { return o == dataSource || o == ephemeral }

// config is a configuration of n of these objects, for the provider or its twin.
func (o object) config(n int) string {
	switch o {
	case dataSource:
		return fmt.Sprintf("data \"erpnet_access_token\" \"this\" {\n  count  = %d\n  scopes = [\"read\"]\n}\n", n)
	case ephemeral:
		return fmt.Sprintf("ephemeral \"erpnet_access_token\" \"this\" {\n  count  = %d\n  scopes = [\"read\"]\n}\n", n)
	case secretHash:
		return fmt.Sprintf("resource \"erpnet_secret_hash\" \"this\" {\n  count     = %d\n  secret_wo = \"secret-${count.index}\"\n}\n", n)
	case function:
		return fmt.Sprintf("output \"hashes\" {\n  value = [for n in range(%d) : provider::erpnet::secret_hash(\"secret-${n}\")]\n}\n", n)
	}
	panic("no such object")
}

// trivialConfig is the trivial floor's nearest to it, empty when it has none.
func (o object) trivialConfig(n int) string {
	switch o {
	case dataSource:
		return fmt.Sprintf("data \"trivial_value\" \"this\" {\n  count = %d\n}\n", n)
	case ephemeral:
		return fmt.Sprintf("ephemeral \"trivial_value\" \"this\" {\n  count = %d\n}\n", n)
	default:
		return ""
	}
}

// verb is what the CLI is told to do, on an empty state.
type verb string

const (
	plan  verb = "plan"
	apply verb = "apply"
)

func (v verb) arguments() []string {
	if v == apply {
		return []string{"apply", "-auto-approve", "-input=false", "-no-color"}
	}
	return []string{"plan", "-input=false", "-no-color"}
}

// askingProcesses is how many provider processes ask for a token: Terraform
// plans in one and applies in another, which opens ephemeral resources again;
// what a data source read stands in the plan.
func (v verb) askingProcesses(o object) int {
	switch {
	case !o.asksForTokens():
		return 0
	case v == apply && o == ephemeral:
		return 2
	default:
		return 1
	}
}
