// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/hc-install/product"
	"github.com/hashicorp/hc-install/releases"
)

const planFile = "demo.tfplan"

// A cli is Terraform or OpenTofu, configured to use the provider that was just built.
type cli struct {
	path       string
	version    string // such as "Terraform v1.11.4"
	configFile string
}

// newCLI finds a CLI, or installs one into dir, and configures it to use the provider in bin.
func newCLI(ctx context.Context, w io.Writer, bin, dir string) (*cli, error) {
	path, err := findCLI(ctx, w, dir)
	if err != nil {
		return nil, err
	}
	tf := &cli{path: path, configFile: filepath.Join(dir, "cli.tfrc")}
	if err := os.WriteFile(tf.configFile, devOverrides(bin), 0o600); err != nil {
		return nil, err
	}

	version := command(ctx, path, "version")
	version.Env = tf.environment(inherited(os.Environ(), false))
	out, err := version.Output()
	if err != nil {
		return nil, fmt.Errorf("%s version: %w", path, err)
	}
	tf.version, _, _ = strings.Cut(strings.TrimSpace(string(out)), "\n")
	return tf, nil
}

// findCLI returns the path of the CLI that the environment names. Otherwise it returns one in PATH, or else one that
// it installs into dir.
func findCLI(ctx context.Context, w io.Writer, dir string) (path string, err error) {
	if path := os.Getenv("TF_ACC_TERRAFORM_PATH"); path != "" {
		return path, nil
	}
	for _, name := range []string{"terraform", "tofu"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	latest := &releases.LatestVersion{Product: product.Terraform, InstallDir: dir, Timeout: timeLimit}
	err = timed(w, "No terraform or tofu in PATH: install Terraform", func() error {
		path, err = latest.Install(ctx)
		return err
	})
	return path, err
}

// devOverrides returns a CLI configuration that uses the provider in bin, without a registry, a version or an init.
func devOverrides(bin string) []byte {
	dir := strconv.Quote(bin)
	return []byte(`provider_installation {
  dev_overrides {
    "registry.terraform.io/erpnet/erpnet" = ` + dir + `
    "registry.opentofu.org/erpnet/erpnet" = ` + dir + `
  }
  direct {}
}
`)
}

// newWorkspace copies the configuration in example into a folder in dir, where the CLI may write a state.
func newWorkspace(example, dir string) (string, error) {
	workspace := filepath.Join(dir, "workspace")
	return workspace, os.CopyFS(workspace, os.DirFS(example))
}

// plan plans the configuration in workspace. If the plan fails, the error is the CLI's own diagnostic.
func (c *cli) plan(ctx context.Context, workspace string, env []string) error {
	return c.run(ctx, workspace, env, "plan", "-input=false", "-no-color", "-out="+planFile)
}

// apply applies the plan in workspace.
//
// It is a separate step because Terraform ignores an interrupt while an apply is still planning.
func (c *cli) apply(ctx context.Context, workspace string, env []string) error {
	return c.run(ctx, workspace, env, "apply", "-input=false", "-no-color", planFile)
}

// output reads the outputs of the configuration.
func (c *cli) output(ctx context.Context, workspace string, env []string) (result, error) {
	var text bytes.Buffer
	cmd := c.command(ctx, workspace, env, "output", "-no-color", "-json")
	cmd.Stdout = &text
	if err := run(cmd); err != nil {
		return result{}, err
	}
	return readResult(text.Bytes())
}

func (c *cli) run(ctx context.Context, workspace string, env []string, args ...string) error {
	return run(c.command(ctx, workspace, env, args...))
}

func (c *cli) command(ctx context.Context, workspace string, env []string, args ...string) *exec.Cmd {
	cmd := command(ctx, c.path, args...)
	cmd.Dir = workspace
	cmd.Env = c.environment(env)
	return cmd
}

func (c *cli) environment(env []string) []string {
	return append(slices.Clip(env), "TF_CLI_CONFIG_FILE="+c.configFile, "TF_IN_AUTOMATION=1", "CHECKPOINT_DISABLE=1")
}
