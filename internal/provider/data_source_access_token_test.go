// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"regexp"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"
)

func TestAccessTokenDataSource(t *testing.T) {
	_, env := startInstance(t)
	const address = "data.erpnet_access_token.this"
	expect := func(name string, value knownvalue.Check) statecheck.StateCheck {
		return statecheck.ExpectKnownValue(address, tfjsonpath.New(name), value)
	}
	run(t, env, resource.TestStep{
		Config: `data "erpnet_access_token" "this" {
  scopes = ["update", "read"]
}`,
		ConfigStateChecks: []statecheck.StateCheck{
			expect("access_token", knownvalue.StringRegexp(regexp.MustCompile(`^eyJ`))),
			expect("token_type", knownvalue.StringExact("Bearer")),
			expect("expires_in", knownvalue.Int64Exact(3600)),
			expect("expires_at", rfc3339In(time.Hour)),
			expect("granted_scopes", knownvalue.SetExact([]knownvalue.Check{knownvalue.StringExact("read"), knownvalue.StringExact("update")})),
			statecheck.ExpectSensitiveValue(address, tfjsonpath.New("access_token")),
		},
	})
}
