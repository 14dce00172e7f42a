// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package acceptance

import (
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
)

// Where readers find the pages, and where the files of the repository are.
const (
	registryDocs = "https://registry.terraform.io/providers/erpnet/erpnet/latest/docs"
	gitHubFiles  = "https://github.com/erpnet/terraform-provider-erpnet/blob/main/"
)

// markdownFiles returns the Markdown files of the repository, by path.
func markdownFiles(t *testing.T) map[string]string {
	t.Helper()
	files := map[string]string{}
	for _, pattern := range []string{"*.md", "docs/*.md", "docs/*/*.md", "modules/*/*.md"} {
		names, err := filepath.Glob(filepath.Join("..", "..", filepath.FromSlash(pattern)))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			files[strings.TrimPrefix(filepath.ToSlash(name), "../../")] = string(text)
		}
	}
	return files
}

var (
	anyFence = regexp.MustCompile("(?ms)^```.*?^```$")
	link     = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	heading  = regexp.MustCompile(`(?m)^#+ (.*)$`)
	anchor   = regexp.MustCompile(`<a id="([^"]+)">`)
)

// Each link within the project leads to a file, and to a heading in it if it
// names one. The pages under docs/ are read in the registry, where only full
// URLs work from every page.
func TestLinksLeadSomewhere(t *testing.T) {
	t.Parallel()
	files, tested := markdownFiles(t), 0
	for name, text := range files {
		for _, found := range link.FindAllStringSubmatch(anyFence.ReplaceAllString(text, ""), -1) {
			target, fragment, _ := strings.Cut(found[1], "#")
			switch {
			case target == registryDocs:
				target = "docs/index.md"
			case strings.HasPrefix(target, registryDocs):
				target = "docs" + strings.TrimPrefix(target, registryDocs) + ".md"
			case strings.HasPrefix(target, gitHubFiles):
				target = strings.TrimPrefix(target, gitHubFiles)
			case strings.Contains(target, "://"):
				continue
			case target == "":
				target = name
			case strings.HasPrefix(name, "docs/"):
				t.Errorf("%s: %s works on GitHub only", name, found[1])
				continue
			default:
				target = path.Join(path.Dir(name), target)
			}
			tested++
			if _, err := os.Stat(filepath.Join("..", "..", filepath.FromSlash(target))); err != nil {
				t.Errorf("%s: %s: %v", name, found[1], err)
			}
			if fragment != "" && !slices.Contains(anchors(files[target]), fragment) {
				t.Errorf("%s: no heading of %s is %q: %v", name, target, fragment, anchors(files[target]))
			}
		}
	}
	if tested < 80 {
		t.Errorf("only %d links", tested)
	}
}

// anchors returns the names that GitHub and the registry give to headings, and
// those that the text itself defines.
func anchors(text string) []string {
	text = anyFence.ReplaceAllString(text, "")
	var names []string
	for _, found := range anchor.FindAllStringSubmatch(text, -1) {
		names = append(names, found[1])
	}
	for _, found := range heading.FindAllStringSubmatch(text, -1) {
		names = append(names, strings.Map(func(r rune) rune {
			switch {
			case r == ' ':
				return '-'
			case unicode.IsLetter(r), unicode.IsDigit(r), r == '-', r == '_':
				return unicode.ToLower(r)
			}
			return -1
		}, found[1]))
	}
	return names
}

// The index links to every page, and the page of every object says what the
// object requires, requests and stores.
func TestIndexAndPagesAreComplete(t *testing.T) {
	t.Parallel()
	files := markdownFiles(t)
	for name, text := range files {
		page, isPage := strings.CutPrefix(name, "docs/")
		if !isPage || page == "index.md" {
			continue
		}
		if !strings.Contains(files["docs/index.md"], "]("+registryDocs+"/"+strings.TrimSuffix(page, ".md")+")") {
			t.Errorf("docs/index.md has no link to %s", name)
		}
		if strings.HasPrefix(page, "guides/") {
			continue
		}
		for _, want := range []string{"- **CLI:** ", "- **Requests:** ", "- **Stored:** ", "## Example Usage\n"} {
			if !strings.Contains(text, "\n"+want) {
				t.Errorf("%s has no %q", name, strings.TrimSpace(want))
			}
		}
	}
}

// A page must show each example.
func TestEveryExampleIsShown(t *testing.T) {
	t.Parallel()
	pages := strings.Join(slices.Collect(maps.Values(markdownFiles(t))), "\n")
	for name, text := range filesIn(t, "examples") {
		if !strings.HasPrefix(name, "demo/") && !strings.Contains(pages, "\n"+strings.TrimSpace(text)+"\n```") {
			t.Errorf("no page shows examples/%s", name)
		}
	}
}

// A script runs every guide that has commands.
func TestEveryGuideIsRun(t *testing.T) {
	t.Parallel()
	guides, err := filepath.Glob(filepath.Join("..", "..", "docs", "guides", "*.md"))
	if err != nil || len(guides) < 8 {
		t.Fatalf("%d guides, %v", len(guides), err)
	}
	for _, guide := range guides {
		page, err := os.ReadFile(guide)
		if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimSuffix(filepath.Base(guide), ".md")
		script, _ := os.ReadFile(filepath.Join("testdata", "script", "guide-"+name+".txt"))
		if strings.Contains(string(page), "\n```sh\n") && !strings.Contains(string(script), "\nguide "+name+"\n") {
			t.Errorf("no script runs %s", name)
		}
	}
}

// The guide about testing lists every flag of the mock.
func TestGuideListsTheFlagsOfTheMock(t *testing.T) {
	t.Parallel()
	options, err := os.ReadFile(filepath.Join("..", "..", "cmd", "erpnet-mock", "options.go"))
	if err != nil {
		t.Fatal(err)
	}
	guide := markdownFiles(t)["docs/guides/testing-with-erpnet-mock.md"]
	flags := regexp.MustCompile(`flags\.\w+Var\(&[\w.]+, "([\w-]+)"`).FindAllStringSubmatch(string(options), -1)
	if len(flags) < 8 {
		t.Errorf("only %d flags", len(flags))
	}
	for _, flag := range flags {
		if !regexp.MustCompile("(?m)^\\| `-" + flag[1] + "[ =`]").MatchString(guide) {
			t.Errorf("no row for -%s", flag[1])
		}
	}
}
