// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

// Command notices writes the licences of all modules in each program to notices/{program}.txt, which the program's
// archives contain. It writes identical texts only once.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// programs are the packages of the released programs, by name.
var programs = map[string]string{"terraform-provider-erpnet": ".", "erpnet-mock": "./cmd/erpnet-mock"}

// systems are the operating systems that a release is built for.
var systems = []string{"darwin", "freebsd", "linux", "windows"}

func main() {
	log.SetFlags(0)
	root := filepath.Join("..", "..")
	for program, pkg := range programs {
		text, err := notices(context.Background(), root, program, pkg)
		if err == nil {
			err = os.WriteFile(file(root, program), text, 0o600)
		}
		if err != nil {
			log.Fatalf("notices of %s: %v", program, err)
		}
	}
}

func file(root, program string) string { return filepath.Join(root, "notices", program+".txt") }

// module is a Go module that a program contains.
type module struct {
	Path string
	Dir  string
	Main bool
}

const moduleFormat = `{{with .Module}}{{printf "{\"Path\":%q,\"Dir\":%q,\"Main\":%t}" .Path .Dir .Main}}{{end}}`

// notices returns the text for a program.
func notices(ctx context.Context, root, program, pkg string) ([]byte, error) {
	found, err := modules(ctx, root, pkg)
	if err != nil {
		return nil, err
	}
	users := map[string][]string{} // by text
	for _, m := range found {
		text, err := licence(m.Dir)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", m.Path, err)
		}
		users[text] = append(users[text], m.Path)
	}
	var all bytes.Buffer
	fmt.Fprintf(&all, "%s contains the following software of others.\n", program)
	byUsers := func(a, b string) int { return slices.Compare(users[a], users[b]) }
	for _, text := range slices.SortedFunc(maps.Keys(users), byUsers) {
		fmt.Fprintf(&all, "\n%s\n\n%s\n\n%s", strings.Repeat("=", 80), strings.Join(users[text], "\n"), text)
	}
	return all.Bytes(), nil
}

// modules returns the modules that a package is linked from on any system, and the standard library, sorted by path.
func modules(ctx context.Context, root, pkg string) ([]module, error) {
	goRoot, err := exec.CommandContext(ctx, "go", "env", "GOROOT").Output()
	if err != nil {
		return nil, err
	}
	std := module{Path: "the standard library of Go", Dir: strings.TrimSpace(string(goRoot))}
	found := map[string]module{std.Path: std}
	for _, system := range systems {
		//nolint:gosec // the package is one of the above
		list := exec.CommandContext(ctx, "go", "list", "-deps", "-f", moduleFormat, pkg)
		list.Dir, list.Stderr = root, os.Stderr
		list.Env = append(os.Environ(), "GOOS="+system, "GOARCH=amd64", "CGO_ENABLED=0")
		output, err := list.Output()
		if err != nil {
			return nil, err
		}
		for decoder := json.NewDecoder(bytes.NewReader(output)); ; {
			var m module
			if err := decoder.Decode(&m); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				return nil, err
			}
			if !m.Main {
				found[m.Path] = m
			}
		}
	}
	return slices.SortedFunc(maps.Values(found), func(a, b module) int { return strings.Compare(a.Path, b.Path) }), nil
}

var licenceFile = regexp.MustCompile(`(?i)^(licen[sc]e|copying|notice|patents)([.-].*)?$`)

// licence returns all licence texts of a module, joined.
func licence(directory string) (string, error) {
	entries, err := os.ReadDir(directory)
	if err != nil {
		return "", err
	}
	var texts []string
	for _, entry := range entries {
		if entry.IsDir() || !licenceFile.MatchString(entry.Name()) {
			continue
		}
		text, err := os.ReadFile(filepath.Join(directory, entry.Name()))
		if err != nil {
			return "", err
		}
		texts = append(texts, strings.TrimSpace(strings.ReplaceAll(string(text), "\r\n", "\n"))+"\n")
	}
	if len(texts) == 0 {
		return "", errors.New("it has no licence")
	}
	return strings.Join(texts, "\n"), nil
}
