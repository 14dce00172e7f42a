// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"
)

// hashOfDEMO is the vector of ERP.net's documents (protocol section 4.1).
const hashOfDEMO = "T/AGymuI51LwjLeIFxRQXOs9IHnupDKs/ajhWODR2C4="

// The pure objects need no provider configuration at all.
func TestSecretHash(t *testing.T) {
	run(t, nil, resource.TestStep{
		Config: fmt.Sprintf(`
data "erpnet_secret_hash" "this" {
  secret = "DEMO"
}

output "function" {
  value = provider::erpnet::secret_hash("DEMO")
}

output "same" {
  value = provider::erpnet::secret_matches("DEMO", %[1]q)
}

output "other" {
  value = provider::erpnet::secret_matches("demo", %[1]q)
}`, hashOfDEMO),
		ConfigStateChecks: []statecheck.StateCheck{
			statecheck.ExpectKnownValue("data.erpnet_secret_hash.this", tfjsonpath.New("hash"), knownvalue.StringExact(hashOfDEMO)),
			statecheck.ExpectSensitiveValue("data.erpnet_secret_hash.this", tfjsonpath.New("secret")),
			statecheck.ExpectKnownOutputValue("function", knownvalue.StringExact(hashOfDEMO)),
			statecheck.ExpectKnownOutputValue("same", knownvalue.Bool(true)),
			statecheck.ExpectKnownOutputValue("other", knownvalue.Bool(false)),
		},
	})
}

// Bad input comes from a variable here, since the CLI itself prints the source
// line of a function call.
func TestPureObjectsRefuseBadInputWithoutRepeatingIt(t *testing.T) {
	const secret = "hunter2-hunter2-hunter2"
	for name, test := range map[string]struct{ config, value, want string }{
		"hash of a line":     {`locals { x = provider::erpnet::secret_hash(var.v) }`, secret + "\n", "it ends with a line break"},
		"hash of nothing":    {`locals { x = provider::erpnet::secret_hash(var.v) }`, "", "it is empty"},
		"match of a tab":     {`locals { x = provider::erpnet::secret_matches(var.v, "x") }`, secret + "\tx", "control character"},
		"secret as hash":     {`locals { x = provider::erpnet::secret_matches("x", var.v) }`, secret, "it is not the padded base64 of a SHA-256 sum"},
		"data source":        {`data "erpnet_secret_hash" "x" { secret = var.v }`, " " + secret, "it begins or ends with a space"},
		"decode a secret":    {`locals { x = provider::erpnet::decode_access_token(var.v) }`, secret, "it is not a JWT"},
		"decode a reference": {`locals { x = provider::erpnet::decode_access_token(var.v) }`, "enrt_" + strings.Repeat("hunter2a", 8), "opaque reference token"},
		"decode a header":    {`locals { x = provider::erpnet::decode_access_token(var.v) }`, "Bearer " + secret, "it begins with \"Bearer\""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCLI(t, "variable \"v\" {\n  sensitive = true\n}\n\n"+multiline(test.config), map[string]string{"TF_VAR_v": test.value})
			code, output := c.run("plan")
			if code == 0 || !words(test.want).MatchString(output) {
				t.Errorf("exits with %d:\n%s", code, output)
			}
			if strings.Contains(output, "hunter2") {
				t.Errorf("the output repeats the input:\n%s", output)
			}
		})
	}
}

func multiline(block string) string {
	return strings.NewReplacer("{ ", "{\n  ", " }", "\n}").Replace(block)
}

func TestPureObjectsNeedNoCredentialsAndSendNothing(t *testing.T) {
	t.Parallel()
	server, _ := startInstance(t)
	c := newCLI(t, `data "erpnet_secret_hash" "this" {
  secret = "DEMO"
}

output "hash" {
  value = provider::erpnet::secret_hash("DEMO")
}`, map[string]string{"ERPNET_INSTANCE": server.URL})
	c.succeed("validate")
	if output := c.succeed("plan"); !strings.Contains(output, hashOfDEMO) {
		t.Errorf("the plan lacks the hash:\n%s", output)
	}
	if n := len(server.Requests()); n != 0 {
		t.Errorf("%d requests were sent", n)
	}
}
