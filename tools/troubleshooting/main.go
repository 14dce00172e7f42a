// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

// Command troubleshooting writes docs/guides/troubleshooting.md from guide.md.tmpl and the provider's own list of
// failures. Run it in this folder.
package main

import (
	_ "embed"
	"log"
	"os"
	"path/filepath"
	"strings"
	"text/template"

	"github.com/erpnet/terraform-provider-erpnet/internal/provider"
)

//go:embed guide.md.tmpl
var guide string

// paragraphs turns each line of a text into a paragraph, and each indented dash into an item of a list.
var paragraphs = strings.NewReplacer("\n  - ", "\n- ", "\n", "\n\n")

func main() {
	log.SetFlags(0)
	page := template.Must(template.New("guide").Funcs(template.FuncMap{"paragraphs": paragraphs.Replace}).Parse(guide))
	file, err := os.Create(filepath.Join("..", "..", "docs", "guides", "troubleshooting.md"))
	if err != nil {
		log.Fatal(err)
	}
	if err := page.Execute(file, provider.Remedies()); err != nil {
		log.Fatal(err)
	}
	if err := file.Close(); err != nil {
		log.Fatal(err)
	}
}
