// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

// exampleVariables are the values of every variable that an example declares.
func exampleVariables() map[string]string {
	return map[string]string{
		"client_secret":           erpnettest.SampleSecret,
		"client_secrets":          fmt.Sprintf(`{"my.trusted.app/reports":%[1]q,"my.trusted.app/imports":%[1]q}`, erpnettest.SampleSecret),
		"other_client_secret":     erpnettest.SampleSecret,
		"secret":                  erpnettest.SampleSecret,
		"application_secret_hash": erpnettest.SecretHash(erpnettest.SampleSecret),
	}
}

// Every file that the docs show is applied as it stands, but for the names of
// the documents' instances, in whose place the mock answers. The folders demo
// and terraform-test have tests of their own.
func TestExamplesApply(t *testing.T) {
	root := filepath.Join("..", "..", "examples")
	tested := 0
	err := filepath.WalkDir(root, func(path string, entry os.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".tf" || strings.HasPrefix(path, filepath.Join(root, "demo")) || strings.HasPrefix(path, filepath.Join(root, "terraform-test")) {
			return err
		}
		tested++
		t.Run(strings.TrimPrefix(path, root+string(filepath.Separator)), func(t *testing.T) { applyExample(t, path) })
		return nil
	})
	if err != nil || tested < 22 {
		t.Errorf("%d examples, %v", tested, err)
	}
}

func applyExample(t *testing.T, path string) {
	t.Parallel()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	server, env := startInstance(t)
	server.AddUser(ordersUser())
	for _, id := range []string{"my.trusted.app/reports", "my.trusted.app/imports"} {
		application := erpnettest.SampleApplication()
		application.ApplicationUri = id
		server.AddApplication(application)
	}
	config := strings.NewReplacer("demodb.my.erp.net", server.URL, "testdb.my.erp.net", server.URL).Replace(string(text))
	for name, value := range exampleVariables() {
		if strings.Contains(config, `variable "`+name+`"`) {
			env["TF_VAR_"+name] = value
		}
	}
	c := newCLI(t, config, env)
	if err := os.WriteFile(filepath.Join(c.dir, "report.sh"), []byte("#!/bin/sh\ntest -n \"$ACCESS_TOKEN\"\n"), 0o700); err != nil { //nolint:gosec // the example runs it
		t.Fatal(err)
	}
	c.succeed("apply", "-auto-approve")
}

// The module under examples/terraform-test is tested as its users would.
func TestExampleOfTerraformTest(t *testing.T) {
	t.Parallel()
	_, env := startInstance(t)
	root := filepath.Join("..", "..", "examples", "terraform-test")
	main, err := os.ReadFile(filepath.Join(root, "main.tf"))
	if err != nil {
		t.Fatal(err)
	}
	c := newCLI(t, string(main), env)
	if err := os.CopyFS(filepath.Join(c.dir, "tests"), os.DirFS(filepath.Join(root, "tests"))); err != nil {
		t.Fatal(err)
	}
	if output := c.succeed("test"); !strings.Contains(output, "2 passed, 0 failed") {
		t.Errorf("not two passed:\n%s", output)
	}
}
