// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	tfcli "github.com/erpnet/terraform-provider-erpnet/internal/acceptance/cli"
)

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

// newCLI writes the configuration, and installs the providers that it requires.
// The providers' environment is the given one.
func newCLI(t testing.TB, config string, env map[string]string) *cli {
	t.Helper()
	if lacks := tfcli.UnderTest().Lacks(config); lacks != "" {
		t.Skip(lacks)
	}
	mirror, err := mirrorOfProvider()
	if err != nil {
		t.Fatal(err)
	}
	c := &cli{t: t, dir: t.TempDir()}
	c.write("main.tf", config)
	c.write("versions.tf", requirements)
	c.write("cli.tfrc", mirror.Config())
	for _, variable := range os.Environ() {
		if !strings.HasPrefix(variable, "TF_") {
			c.env = append(c.env, variable)
		}
	}
	c.env = append(c.env, "TF_CLI_CONFIG_FILE="+filepath.Join(c.dir, "cli.tfrc"), "TF_IN_AUTOMATION=1", "CHECKPOINT_DISABLE=1", "TF_CLI_ARGS=-no-color")
	for name, value := range env {
		c.env = append(c.env, name+"="+value)
	}
	c.succeed("init")
	return c
}

// mirrorOfProvider is built when the first test needs it; TestMain removes it.
var mirrorOfProvider = sync.OnceValues(func() (tfcli.Mirror, error) {
	program, err := tfcli.Build(mirrorDirectory(), ".")
	if err != nil {
		return "", err
	}
	mirror := tfcli.Mirror(mirrorDirectory())
	return mirror, mirror.Add("erpnet/erpnet", "0.1.0", program("terraform-provider-erpnet"))
})

var mirrorDirectory = sync.OnceValue(func() string {
	directory, err := os.MkdirTemp("", "provider-mirror-")
	if err != nil {
		panic(err)
	}
	return directory
})

func (c *cli) write(name, text string) {
	c.t.Helper()
	if err := os.WriteFile(filepath.Join(c.dir, name), []byte(text), 0o600); err != nil {
		c.t.Fatal(err)
	}
}

// run runs one command and returns its exit code and all its output.
func (c *cli) run(args ...string) (int, string) {
	c.t.Helper()
	path := tfcli.Path()
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
