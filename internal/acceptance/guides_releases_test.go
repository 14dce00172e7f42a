// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

//go:build unix

package acceptance

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"text/template"

	"gopkg.in/yaml.v3"

	tfcli "github.com/erpnet/terraform-provider-erpnet/internal/acceptance/cli"
)

// newReleases makes a directory with the mock's archives and their checksums, by
// the names that .goreleaser.yml gives them. It has one version, which the docs
// must name then.
func newReleases(t *testing.T) string {
	t.Helper()
	var config struct {
		ProjectName string `yaml:"project_name"`
		Archives    []struct {
			ID           string   `yaml:"id"`
			Formats      []string `yaml:"formats"`
			NameTemplate string   `yaml:"name_template"`
		} `yaml:"archives"`
		Checksum struct {
			NameTemplate string `yaml:"name_template"`
		} `yaml:"checksum"`
	}
	readYAML(t, ".goreleaser.yml", &config)
	root, version := t.TempDir(), releasedVersion(t)
	directory := filepath.Join(root, "v"+version)
	mock, err := tfcli.Build("./cmd/erpnet-mock", root, "erpnet-mock")
	if err := errors.Join(os.Mkdir(directory, 0o700), err); err != nil {
		t.Fatal(err)
	}
	data, sums := packed(t, mock), ""
	for _, archive := range config.Archives {
		if archive.ID != "erpnet-mock" || !slices.Contains(archive.Formats, "tar.gz") {
			continue
		}
		for platform := range map[[2]string]bool{{"linux", "amd64"}: true, {runtime.GOOS, runtime.GOARCH}: true} {
			name := execute(t, archive.NameTemplate, map[string]string{"Version": version, "Os": platform[0], "Arch": platform[1]}) + ".tar.gz"
			write(t, filepath.Join(directory, name), data)
			sums += fmt.Sprintf("%x  %s\n", sha256.Sum256(data), name)
		}
	}
	write(t, filepath.Join(directory, execute(t, config.Checksum.NameTemplate, map[string]string{"ProjectName": config.ProjectName, "Version": version})), []byte(sums))
	return root
}

// releasedVersion is the newest version that is released; before the first one,
// the one that will be.
func releasedVersion(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "CHANGELOG.md"))
	if err != nil {
		t.Fatal(err)
	}
	versions := regexp.MustCompile(`(?m)^## (\d+\.\d+\.\d+) \((.*)\)$`).FindAllStringSubmatch(string(text), -1)
	for _, version := range versions {
		if version[2] != "Unreleased" {
			return version[1]
		}
	}
	if len(versions) != 1 {
		t.Fatalf("versions of the changelog: %v", versions)
	}
	return versions[0][1]
}

// packed is an archive with the one program.
func packed(t *testing.T, file string) []byte {
	t.Helper()
	program, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var data bytes.Buffer
	zipped, _ := gzip.NewWriterLevel(&data, gzip.BestSpeed) // the level is one
	archive := tar.NewWriter(zipped)
	err = archive.WriteHeader(&tar.Header{Name: filepath.Base(file), Mode: 0o755, Size: int64(len(program))})
	if err == nil {
		_, err = archive.Write(program)
	}
	if err := errors.Join(err, archive.Close(), zipped.Close()); err != nil {
		t.Fatal(err)
	}
	return data.Bytes()
}

func execute(t *testing.T, text string, data map[string]string) string {
	t.Helper()
	var result strings.Builder
	parsed, err := template.New("name").Option("missingkey=error").Parse(text)
	if err == nil {
		err = parsed.Execute(&result, data)
	}
	if err != nil {
		t.Fatal(err)
	}
	return result.String()
}

func write(t *testing.T, file string, data []byte) {
	t.Helper()
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// readYAML reads a file of the repository.
func readYAML(t *testing.T, file string, into any) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", filepath.FromSlash(file)))
	if err == nil {
		err = yaml.Unmarshal(text, into)
	}
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
}
