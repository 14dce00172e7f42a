// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package acceptance

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

// exampleVariables are the values of every variable that an example declares.
func exampleVariables(server *erpnettest.Server) map[string]string {
	return map[string]string{
		"instance":                server.URL,
		"client_id":               erpnettest.SampleApplication().ApplicationUri,
		"client_secret":           erpnettest.SampleSecret,
		"client_secrets":          fmt.Sprintf(`{"my.trusted.app/reports":%[1]q,"my.trusted.app/imports":%[1]q}`, erpnettest.SampleSecret),
		"other_client_secret":     erpnettest.SampleSecret,
		"secret":                  erpnettest.SampleSecret,
		"application_secret_hash": erpnettest.SecretHash(erpnettest.SampleSecret),
	}
}

// exampleTests say how the files below examples/ are tested: each by the first
// pattern that matches it, and none by none.
var exampleTests = []struct {
	pattern string
	test    func(t *testing.T, name string)
}{
	{"terraform-test/main.tf", testExampleModule},
	{"terraform-test/tests/*.tftest.hcl", testedBy("testExampleModule")},
	{"ci/*.yml", testedBy("TestPipelinesRunAsWritten")},
	{"*/*/import.sh", importExample},
	{"*/*/*.tf", applyExample},
	{"*/*.tf", applyExample},
}

// Every file that the docs show is used as it stands, but for the names of the
// documents' instances, in whose place the mock answers.
func TestExamples(t *testing.T) {
	root := os.DirFS(filepath.Join("..", "..", "examples"))
	err := fs.WalkDir(root, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		for _, how := range exampleTests {
			if matches, err := path.Match(how.pattern, name); err != nil || matches {
				t.Run(name, func(t *testing.T) { t.Parallel(); how.test(t, name) })
				return err
			}
		}
		t.Errorf("examples/%s is tested by nothing", name)
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// testedBy names the function of this package that tests a file beside others.
func testedBy(function string) func(*testing.T, string) {
	return func(t *testing.T, _ string) {
		for _, text := range filesIn(t, "internal/acceptance", strings.NewReplacer()) {
			if strings.Contains(text, "\nfunc "+function+"(t *testing.T") {
				return
			}
		}
		t.Errorf("there is no %s", function)
	}
}

// atMock names the mock in the place of the documents' instances.
func atMock(server *erpnettest.Server) *strings.Replacer {
	return strings.NewReplacer("https://demodb.my.erp.net", server.URL, "demodb.my.erp.net", server.URL, "testdb.my.erp.net", server.URL)
}

// startExampleInstance starts an instance with what the examples take for
// granted, and returns the environment for a configuration.
func startExampleInstance(t *testing.T, config string) (*erpnettest.Server, map[string]string) {
	t.Helper()
	server, env := startInstance(t)
	server.AddUser(ordersUser())
	for _, id := range []string{"my.trusted.app/reports", "my.trusted.app/imports"} {
		application := erpnettest.SampleApplication()
		application.ApplicationUri = id
		server.AddApplication(application)
	}
	for name, value := range exampleVariables(server) {
		if strings.Contains(config, `variable "`+name+`"`) {
			env["TF_VAR_"+name] = value
		}
	}
	return server, env
}

// newExample is an example in a directory of its own, at a mock instance.
func newExample(t *testing.T, name string) (*cli, *erpnettest.Server) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "examples", filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	server, env := startExampleInstance(t, string(text))
	return newCLI(t, atMock(server).Replace(string(text)), env), server
}

func applyExample(t *testing.T, name string) {
	c, _ := newExample(t, name)
	if runtime.GOOS == "windows" && strings.Contains(c.read("main.tf"), "local-exec") {
		t.Skip("the example runs a program of a POSIX shell")
	}
	if err := os.WriteFile(filepath.Join(c.dir, "report.sh"), []byte("#!/bin/sh\ntest -n \"$ACCESS_TOKEN\"\n"), 0o700); err != nil { //nolint:gosec // the example runs it
		t.Fatal(err)
	}
	c.succeed("apply", "-auto-approve")
}

// importExample runs the command of a resource's import.sh in the directory of
// its resource.tf.
func importExample(t *testing.T, name string) {
	c, server := newExample(t, path.Join(path.Dir(name), "resource.tf"))
	server.AddApplication(erpnettest.TrustedApplication{ApplicationUri: ordersApplication, Name: "Orders", SystemUserAllowed: true, SystemUser: ordersUser().Login})
	script, err := os.ReadFile(filepath.Join("..", "..", "examples", filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	commands := slices.DeleteFunc(strings.Split(strings.TrimSpace(string(script)), "\n"), func(line string) bool { return strings.HasPrefix(line, "#") })
	arguments, found := strings.CutPrefix(commands[0], "terraform ")
	if !found || len(commands) != 1 {
		t.Fatalf("not one command of terraform:\n%s", script)
	}
	c.succeed(strings.Fields(arguments)...)
}

// passedAll is the last line of a run of tests of which one at least was there.
var passedAll = regexp.MustCompile(`[1-9][0-9]* passed, 0 failed`)

// testExampleModule tests a module as its users would.
func testExampleModule(t *testing.T, name string) {
	server, env := startInstance(t)
	c := newCLIOf(t, filesIn(t, path.Join("examples", path.Dir(name)), atMock(server)), env)
	if output := c.succeed("test"); !passedAll.MatchString(output) {
		t.Errorf("not all passed:\n%s", output)
	}
}
