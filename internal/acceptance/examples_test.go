// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package acceptance

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/erpnet/terraform-provider-erpnet/internal/acceptance/cli"
)

// example FILE [TO] copies a file from examples/ and replaces the instances that the docs name with the simulated one.
func example(ts *testscript.TestScript, neg bool, args []string) {
	noNegation(ts, neg)
	text := ts.ReadFile(filepath.Join(ts.Getenv("REPO"), "examples", filepath.FromSlash(args[0])))
	to := append(args, path.Base(args[0]))[1]
	ts.Check(os.MkdirAll(filepath.Dir(ts.MkAbs(to)), 0o700))
	url := worldOf(ts).server.URL
	const demo, test = "demodb.my.erp.net", "testdb.my.erp.net"
	instances := strings.NewReplacer("https://"+demo, url, demo, url, test, url)
	write(ts, to, instances.Replace(text))
}

// examples PATTERN... applies each matching file in examples/ separately, except those that the CLI doesn't support.
func examples(ts *testscript.TestScript, neg bool, args []string) {
	noNegation(ts, neg)
	for _, pattern := range args {
		files, err := fs.Glob(os.DirFS(filepath.Join(ts.Getenv("REPO"), "examples")), pattern)
		if err != nil || files == nil {
			ts.Fatalf("%s: no such example, %v", pattern, err)
		}
		for _, file := range files {
			ts.Logf("%s", file)
			_ = os.Remove(ts.MkAbs("terraform.tfstate"))
			example(ts, false, []string{file, "main.tf"})
			if cli.UnderTest().Lacks(ts.ReadFile("main.tf")) != "" {
				continue
			}
			requirements := "terraform {\n  required_providers {\n    erpnet = { source = \"erpnet/erpnet\" }\n  }\n}\n"
			if strings.Contains(ts.ReadFile("main.tf"), "required_providers") {
				requirements = ""
			}
			write(ts, "versions.tf", requirements)
			terraform(ts, false, []string{"apply", "-auto-approve"})
		}
	}
}

// module DIRECTORY copies the module from modules/ to the directory.
func module(ts *testscript.TestScript, neg bool, args []string) {
	noNegation(ts, neg)
	ts.Check(os.CopyFS(ts.MkAbs(args[0]), os.DirFS(filepath.Join(ts.Getenv("REPO"), "modules", "service-application"))))
}

// A script uses every example, either by name or in a guide that contains it.
func TestEveryExampleIsUsed(t *testing.T) {
	var used []string
	scripts, err := filepath.Glob(filepath.Join("testdata", "script", "*.txt"))
	if err != nil {
		t.Fatal(err)
	}
	commands := regexp.MustCompile(`(?m)^(?:examples?|pipeline|.* \$REPO/examples/)(.*)$`)
	guides := regexp.MustCompile(`(?m)^guide ([\w-]+)$`)
	var guided strings.Builder
	for _, script := range scripts {
		text, err := os.ReadFile(script)
		if err != nil {
			t.Fatal(err)
		}
		for _, command := range commands.FindAllStringSubmatch(string(text), -1) {
			used = append(used, strings.Fields(command[1])...)
		}
		for _, guide := range guides.FindAllStringSubmatch(string(text), -1) {
			guided.WriteString(markdownFiles(t)["docs/guides/"+guide[1]+".md"])
		}
	}
	for name, text := range filesIn(t, "examples") {
		found := strings.Contains(guided.String(), "\n"+strings.TrimSpace(text)+"\n```")
		for _, pattern := range used {
			matches, err := path.Match(pattern, name)
			found = found || matches && err == nil
		}
		if !found {
			t.Errorf("no script uses examples/%s", name)
		}
	}
}

// filesIn reads a directory of the repository, with names relative to that directory.
func filesIn(t *testing.T, directory string) map[string]string {
	t.Helper()
	files := map[string]string{}
	root := os.DirFS(filepath.Join("..", "..", directory))
	err := fs.WalkDir(root, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := fs.ReadFile(root, name)
		files[name] = string(text)
		return err
	})
	if err != nil || len(files) == 0 {
		t.Fatalf("%s: %d files, %v", directory, len(files), err)
	}
	return files
}
