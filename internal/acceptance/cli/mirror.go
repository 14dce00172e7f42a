// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package cli

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"runtime"
	"strings"
)

// Mirror is a directory from which the CLI installs providers by init as it would from a registry.
type Mirror string

// Add puts a program into the mirror as one version of a provider, which is named as in required_providers.
func (m Mirror) Add(source, version, program string) error {
	registry := "registry.terraform.io"
	if UnderTest().OpenTofu {
		registry = "registry.opentofu.org"
	}
	platform := runtime.GOOS + "_" + runtime.GOARCH
	directory := filepath.Join(string(m), registry, strings.ToLower(source), version, platform)
	name := "terraform-provider-" + path.Base(source) + "_v" + version + filepath.Ext(program)
	if err := os.MkdirAll(directory, 0o700); err != nil {
		return err
	}
	return os.Link(program, filepath.Join(directory, name))
}

// Config is a CLI configuration that takes providers from the mirror only.
func (m Mirror) Config() string {
	return fmt.Sprintf("provider_installation {\n  filesystem_mirror {\n    path = %q\n  }\n}\n", string(m))
}

// Build builds packages of this module, such as ./cmd/erpnet-mock, and returns where their programs are. The
// directory where the test runs is two levels below the module's.
func Build(directory string, packages ...string) (program func(name string) string, err error) {
	// The CLI hashes each provider in each command, so smaller programs save a tenth of the tests' time.
	arguments := append([]string{"build", "-ldflags=-s -w", "-o", directory + string(filepath.Separator)}, packages...)
	build := exec.CommandContext(context.Background(), "go", arguments...) //nolint:gosec // no input from outside
	build.Dir = filepath.Join("..", "..")
	if output, err := build.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%w: %s", err, output)
	}
	return func(name string) string {
		if runtime.GOOS == "windows" {
			name += ".exe"
		}
		return filepath.Join(directory, name)
	}, nil
}
