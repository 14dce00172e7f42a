// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
)

// The hash follows the version, not the secret: a write-only value that has
// changed cannot be seen.
func TestSecretHashResource(t *testing.T) {
	config := func(secret string, version int) string {
		return fmt.Sprintf("resource \"erpnet_secret_hash\" \"this\" {\n  secret_wo         = %q\n  secret_wo_version = %d\n}", secret, version)
	}
	hash := func(secret string) []statecheck.StateCheck {
		return []statecheck.StateCheck{
			statecheck.ExpectKnownValue("erpnet_secret_hash.this", tfjsonpath.New("hash"), knownvalue.StringExact(erpnet.SecretHash(secret))),
			statecheck.ExpectKnownValue("erpnet_secret_hash.this", tfjsonpath.New("secret_wo"), knownvalue.Null()),
		}
	}
	run(t, nil,
		resource.TestStep{Config: config("DEMO", 1), ConfigStateChecks: hash("DEMO")},
		resource.TestStep{
			Config: config("other", 1), ConfigStateChecks: hash("DEMO"),
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}},
		},
		resource.TestStep{Config: config("other", 2), ConfigStateChecks: hash("other")},
	)
}

func TestSecretHashResourceRefusesBadSecrets(t *testing.T) {
	t.Parallel()
	c := newCLI(t, "variable \"v\" {\n  ephemeral = true\n}\n\nresource \"erpnet_secret_hash\" \"this\" {\n  secret_wo = var.v\n}", map[string]string{"TF_VAR_v": "hunter2-hunter2\n"})
	if code, output := c.run("plan"); code == 0 || !words("it ends with a line break").MatchString(output) || strings.Contains(output, "hunter2") {
		t.Errorf("exit code %d:\n%s", code, output)
	}
}

func TestClientSecretEphemeral(t *testing.T) {
	matches := knownvalue.Bool(true)
	run(t, nil, resource.TestStep{
		Config: echo(`ephemeral "erpnet_client_secret" "usual" {}

ephemeral "erpnet_client_secret" "long" {
  length  = 100
  special = true
}
`, `{
  length      = length(ephemeral.erpnet_client_secret.usual.secret)
  alphabet    = can(regex("^[A-Za-z0-9]+$", ephemeral.erpnet_client_secret.usual.secret))
  matches     = provider::erpnet::secret_matches(ephemeral.erpnet_client_secret.usual.secret, ephemeral.erpnet_client_secret.usual.hash)
  long_length = length(ephemeral.erpnet_client_secret.long.secret)
  different   = ephemeral.erpnet_client_secret.usual.secret != ephemeral.erpnet_client_secret.long.secret
}`),
		ConfigStateChecks: []statecheck.StateCheck{
			expectEchoed(knownvalue.Int64Exact(48), "length"),
			expectEchoed(matches, "alphabet"),
			expectEchoed(matches, "matches"),
			expectEchoed(knownvalue.Int64Exact(100), "long_length"),
			expectEchoed(matches, "different"),
		},
	})
}

func TestClientSecretEphemeralRefusesItsLength(t *testing.T) {
	t.Parallel()
	for _, length := range []int{31, 101} {
		c := newCLI(t, fmt.Sprintf("ephemeral \"erpnet_client_secret\" \"this\" {\n  length = %d\n}", length), nil)
		if code, output := c.run("validate"); code == 0 || !strings.Contains(output, "between 32 and 100") {
			t.Errorf("length %d: exit code %d:\n%s", length, code, output)
		}
	}
}
