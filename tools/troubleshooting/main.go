// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

// Command troubleshooting writes the guide that lists every error and warning
// of the provider. It takes them from where the provider does: the failures of an
// instance from [erpnet.Catalogue], and the provider's own texts from its source.
// Run it in the root of the repository:
//
//	go run ./tools/troubleshooting
package main

import (
	_ "embed"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"text/template"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
)

// guideFile is where the guide stands, from the root of the repository.
var guideFile = filepath.Join("docs", "guides", "troubleshooting.md")

//go:embed guide.md.tmpl
var guideTemplate string

func main() {
	text, err := guide(".")
	if err == nil {
		err = os.WriteFile(guideFile, []byte(text), 0o644) //nolint:gosec // the docs are for everyone
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "troubleshooting:", err)
		os.Exit(1)
	}
}

// page is what the template shows.
type page struct {
	Failures    []section
	Diagnostics []diagnostic
	Violations  []string
	Advice      []string
	Reasons     []reasons
	Functions   []string
}

// section is a group of the catalogue's kinds of failure.
type section struct {
	Heading string
	Entries []erpnet.Entry
}

// guide is the text of the guide, made from the repository in a directory.
func guide(root string) (string, error) {
	provider, providerErr := parse(filepath.Join(root, "internal", "provider"))
	client, clientErr := parse(filepath.Join(root, "internal", "erpnet"))
	if err := errors.Join(providerErr, clientErr); err != nil {
		return "", err
	}
	p := page{Failures: failures(erpnet.Catalogue())}
	p.Diagnostics, p.Functions = provider.diagnostics(), provider.functionErrors()
	p.Violations, p.Advice = client.violations()
	p.Reasons = append(client.reasons(), provider.reasons()...)
	if err := errors.Join(provider.err(), client.err()); err != nil {
		return "", err
	}
	layout, err := template.New("guide").Funcs(template.FuncMap{"code": code, "markdown": markdown}).Parse(guideTemplate)
	if err != nil {
		return "", err
	}
	var text strings.Builder
	err = layout.Execute(&text, p)
	return text.String(), err
}

// failures puts the catalogue's entries under their headings.
func failures(entries []erpnet.Entry) []section {
	var sections []section
	for _, entry := range entries {
		if heading, begins := headings[entry.Kind]; begins || len(sections) == 0 {
			sections = append(sections, section{Heading: heading})
		}
		last := &sections[len(sections)-1]
		last.Entries = append(last.Entries, entry)
	}
	return sections
}

// code is the error code by which the token endpoint says the same; empty for
// what no token endpoint says.
func code(kind erpnet.Kind) string {
	if !oauthCodes[kind] {
		return ""
	}
	return string(kind)
}

// markdown sets each line of a text as a paragraph of its own, but for the items
// of a list, which begin with a dash.
func markdown(text string) string {
	var lines []string
	for _, line := range strings.Split(text, "\n") {
		if !strings.HasPrefix(line, "  - ") && len(lines) > 0 {
			lines = append(lines, "")
		}
		lines = append(lines, strings.TrimPrefix(line, "  "))
	}
	return strings.Join(lines, "\n")
}
