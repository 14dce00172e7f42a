// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hashicorp/go-version"
)

func TestCLIVersionIsRead(t *testing.T) {
	t.Parallel()
	for output, want := range map[string]string{
		"Terraform v1.11.4\non linux_amd64\n\nYour version of Terraform is out of date!": "Terraform 1.11.4",
		"Terraform v1.15.0-beta1\r\non windows_amd64\r\n":                                "Terraform 1.15.0-beta1",
		"OpenTofu v1.12.6\non linux_amd64\n":                                             "OpenTofu 1.12.6",
		"Warning: Unable to open CLI configuration file\n\nOpenTofu v1.8.11\non x":       "OpenTofu 1.8.11",
		"":                             "none",
		"terraform: command not found": "none",
	} {
		got := "none"
		if cli := parseVersion(output); cli.Number != nil {
			got = map[bool]string{false: "Terraform ", true: "OpenTofu "}[cli.OpenTofu] + cli.Number.String()
		}
		if got != want {
			t.Errorf("%q: %s, want %s", output, got, want)
		}
	}
}

// Each configuration runs on the first CLI that understands it and on later
// ones, and is skipped on the one before.
func TestOldCLIsSkipWhatTheyDoNotUnderstand(t *testing.T) {
	t.Parallel()
	const (
		data      = "data \"erpnet_access_token\" \"this\" {\n  scopes = [\"read\"]\n}\n"
		function  = "output \"hash\" {\n  value = provider::erpnet::secret_hash(\"DEMO\")\n}\n"
		ephemeral = "\nephemeral \"erpnet_access_token\" \"this\" {}\n"
		variable  = "variable \"secret\" {\n  ephemeral = true\n}\n"
		writeOnly = "resource \"erpnet_secret_hash\" \"this\" {\n  secret_wo = \"DEMO\"\n}\n"
		identity  = "import {\n  to = erpnet_trusted_application.this\n  identity = {\n    id = \"x\"\n  }\n}\n"
		query     = "list \"erpnet_trusted_application\" \"all\" {\n  provider = erpnet\n}\n"
		hash      = "resource \"erpnet_trusted_application\" \"this\" {\n" +
			"  secret_hash = \"DEMO\" # in place of an ephemeral secret and client_secret_wo\n}\n"
	)
	for name, test := range map[string]struct {
		config              string
		terraform, openTofu [2]string // the last that skips, the first that runs
	}{
		"data source": {config: data, terraform: [2]string{"", "1.0.0"}, openTofu: [2]string{"", "1.6.0"}},
		"resource":    {config: hash, terraform: [2]string{"", "1.0.0"}, openTofu: [2]string{"", "1.6.0"}},
		"function": {
			config:    function,
			terraform: [2]string{"1.7.5", "1.8.0"},
			openTofu:  [2]string{"1.6.3", "1.7.0"},
		},
		"ephemeral resource": {
			config:    data + ephemeral,
			terraform: [2]string{"1.9.8", "1.10.0"},
			openTofu:  [2]string{"1.10.7", "1.11.0"},
		},
		"ephemeral variable": {
			config:    variable,
			terraform: [2]string{"1.9.8", "1.10.0-rc1"},
			openTofu:  [2]string{"1.10.7", "1.11.0-rc1"},
		},
		"write-only argument": {
			config:    writeOnly,
			terraform: [2]string{"1.10.5", "1.11.4"},
			openTofu:  [2]string{"1.10.7", "1.11.0"},
		},
		"identity": {
			config:    identity,
			terraform: [2]string{"1.11.4", "1.12.0"},
			openTofu:  [2]string{"1.12.6", ""},
		},
		"query": {
			config:    query,
			terraform: [2]string{"1.13.5", "1.14.0"},
			openTofu:  [2]string{"1.12.6", ""},
		},
		"the newest one decides": {
			config:    function + writeOnly + ephemeral,
			terraform: [2]string{"1.10.5", "1.11.0"},
			openTofu:  [2]string{"1.10.7", "1.12.6"},
		},
	} {
		for openTofu, versions := range map[bool][2]string{false: test.terraform, true: test.openTofu} {
			for i, number := range versions {
				if number == "" {
					continue
				}
				v := Version{openTofu, version.Must(version.NewVersion(number))}
				if lacks := v.Lacks(test.config); (lacks != "") != (i == 0) {
					t.Errorf("%s, OpenTofu %t, %s: lacks %q", name, openTofu, number, lacks)
				}
			}
		}
	}
}

// The docs name the same CLI versions as the tests.
func TestDocsNameTheCLIs(t *testing.T) {
	t.Parallel()
	for _, feature := range features {
		minor := func(v *version.Version) string { return strings.TrimSuffix(v.String(), ".0") }
		want := "Terraform " + minor(feature.terraform)
		if feature.openTofu != nil {
			want += " or OpenTofu " + minor(feature.openTofu)
		}
		pages, err := filepath.Glob(filepath.Join("..", "..", "..", "docs", feature.pages))
		if err != nil || len(pages) == 0 {
			t.Errorf("%s: %d pages, %v", feature.name, len(pages), err)
		}
		for _, page := range append(pages, filepath.Join("..", "..", "..", "docs", "index.md")) {
			text, err := os.ReadFile(page)
			if err != nil || !strings.Contains(string(text), want) {
				t.Errorf("%s does not say %q: %v", page, want, err)
			}
		}
	}
}
