// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package acceptance

import (
	"testing"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

// Twenty objects with the same credentials and scopes cost one token request in
// each provider process. An apply of Terraform has one process for its plan and
// one for itself; OpenTofu keeps the first.
func TestObjectsShareOneTokenPerProcess(t *testing.T) {
	t.Parallel()
	server, env := startInstance(t)
	c := newCLI(t, `ephemeral "erpnet_access_token" "this" {
  count  = 10
  scopes = ["read", "update"]
}

data "erpnet_access_token" "this" {
  count  = 10
  scopes = ["update", "read"]
}

output "tokens" {
  value = length(distinct(data.erpnet_access_token.this[*].access_token))
  sensitive = true
}`, env)
	c.succeed("plan")
	if n := server.Count(erpnettest.Token); n != 1 {
		t.Errorf("plan made %d token requests", n)
	}
	c.succeed("apply", "-auto-approve")
	if n := server.Count(erpnettest.Token); n != 2 && n != 3 {
		t.Errorf("plan and apply made %d token requests, want one in each of two or three provider processes", n)
	}
	if got := c.succeed("output", "tokens"); got != "1\n" {
		t.Errorf("the data sources got %s different tokens", got)
	}
}

func TestDifferentScopesGetTheirOwnToken(t *testing.T) {
	t.Parallel()
	server, env := startInstance(t)
	c := newCLI(t, `ephemeral "erpnet_access_token" "read" {
  scopes = ["read"]
}

ephemeral "erpnet_access_token" "all" {}
`, env)
	c.succeed("plan")
	if n := server.Count(erpnettest.Token); n != 2 {
		t.Errorf("%d token requests", n)
	}
}
