// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package acceptance

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/erpnet/terraform-provider-erpnet/internal/acceptance/cli"
)

// terraform ARGUMENTS... runs the CLI under test, Terraform or OpenTofu, and keeps what it leaves behind. Its init
// skips the script if the CLI lacks a feature that the configuration needs.
func terraform(ts *testscript.TestScript, neg bool, args []string) {
	w := worldOf(ts)
	if args[0] == "init" {
		w.skipIfLacking(configurationIn(ts))
	}
	expectExit(ts, neg, ts.Exec(cli.Path(), args...))
	w.keep(ts, args)
}

func (w *world) skipIfLacking(config string) {
	if lacks := cli.UnderTest().Lacks(config); lacks != "" {
		w.t.Skip(lacks)
	}
}

func expectExit(ts *testscript.TestScript, neg bool, err error) {
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		ts.Fatalf("%v", err)
	}
	if (err != nil) != neg {
		ts.Fatalf("unexpected end: %v", err)
	}
}

func configurationIn(ts *testscript.TestScript) string {
	var config strings.Builder
	ts.Check(filepath.WalkDir(ts.MkAbs("."), func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(path) != ".tf" && filepath.Ext(path) != ".hcl" {
			return err
		}
		config.WriteString(ts.ReadFile(path))
		return nil
	}))
	return config.String()
}

// output returns what the last command printed, without what depends on the width of the screen.
func output(ts *testscript.TestScript) string {
	return oneLine(ts.ReadFile("stdout") + ts.ReadFile("stderr"))
}

func oneLine(text string) string {
	between := func(r rune) bool { return strings.ContainsRune(" \t\r\n│╷╵|", r) }
	return strings.Join(strings.FieldsFunc(text, between), " ")
}

// says [-count=N] TEXT... checks that the last command printed each text, regardless of line breaks, and if there is a
// count, that many times.
func says(ts *testscript.TestScript, neg bool, args []string) {
	want := -1
	if count, given := strings.CutPrefix(args[0], "-count="); given {
		var err error
		want, err = strconv.Atoi(count)
		ts.Check(err)
		args = args[1:]
	}
	printed := output(ts)
	for _, text := range args {
		found := strings.Count(printed, oneLine(text))
		if want >= 0 && found != want || want < 0 && (found > 0) == neg {
			ts.Fatalf("%d times: %s", found, text)
		}
	}
}

// errors [TEXT ADDRESSES]... checks that the last command reported one error with this text for each of these objects,
// and no other error.
func expectErrors(ts *testscript.TestScript, neg bool, args []string) {
	noNegation(ts, neg)
	want := map[string]string{}
	for i := 0; i+1 < len(args); i += 2 {
		for _, address := range strings.Fields(args[i+1]) {
			want[address] = args[i]
		}
	}
	for _, failure := range strings.Split(output(ts), "Error: ")[1:] {
		address := regexp.MustCompile(`with ([\w.]+),`).FindStringSubmatch(failure)
		if address == nil || want[address[1]] == "" || !strings.Contains(failure, want[address[1]]) {
			ts.Fatalf("another error: %s", failure)
		}
		delete(want, address[1])
	}
	if len(want) > 0 {
		ts.Fatalf("missing: %v", want)
	}
}

// provider ARGUMENT configures the provider with this argument.
func provider(ts *testscript.TestScript, neg bool, args []string) {
	noNegation(ts, neg)
	write(ts, "provider.tf", "provider \"erpnet\" {\n  "+args[0]+"\n}\n")
}

// explained FILE... checks that the files contain the title of each error that the last command reported.
func explained(ts *testscript.TestScript, neg bool, args []string) {
	noNegation(ts, neg)
	titles := regexp.MustCompile(`(?m)^(?:│ )?Error: (.*)$`).FindAllStringSubmatch(ts.ReadFile("stderr"), -1)
	for _, file := range args {
		page := ts.ReadFile(file)
		for _, title := range titles {
			if !strings.Contains(page, title[1]) {
				ts.Fatalf("%s does not know %q", file, title[1])
			}
		}
	}
	if len(titles) == 0 {
		ts.Fatalf("no errors")
	}
}

// replace FILE BEFORE AFTER replaces a text that occurs exactly once in the file.
func replace(ts *testscript.TestScript, neg bool, args []string) {
	noNegation(ts, neg)
	text := ts.ReadFile(args[0])
	if strings.Count(text, args[1]) != 1 {
		ts.Fatalf("not once there: %s", args[1])
	}
	write(ts, args[0], strings.Replace(text, args[1], args[2], 1))
}

func write(ts *testscript.TestScript, file, text string) {
	ts.Check(os.WriteFile(ts.MkAbs(file), []byte(text), 0o600))
}
