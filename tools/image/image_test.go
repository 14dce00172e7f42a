// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"debug/buildinfo"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

const testVersion = "1.2.3-test"

var built = sync.OnceValues(func() ([]byte, error) {
	return build(context.Background(), filepath.Join("..", ".."), testVersion)
})

// unpacked is a file from a tar archive.
type unpacked struct {
	header  *tar.Header
	content []byte
}

func untar(t *testing.T, content []byte) map[string]unpacked {
	t.Helper()
	files := map[string]unpacked{}
	for reader := tar.NewReader(bytes.NewReader(content)); ; {
		header, err := reader.Next()
		if errors.Is(err, io.EOF) {
			return files
		}
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(reader)
		if err != nil {
			t.Fatal(err)
		}
		files[header.Name] = unpacked{header, content}
	}
}

// descriptor refers to a blob.
type descriptor struct {
	MediaType string            `json:"mediaType"`
	Digest    string            `json:"digest"`
	Size      int               `json:"size"`
	Platform  map[string]string `json:"platform"`
}

// archive is the image as a client reads it.
type archive struct {
	t     *testing.T
	files map[string]unpacked
	read  map[string]bool
}

func openArchive(t *testing.T) *archive {
	t.Helper()
	content, err := built()
	if err != nil {
		t.Fatal(err)
	}
	return &archive{t, untar(t, content), map[string]bool{"oci-layout": true, "index.json": true}}
}

func (a *archive) blob(d descriptor) []byte {
	a.t.Helper()
	name := "blobs/sha256/" + strings.TrimPrefix(d.Digest, "sha256:")
	content := a.files[name].content
	a.read[name] = true
	if digest(content) != d.Digest || len(content) != d.Size {
		a.t.Fatalf("%s has the digest %s and %d bytes", name, digest(content), len(content))
	}
	return content
}

func (a *archive) decode(content []byte, into any) {
	a.t.Helper()
	if err := json.Unmarshal(content, into); err != nil {
		a.t.Fatal(err)
	}
}

func (a *archive) manifests() []descriptor {
	a.t.Helper()
	var root, index struct{ Manifests []descriptor }
	a.decode(a.files["index.json"].content, &root)
	if len(root.Manifests) != 1 {
		a.t.Fatalf("%d images", len(root.Manifests))
	}
	a.decode(a.blob(root.Manifests[0]), &index)
	return index.Manifests
}

// layer returns the root file system and the configuration of one architecture.
func (a *archive) layer(d descriptor) (files map[string]unpacked, config map[string]any) {
	a.t.Helper()
	var manifest struct {
		Config descriptor
		Layers []descriptor
	}
	a.decode(a.blob(d), &manifest)
	var document struct {
		Architecture string
		Config       map[string]any
		RootFS       struct {
			Layers []string `json:"diff_ids"`
		}
	}
	a.decode(a.blob(manifest.Config), &document)
	if len(manifest.Layers) != 1 || document.Architecture != d.Platform["architecture"] {
		a.t.Fatalf("%d layers for %s", len(manifest.Layers), document.Architecture)
	}
	reader, err := gzip.NewReader(bytes.NewReader(a.blob(manifest.Layers[0])))
	if err != nil {
		a.t.Fatal(err)
	}
	plain, err := io.ReadAll(reader)
	if err != nil {
		a.t.Fatal(err)
	}
	if got := digest(plain); !slices.Equal(document.RootFS.Layers, []string{got}) {
		a.t.Errorf("diff_ids %v, not %s", document.RootFS.Layers, got)
	}
	return untar(a.t, plain), document.Config
}

