// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package acceptance

import (
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

var (
	moduleVariable = regexp.MustCompile(`(?ms)^variable "(\w+)" \{\n  description = "(.*?)"$\n  type        = (\S+)$(.*?)^\}$`)
	moduleDefault  = regexp.MustCompile(`(?m)^  default     = (.*)$`)
	moduleOutput   = regexp.MustCompile(`(?m)^output "(\w+)" \{\n  description = "(.*)"$`)
)

// The README's tables are what the module's files say.
func TestModuleREADMEHasItsInputsAndOutputs(t *testing.T) {
	t.Parallel()
	variables, outputs, readme := moduleFile(t, "variables.tf"), moduleFile(t, "outputs.tf"), moduleFile(t, "README.md")
	inputs := "\n## Inputs\n\n| name | type | default | what it is |\n|---|---|---|---|\n"
	found := moduleVariable.FindAllStringSubmatch(variables, -1)
	for _, v := range found {
		value := "required"
		if given := moduleDefault.FindStringSubmatch(v[4]); given != nil {
			value = "`" + given[1] + "`"
		}
		inputs += fmt.Sprintf("| `%s` | `%s` | %s | %s |\n", v[1], v[3], value, v[2])
	}
	results := "\n## Outputs\n\n| name | what it is |\n|---|---|\n"
	given := moduleOutput.FindAllStringSubmatch(outputs, -1)
	for _, o := range given {
		results += fmt.Sprintf("| `%s` | %s |\n", o[1], o[2])
	}
	if len(found) != strings.Count(variables, "\nvariable ") || len(given) != strings.Count(outputs, "\noutput ") {
		t.Errorf("%d variables and %d outputs were understood", len(found), len(given))
	}
	for _, table := range []string{inputs, results} {
		if !strings.Contains(readme, table+"\n## ") {
			t.Errorf("the README has not this table:\n%s", table)
		}
	}
}

// The README's command for CLIs without erpnet_secret_hash gives the same hash.
func TestModuleREADMEHashesAsTheProvider(t *testing.T) {
	t.Parallel()
	line := regexp.MustCompile(`(?m)^printf .*\| openssl .*$`).FindString(moduleFile(t, "README.md"))
	for _, program := range []string{"sh", "openssl"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skip(err)
		}
	}
	command := exec.CommandContext(t.Context(), "sh", "-c", line) //nolint:gosec // the README's own command
	command.Env = append(os.Environ(), "ERPNET_CLIENT_SECRET="+moduleSecret)
	output, err := command.Output()
	if err != nil || strings.TrimSpace(string(output)) != erpnettest.SecretHash(moduleSecret) {
		t.Errorf("%s: %s, %v", line, output, err)
	}
}
