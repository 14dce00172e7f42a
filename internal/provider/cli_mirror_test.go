// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
)

// plugin is a provider in the mirror, from which the CLI installs it by init as
// it would from a registry. It is put there when the first test needs it.
type plugin struct {
	source  string // as in required_providers
	version string
	put     func(file string) error // makes its program

	once sync.Once
	err  error
}

// ours is the provider itself.
var ours = &plugin{source: "erpnet/erpnet", version: "0.1.0", put: goBuild(filepath.Join("..", ".."), ".")}

// plugins are all that the mirror may have.
var plugins = append([]*plugin{
	ours,
	{source: "erpnet/secretstore", version: "0.1.0", put: goBuild(filepath.Join("..", "..", "tools", "secretstore"), ".")},
}, standInPlugins()...)

// mirror is a directory for all tests.
var mirror = sync.OnceValue(func() string {
	directory, err := os.MkdirTemp("", "provider-mirror-")
	if err != nil {
		panic(err)
	}
	return directory
})

func removeBinaries() { _ = os.RemoveAll(mirror()) }

// goBuild builds a package of a module, whose directory is relative to this one.
func goBuild(module, pkg string) func(file string) error {
	return func(file string) error {
		build := exec.CommandContext(context.Background(), "go", "build", "-o", file, pkg) //nolint:gosec // no input from outside
		build.Dir = module
		if output, err := build.CombinedOutput(); err != nil {
			return fmt.Errorf("%w: %s", err, output)
		}
		return nil
	}
}

// install puts the provider into the mirror, unless it is there.
func (p *plugin) install(t testing.TB) {
	t.Helper()
	p.once.Do(func() {
		registry := "registry.terraform.io"
		if cliUnderTest().openTofu {
			registry = "registry.opentofu.org"
		}
		directory := filepath.Join(mirror(), registry, strings.ToLower(p.source), p.version, runtime.GOOS+"_"+runtime.GOARCH)
		file := filepath.Join(directory, "terraform-provider-"+path.Base(p.source)+"_v"+p.version)
		if runtime.GOOS == "windows" {
			file += ".exe"
		}
		if p.err = os.MkdirAll(directory, 0o700); p.err == nil {
			p.err = p.put(file)
		}
	})
	if p.err != nil {
		t.Fatal(p.err)
	}
}

// installFor puts every provider that a configuration requires into the mirror,
// in all its versions.
func installFor(t testing.TB, config string) {
	t.Helper()
	for _, p := range plugins {
		if strings.Contains(config, fmt.Sprintf("%q", p.source)) {
			p.install(t)
		}
	}
}

// cliConfig lets the CLI take providers from the mirror, and from nowhere else.
func cliConfig() string {
	return fmt.Sprintf("provider_installation {\n  filesystem_mirror {\n    path = %q\n  }\n}\n", mirror())
}
