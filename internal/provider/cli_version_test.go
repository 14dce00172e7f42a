// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/hashicorp/go-version"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/tfversion"
)

// features are what not every CLI that the provider works with understands, by
// the text that tells them in a configuration. Data sources and resources work
// with Terraform 1.0 and OpenTofu 1.6, which is OpenTofu's first.
var features = []struct {
	name                string
	in                  *regexp.Regexp
	terraform, openTofu *version.Version
	pages               string // of the docs, each of which says so
}{
	{"functions", regexp.MustCompile(`provider::`), tfversion.Version1_8_0, tfversion.Version1_7_0, "functions/*.md"},
	{"ephemeral values", regexp.MustCompile(`(?m)^\s*ephemeral\s+"|\bephemeral\s*=\s*true`), tfversion.Version1_10_0, tfversion.Version1_11_0, "ephemeral-resources/*.md"},
	{"write-only arguments", regexp.MustCompile(`_wo\s*=`), tfversion.Version1_11_0, tfversion.Version1_11_0, "resources/*.md"},
}

// understands skips a test whose configuration has a feature that the CLI does
// not know.
type understands struct {
	openTofu bool
	config   string
}

func (u understands) CheckTerraformVersion(ctx context.Context, req tfversion.CheckTerraformVersionRequest, resp *tfversion.CheckTerraformVersionResponse) {
	for _, feature := range features {
		since := feature.terraform
		if u.openTofu {
			since = feature.openTofu
		}
		if !feature.in.MatchString(u.config) || resp.Skip != "" {
			continue
		}
		if tfversion.SkipBelow(since).CheckTerraformVersion(ctx, req, resp); resp.Skip != "" {
			resp.Skip = feature.name + ": " + resp.Skip
		}
	}
}

// versionChecks are those of all steps: a test is skipped as a whole.
func versionChecks(t *testing.T, steps []resource.TestStep) []tfversion.TerraformVersionCheck {
	t.Helper()
	configs := ""
	for _, step := range steps {
		configs += step.Config + "\n"
	}
	skipWithoutShell(t, configs)
	return []tfversion.TerraformVersionCheck{understands{cliUnderTest().openTofu, configs}}
}

// skipUnlessUnderstood is versionChecks for a test that runs the CLI itself.
func skipUnlessUnderstood(t testing.TB, config string) {
	t.Helper()
	skipWithoutShell(t, config)
	cli := cliUnderTest()
	if cli.version == nil {
		return // running it will say what is wrong
	}
	var resp tfversion.CheckTerraformVersionResponse
	understands{cli.openTofu, config}.CheckTerraformVersion(context.Background(), tfversion.CheckTerraformVersionRequest{TerraformVersion: cli.version}, &resp)
	if resp.Skip != "" {
		t.Skip(resp.Skip)
	}
}

// skipWithoutShell skips, on Windows, a test whose commands are for a POSIX shell.
func skipWithoutShell(t testing.TB, config string) {
	t.Helper()
	if runtime.GOOS == "windows" && strings.Contains(config, "local-exec") {
		t.Skip("a command of the configuration needs a POSIX shell")
	}
}

// cliPath is the CLI that the tests run.
func cliPath() string {
	if path := os.Getenv("TF_ACC_TERRAFORM_PATH"); path != "" {
		return path
	}
	return "terraform"
}

type cliVersion struct {
	openTofu bool
	version  *version.Version // nil without a CLI
}

var cliUnderTest = sync.OnceValue(func() cliVersion {
	command := exec.CommandContext(context.Background(), cliPath(), "version") //nolint:gosec // the developer names the CLI
	command.Env = append(os.Environ(), "CHECKPOINT_DISABLE=1")
	output, err := command.Output()
	if err != nil {
		return cliVersion{}
	}
	return parseCLIVersion(string(output))
})

var firstVersion = regexp.MustCompile(`(?m)^(Terraform|OpenTofu) v(\S+)$`)

// parseCLIVersion reads what the command version prints. It is the one place
// where the CLIs tell their names: in JSON both say "terraform_version".
func parseCLIVersion(output string) cliVersion {
	found := firstVersion.FindStringSubmatch(strings.ReplaceAll(output, "\r", ""))
	if found == nil {
		return cliVersion{}
	}
	parsed, err := version.NewVersion(found[2])
	if err != nil {
		return cliVersion{}
	}
	return cliVersion{found[1] == "OpenTofu", parsed}
}

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
		if cli := parseCLIVersion(output); cli.version != nil {
			got = map[bool]string{false: "Terraform ", true: "OpenTofu "}[cli.openTofu] + cli.version.String()
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
		writeOnly = "resource \"erpnet_secret_hash\" \"this\" {\n  secret_wo         = \"DEMO\"\n  secret_wo_version = 1\n}\n"
		hash      = "resource \"erpnet_trusted_application\" \"this\" {\n  secret_hash = \"DEMO\" # in place of an ephemeral secret and client_secret_wo\n}\n"
	)
	for name, test := range map[string]struct {
		config              string
		terraform, openTofu [2]string // the last that skips, the first that runs
	}{
		"data source":            {data, [2]string{"", "1.0.0"}, [2]string{"", "1.6.0"}},
		"resource":               {hash, [2]string{"", "1.0.0"}, [2]string{"", "1.6.0"}},
		"function":               {function, [2]string{"1.7.5", "1.8.0"}, [2]string{"1.6.3", "1.7.0"}},
		"ephemeral resource":     {data + ephemeral, [2]string{"1.9.8", "1.10.0"}, [2]string{"1.10.7", "1.11.0"}},
		"ephemeral variable":     {variable, [2]string{"1.9.8", "1.10.0-rc1"}, [2]string{"1.10.7", "1.11.0-rc1"}},
		"write-only argument":    {writeOnly, [2]string{"1.10.5", "1.11.4"}, [2]string{"1.10.7", "1.11.0"}},
		"the newest one decides": {function + writeOnly + ephemeral, [2]string{"1.10.5", "1.11.0"}, [2]string{"1.10.7", "1.12.6"}},
	} {
		for openTofu, versions := range map[bool][2]string{false: test.terraform, true: test.openTofu} {
			for i, number := range versions {
				if number == "" {
					continue
				}
				var resp tfversion.CheckTerraformVersionResponse
				understands{openTofu, test.config}.CheckTerraformVersion(context.Background(),
					tfversion.CheckTerraformVersionRequest{TerraformVersion: version.Must(version.NewVersion(number))}, &resp)
				if skips := resp.Skip != ""; skips != (i == 0) || resp.Error != nil {
					t.Errorf("%s, OpenTofu %t, %s: skip %q, %v", name, openTofu, number, resp.Skip, resp.Error)
				}
			}
		}
	}
}

// The docs name the CLIs by which the tests decide.
func TestDocsNameTheCLIs(t *testing.T) {
	t.Parallel()
	for _, feature := range features {
		minor := func(v *version.Version) string { return strings.TrimSuffix(v.String(), ".0") }
		want := "Terraform " + minor(feature.terraform) + " or OpenTofu " + minor(feature.openTofu)
		pages, err := filepath.Glob(filepath.Join("..", "..", "docs", feature.pages))
		if err != nil || len(pages) < 2 {
			t.Errorf("%s: %d pages, %v", feature.name, len(pages), err)
		}
		for _, page := range append(pages, filepath.Join("..", "..", "docs", "index.md")) {
			text, err := os.ReadFile(page)
			if err != nil || !strings.Contains(string(text), want) {
				t.Errorf("%s does not say %q: %v", page, want, err)
			}
		}
	}
}
