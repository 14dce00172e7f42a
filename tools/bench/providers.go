// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// providerBinary is a provider that is measured: ours, or a floor. It is built
// as a release is, and installed as a user does, by init from a mirror.
type providerBinary struct {
	name   string // in its source address, erpnet/NAME
	local  string // as configurations call it
	module string // directory of the module, from the one of this program
	source string // package in the module
	path   string // of the built binary
	size   int64  // bytes
}

const version = "0.0.1"

func theProviders() (ours, twin, trivial, ladder *providerBinary) {
	return &providerBinary{name: "erpnet", local: "erpnet", module: "../..", source: "."},
		&providerBinary{name: "twin", local: "erpnet", module: ".", source: "./twin"},
		&providerBinary{name: "trivial", local: "trivial", module: ".", source: "./trivial"},
		&providerBinary{name: "ladder", local: "ladder", module: ".", source: "./ladder"}
}

// install builds the provider into a filesystem mirror.
func (p *providerBinary) install(mirror string) error {
	p.path = filepath.Join(mirror, "terraform-provider-"+p.name+"_v"+version)
	if runtime.GOOS == "windows" {
		p.path += ".exe"
	}
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	build := newProcess(ctx, "go", "build", "-trimpath", "-ldflags=-s -w", "-o", p.path, p.source)
	build.Dir, build.Env = p.module, append(os.Environ(), "CGO_ENABLED=0")
	if output, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("build of %s: %w\n%s", p.name, err, output)
	}
	for _, host := range []string{"registry.terraform.io", "registry.opentofu.org"} {
		directory := filepath.Join(mirror, host, "erpnet", p.name, version, runtime.GOOS+"_"+runtime.GOARCH)
		if err := os.MkdirAll(directory, 0o750); err != nil {
			return err
		}
		if err := os.Link(p.path, filepath.Join(directory, filepath.Base(p.path))); err != nil {
			return err
		}
	}
	info, err := os.Stat(p.path)
	if err == nil {
		p.size = info.Size()
	}
	return err
}

// requirements say in a configuration where the provider comes from.
func (p *providerBinary) requirements() string {
	return fmt.Sprintf("terraform {\n  required_providers {\n    %s = { source = \"erpnet/%s\" }\n  }\n}\n", p.local, p.name)
}

func writeCLIConfig(directory, mirror string) (string, error) {
	name := filepath.Join(directory, "cli.tfrc")
	text := fmt.Sprintf("provider_installation {\n  filesystem_mirror {\n    path = %q\n  }\n}\n", mirror)
	return name, os.WriteFile(name, []byte(text), 0o600)
}

// workspace is a directory in which the CLI has installed one provider.
type workspace struct {
	cli       string
	directory string
	env       []string
	provider  *providerBinary
}

func newWorkspace(cli, directory, cliConfig string, provider *providerBinary, env []string) (*workspace, error) {
	w := &workspace{cli: cli, directory: filepath.Join(directory, provider.name), provider: provider}
	w.env = append(append(cleanEnvironment(), env...), "TF_CLI_CONFIG_FILE="+cliConfig, "CHECKPOINT_DISABLE=1", "TF_IN_AUTOMATION=1")
	if err := os.MkdirAll(w.directory, 0o750); err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(w.directory, "versions.tf"), []byte(provider.requirements()), 0o600); err != nil {
		return nil, err
	}
	_, err := w.run("init", "-no-color")
	return w, err
}

// cleanEnvironment is the environment without what speaks to the CLI or to providers:
// the logs of a TF_LOG, for one, would be measured with the rest.
func cleanEnvironment() []string {
	return slices.DeleteFunc(os.Environ(), func(variable string) bool {
		return strings.HasPrefix(variable, "TF_") || strings.HasPrefix(variable, "ERPNET_")
	})
}

// with is the workspace with more in the environment.
func (w *workspace) with(variable string) *workspace {
	other := *w
	other.env = append(slices.Clone(w.env), variable)
	return &other
}

// configure replaces the configuration.
func (w *workspace) configure(text string) error {
	return os.WriteFile(filepath.Join(w.directory, "main.tf"), []byte(text), 0o600)
}

// run runs the CLI on an empty state, and measures it with the providers it
// starts.
func (w *workspace) run(arguments ...string) (sample, error) {
	for _, name := range []string{"terraform.tfstate", "terraform.tfstate.backup"} {
		if err := os.RemoveAll(filepath.Join(w.directory, name)); err != nil {
			return sample{}, err
		}
	}
	var output bytes.Buffer
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	process := newProcess(ctx, w.cli, arguments...)
	process.Dir, process.Env, process.Stdout, process.Stderr = w.directory, w.env, &output, &output
	taken, err := measure(process)
	if err != nil {
		return taken, fmt.Errorf("%s %s with provider %s: %w\n%s", filepath.Base(w.cli), arguments[0], w.provider.name, err, output.Bytes())
	}
	return taken, nil
}
