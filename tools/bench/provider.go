// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"
)

// provider is a program to measure.
type provider struct {
	name   string // in its source address, erpnet/NAME
	module string // directory of its module
	pkg    string // its package in the module
	path   string // of the built program
	size   int64  // of the built program, in bytes
}

const version = "0.0.1"

// prepare builds both providers, and has the CLI install each in its own workspace.
func prepare(cli, directory string, env []string) (ours, trivial *workspace, cliVersion string, err error) {
	if cli, err = findCLI(cli); err != nil {
		return nil, nil, "", err
	}
	output, err := newProcess(context.Background(), cli, "version").Output()
	if err != nil {
		return nil, nil, "", err
	}
	cliVersion, _, _ = strings.Cut(string(output), "\n")

	mirror, config := filepath.Join(directory, "mirror"), filepath.Join(directory, "cli.tfrc")
	text := fmt.Sprintf("provider_installation {\n  filesystem_mirror {\n    path = %q\n  }\n}\n", mirror)
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		return nil, nil, "", err
	}
	env = append(append(inheritedEnvironment(), env...),
		"TF_CLI_CONFIG_FILE="+config, "CHECKPOINT_DISABLE=1", "TF_IN_AUTOMATION=1")

	var workspaces []*workspace
	for _, p := range []*provider{
		{name: "erpnet", module: filepath.Join("..", ".."), pkg: "."},
		{name: "trivial", module: ".", pkg: "./trivial"},
	} {
		if err := p.build(mirror); err != nil {
			return nil, nil, "", err
		}
		w, err := newWorkspace(cli, filepath.Join(directory, p.name), p, env)
		if err != nil {
			return nil, nil, "", err
		}
		workspaces = append(workspaces, w)
	}
	return workspaces[0], workspaces[1], cliVersion, nil
}

func findCLI(named string) (string, error) {
	if named != "" {
		return exec.LookPath(named)
	}
	if path, err := exec.LookPath("terraform"); err == nil {
		return path, nil
	}
	return exec.LookPath("tofu")
}

// inheritedEnvironment returns the environment without the variables that configure the CLI or a provider. For
// example, TF_LOG would add the time for logging to the measurement.
func inheritedEnvironment() []string {
	return slices.DeleteFunc(os.Environ(), func(variable string) bool {
		return strings.HasPrefix(variable, "TF_") || strings.HasPrefix(variable, "ERPNET_")
	})
}

// build builds the provider like a release, into a filesystem mirror.
func (p *provider) build(mirror string) error {
	p.path = filepath.Join(mirror, "terraform-provider-"+p.name+"_v"+version)
	if runtime.GOOS == "windows" {
		p.path += ".exe"
	}
	ctx, cancel := context.WithTimeout(context.Background(), timeLimit)
	defer cancel()
	build := newProcess(ctx, "go", "build", "-trimpath", "-ldflags=-s -w", "-o", p.path, p.pkg)
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

// workspace is a directory where the CLI has installed one provider.
type workspace struct {
	cli       string
	directory string
	env       []string
	provider  *provider
}

func newWorkspace(cli, directory string, p *provider, env []string) (*workspace, error) {
	w := &workspace{cli, directory, env, p}
	if err := os.MkdirAll(directory, 0o750); err != nil {
		return nil, err
	}
	text := fmt.Sprintf("terraform {\n  required_providers {\n    %s = { source = \"erpnet/%[1]s\" }\n  }\n}\n", p.name)
	if err := os.WriteFile(filepath.Join(directory, "versions.tf"), []byte(text), 0o600); err != nil {
		return nil, err
	}
	_, err := w.run("init", "-no-color")
	return w, err
}

// configure replaces the configuration of the workspace.
func (w *workspace) configure(text string) error {
	return os.WriteFile(filepath.Join(w.directory, "main.tf"), []byte(text), 0o600)
}

// run runs the CLI on an empty state, and returns the time that it takes, including the providers that it starts.
func (w *workspace) run(arguments ...string) (time.Duration, error) {
	for _, name := range []string{"terraform.tfstate", "terraform.tfstate.backup"} {
		if err := os.RemoveAll(filepath.Join(w.directory, name)); err != nil {
			return 0, err
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), timeLimit)
	defer cancel()
	var output bytes.Buffer
	process := newProcess(ctx, w.cli, arguments...)
	process.Dir, process.Env, process.Stdout, process.Stderr = w.directory, w.env, &output, &output
	start := time.Now()
	err := process.Run()
	taken := time.Since(start)
	if err != nil {
		return 0, fmt.Errorf("%s with provider %s: %w\n%s", arguments[0], w.provider.name, err, output.Bytes())
	}
	return taken, nil
}
