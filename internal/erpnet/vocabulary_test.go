// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnet

import (
	"go/scanner"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The client and its tests don't depend on their callers: no line of code mentions a program, an object, or an
// attribute of the provider. Comments may.
func TestNoCodeSpeaksOfTheProvider(t *testing.T) {
	foreign := regexp.MustCompile(`Terraform|OpenTofu|erpnet_[a-z]|identity_url|domain_api_url|ca_certificate|` +
		`request_timeout|max_retries|probe_|entity_set|max_rows|all_pages`)
	looked := 0
	sources := os.DirFS(".")
	err := fs.WalkDir(sources, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(path) != ".go" || path == "vocabulary_test.go" {
			return err
		}
		source, err := fs.ReadFile(sources, path)
		files := token.NewFileSet()
		file := files.AddFile(path, -1, len(source))
		var code scanner.Scanner
		code.Init(file, source, nil, 0) // without comments
		for position, kind, text := code.Scan(); kind != token.EOF; position, kind, text = code.Scan() {
			looked++
			if word := foreign.FindString(text); word != "" && !strings.HasPrefix(text, `"github.com/`) {
				t.Errorf("%s speaks of %s", files.Position(position), word)
			}
		}
		return err
	})
	if err != nil || looked < 10000 {
		t.Errorf("looked at %d words: %v", looked, err)
	}
}
