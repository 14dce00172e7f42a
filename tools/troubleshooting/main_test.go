// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
)

var root = filepath.Join("..", "..")

func newGuide(t *testing.T) string {
	t.Helper()
	text, err := guide(root)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestGuideIsCurrent(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root, guideFile))
	if err != nil || string(text) != newGuide(t) {
		t.Errorf("%s is not what `make generate` writes: %v", guideFile, err)
	}
}

func TestGuideHasTheWholeCatalogue(t *testing.T) {
	text := newGuide(t)
	for _, entry := range erpnet.Catalogue() {
		for _, want := range append([]string{"### " + entry.Title, entry.Cause}, strings.Split(entry.Remedy, "\n")...) {
			if !strings.Contains(text, strings.TrimSpace(want)) {
				t.Errorf("no %q", want)
			}
		}
	}
	for kind, heading := range headings {
		if !strings.Contains(text, "\n## "+heading+"\n") {
			t.Errorf("no heading of %s", kind)
		}
	}
}

// Whatever looks like the summary of a diagnostic has its place in the guide. It
// is looked for here by other means than those of the guide.
func TestGuideHasEverySummary(t *testing.T) {
	text := newGuide(t)
	summary := regexp.MustCompile(`(?:Add(?:Attribute)?(?:Error|Warning)|New(?:Attribute)?(?:Error|Warning)Diagnostic)\((?:path\.Root\([^)]*\), )?"([^"]+)"|problem\{+\s*"([^"]+)"`)
	names, err := filepath.Glob(filepath.Join(root, "internal", "provider", "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	names = slices.DeleteFunc(names, func(name string) bool { return strings.HasSuffix(name, "_test.go") })
	found := 0
	for _, name := range names {
		code, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range summary.FindAllStringSubmatch(string(code), -1) {
			found++
			if !strings.Contains(text, "\n### "+match[1]+match[2]) {
				t.Errorf("%s: the guide has no %q", filepath.Base(name), match[1]+match[2])
			}
		}
	}
	if found < 30 {
		t.Errorf("only %d summaries were found", found)
	}
}

// A text that the guide could not show in full stops it.
func TestUnknownExpressionsAreNamed(t *testing.T) {
	dir := t.TempDir()
	code := `package p

func f() {
	diags.AddError("Broken "+thing(), "It is broken.")
	return errors.New("it is of no kind")
}
`
	if err := os.WriteFile(filepath.Join(dir, "p.go"), []byte(code), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := parse(dir)
	if err != nil {
		t.Fatal(err)
	}
	s.diagnostics()
	s.reasons()
	for _, want := range []string{"no words for thing()", `no words for what the function "f" looks at`} {
		if err := s.err(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("not %q but %v", want, err)
		}
	}
}