func TestImageHoldsTheBinaryAndTheLicence(t *testing.T) {
	a := openArchive(t)
	var architectures []string
	for _, manifest := range a.manifests() {
		architecture := manifest.Platform["architecture"]
		architectures = append(architectures, manifest.Platform["os"]+"/"+architecture)
		files, config := a.layer(manifest)
		if names := slices.Sorted(maps.Keys(files)); !slices.Equal(names, []string{"LICENSE", "erpnet-mock"}) {
			t.Errorf("%s holds %q", architecture, names)
		}
		info, err := buildinfo.Read(bytes.NewReader(files["erpnet-mock"].content))
		if err != nil {
			t.Fatal(err)
		}
		for _, setting := range info.Settings {
			if setting.Key == "GOARCH" && setting.Value != architecture || setting.Key == "CGO_ENABLED" &&
				setting.Value != "0" {
				t.Errorf("%s is built with %s=%s", architecture, setting.Key, setting.Value)
			}
		}
		for name, mode := range map[string]int64{"LICENSE": 0o644, "erpnet-mock": 0o755} {
			if header := files[name].header; header.Mode != mode || header.Uid != 0 || header.Typeflag != tar.TypeReg {
				t.Errorf("%s: %+v", name, header)
			}
		}
		printed, err := json.Marshal(config)
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{
			`"User":"65532:65532"`, `"ExposedPorts":{"8443/tcp":{},"8444/tcp":{}}`, `"Entrypoint":["/erpnet-mock"]`,
			`"Test":["CMD","/erpnet-mock","-healthy"]`, `"org.opencontainers.image.version":"` + testVersion + `"`,
		} {
			if !strings.Contains(string(printed), want) {
				t.Errorf("%s: %s is not in %s", architecture, want, printed)
			}
		}
	}
	if !slices.Equal(architectures, []string{"linux/amd64", "linux/arm64"}) {
		t.Errorf("architectures %q", architectures)
	}
	if len(a.read) != len(a.files) {
		t.Errorf("of %d files of the archive, %d belong to the image", len(a.files), len(a.read))
	}
}

// The binary runs as in a container: without folders to write to, and with the
// variables of the image. Only the ports differ, because those of the image may
// be in use here.
func TestBinaryOfTheImageStarts(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the image is for Linux")
	}
	a := openArchive(t)
	isNative := func(d descriptor) bool { return d.Platform["architecture"] == runtime.GOARCH }
	i := slices.IndexFunc(a.manifests(), isNative)
	if i < 0 {
		t.Skipf("there is no image for %s", runtime.GOARCH)
	}
	files, _ := a.layer(a.manifests()[i])
	program := filepath.Join(t.TempDir(), "erpnet-mock")
	if err := os.WriteFile(program, files["erpnet-mock"].content, 0o700); err != nil { //nolint:gosec // it is to be run
		t.Fatal(err)
	}
	environment := []string{
		"ERPNET_MOCK_LISTEN=0.0.0.0:" + freePort(t), "ERPNET_MOCK_STATUS=0.0.0.0:" + freePort(t),
		"TMPDIR=/nowhere", "HOME=/nowhere",
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	run := func(args ...string) ([]byte, error) {
		command := exec.CommandContext(ctx, program, args...) //nolint:gosec // what was just built
		command.Env = environment
		return command.CombinedOutput()
	}
	if printed, err := run("-version"); err != nil || string(printed) != "erpnet-mock "+testVersion+"\n" {
		t.Errorf("error %v, printed %s", err, printed)
	}
	if printed, err := run("-healthy"); err == nil || !strings.Contains(string(printed), "not ready") {
		t.Errorf("before it runs: error %v, printed %s", err, printed)
	}
	serving := exec.CommandContext(ctx, program) //nolint:gosec // what was just built
	serving.Env = environment
	if err := serving.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cancel()
		_ = serving.Wait() // killed by the test
	})
	for {
		printed, err := run("-healthy")
		if err == nil {
			break
		}
		if ctx.Err() != nil {
			t.Fatalf("it never got ready: %s", printed)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func freePort(t *testing.T) string {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	return port
}

func TestSameBinariesGiveTheSameBytes(t *testing.T) {
	images := []image{{architecture: "amd64", files: []file{{name: "a", mode: 0o644, content: []byte("b")}}}}
	first, err := pack("1", images)
	if err != nil {
		t.Fatal(err)
	}
	second, err := pack("1", images)
	if err != nil || !bytes.Equal(first, second) {
		t.Errorf("other bytes, error %v", err)
	}
}
