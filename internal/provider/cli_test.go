// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// binary is what a test's CLI runs, made when the first test needs it.
type binary struct {
	name   string
	module string // directory of its module
	once   sync.Once
	dir    string
	err    error
}

var (
	built            = &binary{name: "terraform-provider-erpnet", module: filepath.Join("..", "..")}
	builtSecretStore = &binary{name: "terraform-provider-secretstore", module: filepath.Join("..", "..", "tools", "secretstore")}
)

// build returns the directory of the binary.
func (b *binary) build(t testing.TB) string {
	t.Helper()
	b.once.Do(func() {
		if b.dir, b.err = os.MkdirTemp("", b.name+"-"); b.err != nil { //nolint:usetesting // all tests share it
			return
		}
		build := exec.CommandContext(context.Background(), "go", "build", "-o", filepath.Join(b.dir, b.name), ".") //nolint:gosec // no input from outside
		build.Dir = b.module
		if output, err := build.CombinedOutput(); err != nil {
			b.err = fmt.Errorf("%w: %s", err, output)
		}
	})
	if b.err != nil {
		t.Fatal(b.err)
	}
	return b.dir
}

func removeBinaries() {
	for _, b := range []*binary{built, builtSecretStore} {
		if b.dir != "" {
			_ = os.RemoveAll(b.dir)
		}
	}
}

// cli is a directory with a configuration, in which the real CLI runs the real
// provider binary.
type cli struct {
	t   testing.TB
	dir string
	env []string
}

// requirements say where the provider comes from; without, the CLI takes it for
// one of hashicorp's.
const requirements = `terraform {
  required_providers {
    erpnet = { source = "erpnet/erpnet" }
  }
}
`

// newCLI writes the configuration. The provider's environment is the given one.
func newCLI(t testing.TB, config string, env map[string]string) *cli {
	t.Helper()
	c := &cli{t: t, dir: t.TempDir()}
	c.write("main.tf", config)
	if !strings.Contains(config, "required_providers") {
		c.write("versions.tf", requirements)
	}
	overrides := ""
	override := func(name, directory string) {
		for _, host := range []string{"registry.terraform.io", "registry.opentofu.org"} {
			overrides += fmt.Sprintf("    %q = %q\n", host+"/erpnet/"+name, directory)
		}
	}
	override("erpnet", built.build(t))
	if strings.Contains(config, "erpnet/secretstore") {
		override("secretstore", builtSecretStore.build(t))
	}
	c.write("cli.tfrc", "provider_installation {\n  dev_overrides {\n"+overrides+"  }\n  direct {}\n}\n")
	for _, variable := range os.Environ() {
		if !strings.HasPrefix(variable, "TF_") {
			c.env = append(c.env, variable)
		}
	}
	c.env = append(c.env, "TF_CLI_CONFIG_FILE="+filepath.Join(c.dir, "cli.tfrc"), "TF_IN_AUTOMATION=1", "CHECKPOINT_DISABLE=1", "TF_CLI_ARGS=-no-color")
	for name, value := range env {
		c.env = append(c.env, name+"="+value)
	}
	return c
}

func (c *cli) write(name, text string) {
	c.t.Helper()
	if err := os.WriteFile(filepath.Join(c.dir, name), []byte(text), 0o600); err != nil {
		c.t.Fatal(err)
	}
}

func (c *cli) read(name string) string {
	c.t.Helper()
	text, err := os.ReadFile(filepath.Join(c.dir, name))
	if err != nil {
		c.t.Fatal(err)
	}
	return string(text)
}

// run runs one command and returns its exit code and all its output.
func (c *cli) run(args ...string) (int, string) {
	c.t.Helper()
	path := os.Getenv("TF_ACC_TERRAFORM_PATH")
	if path == "" {
		path = "terraform"
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	var output bytes.Buffer
	command := exec.CommandContext(ctx, path, args...) //nolint:gosec // the developer names the CLI
	command.Dir, command.Env, command.Stdout, command.Stderr = c.dir, c.env, &output, &output
	err := command.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		c.t.Fatalf("%s %s: %v", path, strings.Join(args, " "), err)
	}
	return command.ProcessState.ExitCode(), output.String()
}

// succeed is run, and it must succeed.
func (c *cli) succeed(args ...string) string {
	c.t.Helper()
	code, output := c.run(args...)
	if code != 0 {
		c.t.Fatalf("%s exits with %d:\n%s", strings.Join(args, " "), code, output)
	}
	return output
}
