// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

//go:build unix

package acceptance

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"text/template"

	tfcli "github.com/erpnet/terraform-provider-erpnet/internal/acceptance/cli"
)

// Each command of these guides is run as it stands, in one shell from the first
// to the last, with the files that the guide has written by then. What a guide
// says that a command prints must be in what it prints; the line here is what the
// guide is for.
func TestGuidesRunAsWritten(t *testing.T) {
	releases := newReleases(t)
	for guide, line := range map[string]string{
		"get-started":              `first_customer = "Aurora Office Supplies Ltd."`,
		"testing-with-erpnet-mock": "Success! 2 passed, 0 failed.",
	} {
		t.Run(guide, func(t *testing.T) {
			t.Parallel()
			page := renderGuide(t, guide)
			if lacks := tfcli.UnderTest().Lacks(page); lacks != "" {
				t.Skip(lacks)
			}
			steps := readSteps(t, page)
			output, err := newShell(t, releases).run("bash", script(steps))
			if err != nil || !strings.Contains(output, line) {
				t.Fatalf("%v:\n%s", err, output)
			}
			for i, step := range steps {
				_, rest, _ := strings.Cut(output, marker(i))
				printed, _, _ := strings.Cut(rest, marker(i+1))
				for _, line := range step.prints {
					if !strings.Contains(oneLine(printed), oneLine(line)) {
						t.Errorf("these commands do not print %q:\n%s\nbut:\n%s", line, step.commands, printed)
					}
				}
			}
		})
	}
}

// renderGuide is a guide as tfplugindocs renders it.
func renderGuide(t *testing.T, name string) string {
	t.Helper()
	root := filepath.Join("..", "..")
	codeFile := func(language, file string) (string, error) {
		text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(file)))
		return "```" + language + "\n" + strings.TrimSpace(string(text)) + "\n```", err
	}
	file := filepath.Join(root, "templates", "guides", name+".md.tmpl")
	guide, err := template.New(filepath.Base(file)).Funcs(template.FuncMap{
		"codefile": codeFile,
		"tffile":   func(file string) (string, error) { return codeFile("terraform", file) },
	}).ParseFiles(file)
	if err != nil {
		t.Fatal(err)
	}
	var page bytes.Buffer
	if err := guide.Execute(&page, nil); err != nil {
		t.Fatal(err)
	}
	return page.String()
}

// step is a block of commands, and what the guide has around it.
type step struct {
	files    []codeBlock // written before
	commands string
	prints   []string // lines that the guide shows after it
}

type codeBlock struct{ paragraph, language, text string }

var (
	fencedBlock = regexp.MustCompile("(?ms)^```(\\w+)\n(.*?)^```$")
	inlineCode  = regexp.MustCompile("`([^`]+)`")
)

// readSteps reads the code blocks of a page: sh has commands, text has what the
// commands before it print, and all others are files, which the paragraph before
// them names in its last words of code.
func readSteps(t *testing.T, page string) []step {
	t.Helper()
	var steps []step
	var files []codeBlock
	end := 0
	for _, at := range fencedBlock.FindAllStringSubmatchIndex(page, -1) {
		paragraphs := strings.Split(strings.TrimSpace(page[end:at[0]]), "\n\n")
		block := codeBlock{paragraphs[len(paragraphs)-1], page[at[2]:at[3]], page[at[4]:at[5]]}
		end = at[1]
		switch block.language {
		case "sh":
			steps = append(steps, step{files: files, commands: block.text})
			files = nil
		case "text":
			last := &steps[len(steps)-1]
			last.prints = append(last.prints, strings.Split(strings.TrimSpace(block.text), "\n")...)
		default:
			files = append(files, block)
			if block.file() == "" {
				t.Fatalf("no file is named before:\n%s", block.text)
			}
		}
	}
	if len(files) > 0 {
		t.Fatalf("no command follows the file %s", files[0].file())
	}
	return steps
}

// file is the name that the paragraph before it gives.
func (b codeBlock) file() string {
	names := inlineCode.FindAllStringSubmatch(b.paragraph, -1)
	if len(names) == 0 || !strings.HasSuffix(b.paragraph, ":") {
		return ""
	}
	return names[len(names)-1][1]
}

const endOfFile = "=== end of file ==="

func marker(i int) string { return fmt.Sprintf("=== step %d ===", i) }

// script writes the files and runs the commands, with a mark before each step.
func script(steps []step) string {
	var text strings.Builder
	for i, step := range steps {
		for _, file := range step.files {
			fmt.Fprintf(&text, "mkdir -p %q\ncat > %q <<'%s'\n%s%s\n", filepath.Dir(file.file()), file.file(), endOfFile, file.text, endOfFile)
		}
		fmt.Fprintf(&text, "echo; echo '%s'\n%s", marker(i), step.commands)
	}
	return text.String()
}

// oneLine takes out what differs by the width of the screen.
func oneLine(text string) string {
	return strings.Join(strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" \t\n│", r) }), " ")
}
