// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package acceptance

import (
	"context"
	"errors"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/erpnet/terraform-provider-erpnet/internal/acceptance/cli"
)

// built is the directory of the programs and the mirror of providers, which are built once for all tests.
var built string

func TestMain(m *testing.M) {
	var err error
	built, err = os.MkdirTemp("", "acceptance-")
	if err == nil {
		err = buildMirror()
	}
	if err != nil {
		log.Fatal(err)
	}
	code := m.Run()
	_ = os.RemoveAll(built)
	os.Exit(code)
}

// buildMirror adds the provider to the mirror, and a stand-in for each provider that the configurations use with it.
func buildMirror() error {
	program, err := cli.Build(built, ".", "./cmd/erpnet-mock", "./internal/acceptance/secretstore")
	if err != nil {
		return err
	}
	//nolint:gosec // it was just built
	list, err := exec.CommandContext(context.Background(), program("secretstore"), "-providers").Output()
	err = errors.Join(err, cli.Mirror(built).Add("erpnet/erpnet", "0.1.0", program("terraform-provider-erpnet")))
	for line := range strings.Lines(string(list)) {
		source, version, _ := strings.Cut(strings.TrimSpace(line), " ")
		err = errors.Join(err, cli.Mirror(built).Add(source, version, program("secretstore")))
	}
	configuration := []byte(cli.Mirror(built).Config())
	return errors.Join(err, os.WriteFile(filepath.Join(built, "cli.tfrc"), configuration, 0o600))
}

// The scripts are in testdata/script. The comments of these functions describe their commands.
func TestScripts(t *testing.T) {
	t.Cleanup(leaked.print) // after all scripts
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "script"),
		Setup:               setUp,
		RequireExplicitExec: true,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"agree":       agree,
			"application": application,
			"codeblock":   codeblock,
			"errors":      expectErrors,
			"example":     example,
			"examples":    examples,
			"explained":   explained,
			"fault":       fault,
			"guide":       guide,
			"hashed":      hashed,
			"hashes":      hashes,
			"imports":     imports,
			"instance":    instance,
			"interrupt":   interrupt,
			"latency":     latency,
			"leaks":       leaks,
			"module":      module,
			"pipeline":    pipeline,
			"provider":    provider,
			"proxied":     proxied,
			"proxy":       proxy,
			"records":     records,
			"register":    register,
			"replace":     replace,
			"requests":    requests,
			"says":        says,
			"sessions":    sessions,
			"terraform":   terraform,
		},
	})
}

// goCaches returns where Go keeps what it has built and downloaded, for the script that builds a checkout.
var goCaches = sync.OnceValue(func() []string {
	values, err := exec.CommandContext(context.Background(), "go", "env", "GOCACHE", "GOMODCACHE").Output()
	caches := strings.Split(string(values), "\n")
	if err != nil || len(caches) < 2 {
		return nil
	}
	return []string{"GOCACHE=" + strings.TrimSpace(caches[0]), "GOMODCACHE=" + strings.TrimSpace(caches[1])}
})

// setUp gives a script its world, and an environment without the user's settings for the CLI and the provider.
func setUp(env *testscript.Env) error {
	repository, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		return err
	}
	env.Vars = append(env.Vars, goCaches()...)
	env.Values[worldKey{}] = &world{t: env.T(), places: map[string]string{}, kept: map[string]string{}}
	for name, value := range map[string]string{
		"BUILT":              built,
		"CLI":                cli.Path(),
		"HOME":               env.WorkDir,
		"REPO":               repository,
		"CHECKPOINT_DISABLE": "1",
		"GOGC":               "400", // the programs run for a second: collecting garbage costs more than keeping it
		"TF_CLI_ARGS":        "-no-color",
		"TF_CLI_CONFIG_FILE": filepath.Join(built, "cli.tfrc"),
		"TF_IN_AUTOMATION":   "1",
		// The certificates of each start of a plugin are a third of the scripts' work, and nothing of ours.
		"TF_DISABLE_PLUGIN_TLS": "1",
		"TF_LOG_PATH":           filepath.Join(env.WorkDir, "trace.log"),
	} {
		env.Setenv(name, value)
	}
	return nil
}
