// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package acceptance

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
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
	files := map[string]string{"main.tf": config}
	if !strings.Contains(config, "required_providers") {
		files["versions.tf"] = requirements
	}
	return newCLIOf(t, files, env)
}

// newCLIOf is newCLI for a configuration of several files.
func newCLIOf(t testing.TB, files map[string]string, env map[string]string) *cli {
	t.Helper()
	c := &cli{t: t, dir: t.TempDir()}
	for name, text := range files {
		c.write(name, text)
	}
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

// filesIn reads a directory of the repository, and what lies below it, by names
// relative to the directory. The words are replaced in all of them.
func filesIn(t testing.TB, dir string, words *strings.Replacer) map[string]string {
	t.Helper()
	files := map[string]string{}
	root := os.DirFS(filepath.Join("..", "..", dir))
	err := fs.WalkDir(root, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := fs.ReadFile(root, name)
		files[name] = words.Replace(string(text))
		return err
	})
	if err != nil || len(files) == 0 {
		t.Fatalf("%s: %d files, %v", dir, len(files), err)
	}
	return files
}

func (c *cli) write(name, text string) {
	c.t.Helper()
	if filepath.Ext(name) == ".tf" {
		if lacks := tfcli.UnderTest().Lacks(text); lacks != "" {
			c.t.Skip(lacks)
		}
	}
	file := filepath.Join(c.dir, filepath.FromSlash(name))
	err := os.MkdirAll(filepath.Dir(file), 0o700)
	if err == nil {
		err = os.WriteFile(file, []byte(text), 0o600)
	}
	if err != nil {
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
