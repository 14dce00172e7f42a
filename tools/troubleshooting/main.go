// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

// Command troubleshooting writes docs/guides/troubleshooting.md from guide.md.tmpl and the provider's list of
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

// plain makes a cause general, without placeholders, and fits it into one table cell.
var plain = strings.NewReplacer(
	"the name {host}", "this name", "name {host}", "name", "{host}", "the host",
	"{client_id}", "the client_id", "{hash}", "the hash", "|", "\\|", "\n", " ",
)

func sentence(cause string) string {
	text := plain.Replace(cause)
	return strings.ToUpper(text[:1]) + text[1:]
}

func main() {
	log.SetFlags(0)
	page := template.Must(template.New("guide").Funcs(template.FuncMap{"plain": sentence}).Parse(guide))
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
