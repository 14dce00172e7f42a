// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package release

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

// file is a file in an archive.
type file struct {
	mode    fs.FileMode
	content []byte
}

// archive reads an archive in dist/. The name has no suffix, because that
// depends on the product: the provider's archives are zips, as the registries
// require.
func archive(t *testing.T, product, name string) map[string]file {
	t.Helper()
	if product == provider {
		return unzip(t, read(t, filepath.Join(dist, name+".zip")))
	}
	return untar(t, read(t, filepath.Join(dist, name+".tar.gz")))
}

// executableName returns the name of the binary in an archive.
func executableName(t *testing.T, product, platform string) string {
	t.Helper()
	name := product
	if product == provider {
		name += "_v" + version(t)
	}
	if strings.HasPrefix(platform, "windows_") {
		name += ".exe"
	}
	return name
}

func unzip(t *testing.T, content []byte) map[string]file {
	t.Helper()
	reader, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]file{}
	for _, entry := range reader.File {
		opened, err := entry.Open()
		if err != nil {
			t.Fatal(err)
		}
		files[entry.Name] = file{entry.Mode(), readAll(t, opened)}
	}
	return files
}

func untar(t *testing.T, content []byte) map[string]file {
	t.Helper()
	unpacked, err := gzip.NewReader(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]file{}
	for reader := tar.NewReader(unpacked); ; {
		header, err := reader.Next()
		if errors.Is(err, io.EOF) {
			return files
		}
		if err != nil {
			t.Fatal(err)
		}
		files[header.Name] = file{header.FileInfo().Mode(), readAll(t, reader)}
	}
}

func readAll(t *testing.T, reader io.Reader) []byte {
	t.Helper()
	content, err := io.ReadAll(reader)
	if err != nil {
		t.Fatal(err)
	}
	return content
}
