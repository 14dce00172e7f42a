// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

//go:build unix

package acceptance

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	tfcli "github.com/erpnet/terraform-provider-erpnet/internal/acceptance/cli"
)

// shell is a directory in which the commands of the docs run as they stand. The
// command terraform is the CLI under test, and takes the provider from the
// mirror; the releases that curl and wget get are on this machine.
type shell struct {
	dir string
	env []string
}

// downloads stands in for curl and wget.
const downloads = `#!/bin/sh
for argument; do url=$argument; done
case $url in
https://github.com/erpnet/terraform-provider-erpnet/releases/download/*) file="$RELEASES/${url#*/download/}" ;;
*) exec "$CURL" "$@" ;;
esac
case "${0##*/} $1" in
wget* | *O*) exec cp "$file" . ;;
*) exec cat "$file" ;;
esac
`

func newShell(t *testing.T, releases string) *shell {
	t.Helper()
	bin, s := t.TempDir(), &shell{dir: t.TempDir()}
	terraform, err := exec.LookPath(tfcli.Path())
	if err == nil {
		terraform, err = filepath.Abs(terraform)
	}
	if err == nil {
		err = os.Symlink(terraform, filepath.Join(bin, "terraform"))
	}
	if err != nil {
		t.Fatal(err)
	}
	curl, err := exec.LookPath("curl")
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"curl": downloads, "wget": downloads, "cli.tfrc": mirror.Config()} {
		if err := os.WriteFile(filepath.Join(bin, name), []byte(text), 0o700); err != nil { //nolint:gosec // the shell runs them
			t.Fatal(err)
		}
	}
	for _, variable := range os.Environ() {
		if !strings.HasPrefix(variable, "TF_") {
			s.env = append(s.env, variable)
		}
	}
	s.env = append(s.env, "HOME="+s.dir, "RELEASES="+releases, "CURL="+curl, "PATH="+bin+string(filepath.ListSeparator)+os.Getenv("PATH"),
		"TF_CLI_CONFIG_FILE="+filepath.Join(bin, "cli.tfrc"), "CHECKPOINT_DISABLE=1", "TF_CLI_ARGS=-no-color")
	return s
}

// run runs a script up to the first command that fails, and ends what it left
// running. Whatever it asks is answered with yes.
func (s *shell) run(interpreter, script string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	var output bytes.Buffer
	command := exec.CommandContext(ctx, interpreter, "-e", "-c", script) //nolint:gosec // the docs' own commands
	command.Dir, command.Env, command.Stdin, command.Stdout, command.Stderr = s.dir, s.env, yes{}, &output, &output
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	command.WaitDelay = time.Second // what it left running may hold the output
	command.Cancel = func() error { return syscall.Kill(-command.Process.Pid, syscall.SIGKILL) }
	err := command.Run()
	if command.Process != nil {
		_ = syscall.Kill(-command.Process.Pid, syscall.SIGTERM)
	}
	if errors.Is(err, exec.ErrWaitDelay) {
		err = nil
	}
	return output.String(), err
}

// yes answers every question.
type yes struct{}

func (yes) Read(p []byte) (int, error) { return copy(p, "yes\n"), nil }
