// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

// hcl is the provider block of a cell, and a resource whose output is unknown
// until apply.
func (m matrix) hcl(configured string) string {
	argument := ""
	switch configured {
	case "set":
		argument = fmt.Sprintf("%s = %q", m.attribute, fmt.Sprint(m.right))
	case "empty":
		argument = m.attribute + ` = ""`
	case "unknown":
		argument = m.attribute + " = terraform_data.unknown.output"
	}
	return fmt.Sprintf("provider \"erpnet\" {\n  %s\n}\n\nresource \"terraform_data\" \"unknown\" {\n  input = \"1\"\n}\n", argument)
}

// addressOf finds the objects that a CLI reports errors of.
var addressOf = regexp.MustCompile(`with ([a-z_.]+),`)

// A selection of the table's cells, by the real CLI: validate succeeds, and the
// plan has one error of each object that needs the attribute, and of no other.
func TestConfigurationMatrixByTheCLI(t *testing.T) {
	for _, cell := range []struct{ attribute, configured, environment string }{
		{"client_secret", "null", "unset"},
		{"client_secret", "unknown", "set"},
		{"instance", "empty", "set"},
		{"instance", "set", "set"},
		{"domain_api_url", "unknown", "unset"},
		{"identity_url", "null", "empty"},
		{"ca_certificate_pem", "null", "set"},
		{"max_retries", "unknown", "set"},
		{"reference_token", "unknown", "set"},
	} {
		t.Run(fmt.Sprintf("%s %s, environment %s", cell.attribute, cell.configured, cell.environment), func(t *testing.T) {
			t.Parallel()
			m := newMatrix(t, cell.attribute)
			config := m.hcl(cell.configured)
			want := map[string]string{}
			for _, object := range matrixObjects(m.instance) {
				config += object.hcl
				if text := cellOutcome(cell.attribute, cell.configured, cell.environment, object.needs); text != works && object.address != "" {
					want[object.address] = text
				}
			}
			c := newCLI(t, config, m.environment(cell.configured, cell.environment))
			c.succeed("validate")
			code, output := c.run("plan")
			got := map[string]string{}
			for _, failure := range strings.Split(output, "Error: ")[1:] {
				address := "no object"
				if found := addressOf.FindStringSubmatch(failure); found != nil {
					address = found[1]
				}
				if text := want[address]; text != "" && words(text).MatchString(failure) {
					failure = text
				}
				got[address] += failure
			}
			if !maps.Equal(got, want) || (code == 0) != (len(want) == 0) {
				t.Errorf("exit code %d, got %q, want %q:\n%s", code, slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(want)), output)
			}
			if strings.Contains(output, erpnettest.SampleSecret) {
				t.Error("shows the secret")
			}
		})
	}
}

// What a broken configuration breaks is a warning inside of a check block, and
// the pure objects are applied.
func TestCheckBlockOnlyWarnsOfABrokenConfiguration(t *testing.T) {
	for configured, want := range map[string]string{"empty": "Warning: Empty client_secret", "unknown": "Warning: Unknown client_secret"} {
		t.Run(configured, func(t *testing.T) {
			t.Parallel()
			m := newMatrix(t, "client_secret")
			config, checks := m.hcl(configured), 0
			for _, object := range matrixObjects(m.instance) {
				switch {
				case object.needs == forNothing && !strings.HasPrefix(object.address, "erpnet_trusted_application."):
					config += object.hcl
				case strings.HasPrefix(object.address, "data.") && cellOutcome("client_secret", configured, "set", object.needs) != works:
					checks++
					config += fmt.Sprintf("\ncheck \"number_%d\" {%s\n  assert {\n    condition     = %s != null\n    error_message = \"It is null.\"\n  }\n}\n", checks, object.hcl, object.address)
				}
			}
			c := newCLI(t, config, m.environment(configured, "set"))
			c.succeed("validate")
			output := c.succeed("plan", "-out=plan.bin")
			if found := len(words(want).FindAllString(output, -1)); checks != 5 || found < checks || strings.Contains(output, "Error: ") {
				t.Errorf("%d data sources, %d warnings:\n%s", checks, found, output)
			}
			c.succeed("apply", "plan.bin")
			if got := c.succeed("output", "hash"); !strings.Contains(got, hashOfDEMO) {
				t.Errorf("the output is %s", got)
			}
		})
	}
}
