// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package acceptance

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
)

var (
	moduleVariable = regexp.MustCompile(`(?ms)^variable "(\w+)" \{\n` +
		`  description = "(.*?)"$\n  type        = (\S+)$(.*?)^\}$`)
	moduleDefault = regexp.MustCompile(`(?m)^  default     = (.*)$`)
	moduleOutput  = regexp.MustCompile(`(?m)^output "(\w+)" \{\n  description = "(.*)"$`)
)

// The README's tables match the module's files.
func TestModuleREADMEHasItsInputsAndOutputs(t *testing.T) {
	t.Parallel()
	files := filesIn(t, "modules/service-application")
	variables, outputs, readme := files["variables.tf"], files["outputs.tf"], files["README.md"]
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
