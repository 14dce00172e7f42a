// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

// Package cli is the CLI that the tests run, Terraform or OpenTofu: where it is, what it understands, and a mirror
// from which it installs providers.
package cli

import (
	"context"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"strings"
	"sync"

	"github.com/hashicorp/go-version"
	"github.com/hashicorp/terraform-plugin-testing/tfversion"
)

// features are what not every CLI that the provider works with understands, by the text that tells them in a
// configuration. Data sources and resources work with Terraform 1.0 and OpenTofu 1.6, which is OpenTofu's first. What
// OpenTofu has not has no version of it.
var features = []struct {
	name                string
	in                  *regexp.Regexp
	terraform, openTofu *version.Version
	pages               string // of the docs, each of which says so
}{
	{
		"functions", regexp.MustCompile(`provider::`),
		tfversion.Version1_8_0, tfversion.Version1_7_0, "functions/*.md",
	},
	{
		"ephemeral values", regexp.MustCompile(`(?m)^\s*ephemeral\s+"|\bephemeral\s*=\s*true`),
		tfversion.Version1_10_0, tfversion.Version1_11_0, "ephemeral-resources/*.md",
	},
	{
		"write-only arguments", regexp.MustCompile(`_wo\s*=`),
		tfversion.Version1_11_0, tfversion.Version1_11_0, "resources/*.md",
	},
	{
		"import blocks with an identity", regexp.MustCompile(`(?m)^\s*identity\s*=\s*\{`),
		tfversion.Version1_12_0, nil, "guides/existing-applications.md",
	},
	{
		"queries", regexp.MustCompile(`(?m)^\s*list\s+"`),
		tfversion.Version1_14_0, nil, "guides/existing-applications.md",
	},
}

// Path is the CLI that the tests run.
func Path() string {
	if path := os.Getenv("TF_ACC_TERRAFORM_PATH"); path != "" {
		return path
	}
	return "terraform"
}

// Version is a CLI and its version.
type Version struct {
	OpenTofu bool
	Number   *version.Version // nil without a CLI
}

// UnderTest is the version of the CLI at Path.
var UnderTest = sync.OnceValue(func() Version {
	//nolint:gosec // the developer names the CLI
	command := exec.CommandContext(context.Background(), Path(), "version")
	command.Env = append(os.Environ(), "CHECKPOINT_DISABLE=1")
	output, err := command.Output()
	if err != nil {
		return Version{}
	}
	return parseVersion(string(output))
})

var firstVersion = regexp.MustCompile(`(?m)^(Terraform|OpenTofu) v(\S+)$`)

// parseVersion reads what the command version prints. It is the one place where the CLIs tell their names: in JSON
// both say "terraform_version".
func parseVersion(output string) Version {
	found := firstVersion.FindStringSubmatch(strings.ReplaceAll(output, "\r", ""))
	if found == nil {
		return Version{}
	}
	parsed, err := version.NewVersion(found[2])
	if err != nil {
		return Version{}
	}
	return Version{found[1] == "OpenTofu", parsed}
}

// Lacks says why a CLI cannot run a configuration; it is empty if it can.
func (v Version) Lacks(config string) string {
	if runtime.GOOS == "windows" && strings.Contains(config, "local-exec") {
		return "a command of the configuration needs a POSIX shell"
	}
	for _, feature := range features {
		since := feature.terraform
		if v.OpenTofu {
			since = feature.openTofu
		}
		if since == nil && feature.in.MatchString(config) {
			return "OpenTofu has no " + feature.name
		}
		// A pre-release of a version has its features.
		if since != nil && v.Number != nil && v.Number.Core().LessThan(since) && feature.in.MatchString(config) {
			return feature.name + " need version " + since.String()
		}
	}
	return ""
}
