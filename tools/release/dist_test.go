// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

// Package release has the tools that make a release, and tests for their
// output: `make snapshot` runs them on dist/.
package release

import (
	"bytes"
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const (
	provider = "terraform-provider-erpnet"
	mock     = "erpnet-mock"
)

var (
	dist     = filepath.Join("..", "..", "dist")
	manifest = filepath.Join("..", "..", "terraform-registry-manifest.json")

	platforms = map[string][]string{
		provider: {
			"darwin_amd64", "darwin_arm64",
			"freebsd_386", "freebsd_amd64", "freebsd_arm", "freebsd_arm64",
			"linux_386", "linux_amd64", "linux_arm", "linux_arm64",
			"windows_386", "windows_amd64", "windows_arm64",
		},
		mock: {"darwin_amd64", "darwin_arm64", "linux_amd64", "linux_arm64", "windows_amd64", "windows_arm64"},
	}
)

// eachBinary runs a test for each binary of a release. The product is the
// provider or the mock, and name is the prefix of its files.
func eachBinary(t *testing.T, test func(t *testing.T, product, platform, name string)) {
	t.Helper()
	for product := range platforms {
		for _, platform := range platforms[product] {
			name := product + "_" + version(t) + "_" + platform
			t.Run(name, func(t *testing.T) { test(t, product, platform, name) })
		}
	}
}

func version(t *testing.T) string {
	t.Helper()
	var metadata struct {
		Version string `json:"version"`
	}
	readJSON(t, filepath.Join(dist, "metadata.json"), &metadata)
	if metadata.Version == "" {
		t.Fatal("dist/ has no version")
	}
	return metadata.Version
}

func readJSON(t *testing.T, name string, value any) {
	t.Helper()
	if err := json.Unmarshal(read(t, name), value); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

func read(t *testing.T, name string) []byte {
	t.Helper()
	content, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// An archive contains the licence, the third-party licences, and the binary for
// the platform in its name. The CLIs find the provider's binary by its name.
func TestArchives(t *testing.T) {
	eachBinary(t, func(t *testing.T, product, platform, name string) {
		files := archive(t, product, name)
		executable := executableName(t, product, platform)
		want := []string{"LICENSE", "THIRD_PARTY_NOTICES.txt", executable}
		slices.Sort(want)
		if got := slices.Sorted(maps.Keys(files)); !slices.Equal(got, want) {
			t.Fatalf("holds %q, not %q", got, want)
		}
		if mode := files[executable].mode; mode.Perm() != 0o755 {
			t.Errorf("the binary has mode %s", mode)
		}
		info := buildInfo(t, files[executable])
		for _, module := range info.Deps {
			if !bytes.Contains(files["THIRD_PARTY_NOTICES.txt"].content, []byte("\n"+module.Path+"\n")) {
				t.Errorf("the notices leave out %s", module.Path)
			}
		}
		settings := map[string]string{}
		for _, setting := range info.Settings {
			settings[setting.Key] = setting.Value
		}
		if built := settings["GOOS"] + "_" + settings["GOARCH"]; built != platform {
			t.Errorf("built for %s", built)
		}
		if settings["CGO_ENABLED"] != "0" || settings["-trimpath"] != "true" {
			t.Errorf("built with %v", settings)
		}
		if !bytes.Contains(files[executable].content, []byte(version(t))) {
			t.Errorf("%s does not know its version", product)
		}
	})
}

// The bill of materials of a program lists the contents of its binary on every
// platform: each module that it was linked from, and Go.
func TestBillsOfMaterials(t *testing.T) {
	eachBinary(t, func(t *testing.T, product, platform, name string) {
		type component struct {
			Name    string `json:"name"`
			Version string `json:"version"`
		}
		var bill struct {
			Format   string `json:"bomFormat"`
			Metadata struct {
				Component component `json:"component"`
			} `json:"metadata"`
			Components []component `json:"components"`
		}
		readJSON(t, filepath.Join(dist, product+"_"+version(t)+".cdx.json"), &bill)
		info := buildInfo(t, archive(t, product, name)[executableName(t, product, platform)])
		if bill.Format != "CycloneDX" {
			t.Errorf("the format is %q", bill.Format)
		}
		if want := (component{info.Main.Path, "v" + version(t)}); bill.Metadata.Component != want {
			t.Errorf("of %v, not of %v", bill.Metadata.Component, want)
		}
		want := []component{{"std", info.GoVersion}}
		for _, module := range info.Deps {
			want = append(want, component{module.Path, module.Version})
		}
		for _, component := range want {
			if !slices.Contains(bill.Components, component) {
				t.Errorf("%v is missing", component)
			}
		}
		if len(bill.Components) != len(want) {
			t.Errorf("%d components, but %d modules", len(bill.Components), len(want))
		}
		main := []string{"github.com/go-jose/go-jose/v4"}
		if product == provider {
			main = append(main, "github.com/hashicorp/terraform-plugin-framework")
		}
		for _, path := range main {
			if !slices.ContainsFunc(bill.Components, func(c component) bool { return c.Name == path }) {
				t.Errorf("%s is missing", path)
			}
		}
	})
}

// Building the same commit with the same version of Go produces the same bytes.
func TestRebuild(t *testing.T) {
	flags := "-ldflags=-s -w -X main.version=" + version(t)
	for product, path := range map[string]string{provider: ".", mock: "./cmd/erpnet-mock"} {
		rebuilt := filepath.Join(t.TempDir(), product)
		//nolint:gosec // the arguments are the above
		build := exec.CommandContext(t.Context(), "go", "build", "-trimpath", flags, "-o", rebuilt, path)
		build.Dir = filepath.Join("..", "..")
		build.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOARCH=amd64", "GOAMD64=v1")
		if output, err := build.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, output)
		}
		files := archive(t, product, product+"_"+version(t)+"_linux_amd64")
		if !bytes.Equal(read(t, rebuilt), files[executableName(t, product, "linux_amd64")].content) {
			t.Errorf("%s is built differently here", product)
		}
	}
}

// The checksum file, which is what gets signed, has the correct checksums of
// all published files and no others. So only the provider's archives are zips.
func TestChecksums(t *testing.T) {
	base := provider + "_" + version(t)
	want := map[string]string{base + "_manifest.json": manifest}
	add := func(name string) { want[name] = filepath.Join(dist, name) }
	for product, suffix := range map[string]string{provider: ".zip", mock: ".tar.gz"} {
		add(product + "_" + version(t) + ".cdx.json")
		for _, platform := range platforms[product] {
			add(product + "_" + version(t) + "_" + platform + suffix)
		}
	}
	sums := map[string]string{}
	for line := range strings.Lines(string(read(t, filepath.Join(dist, base+"_SHA256SUMS")))) {
		sum, name, _ := strings.Cut(strings.TrimSpace(line), "  ")
		sums[name] = sum
	}
	for name := range sums {
		if want[name] == "" {
			t.Errorf("%s is none of the files of a release", name)
		}
	}
	for name, path := range want {
		sum := sha256.Sum256(read(t, path))
		if got := hex.EncodeToString(sum[:]); got != sums[name] {
			t.Errorf("%s has the sum %s, not %q", name, got, sums[name])
		}
	}
}

// Without the manifest, a registry assumes that a provider uses protocol 5.
func TestManifest(t *testing.T) {
	var content struct {
		Version  int `json:"version"`
		Metadata struct {
			ProtocolVersions []string `json:"protocol_versions"`
		} `json:"metadata"`
	}
	readJSON(t, manifest, &content)
	if content.Version != 1 || fmt.Sprint(content.Metadata.ProtocolVersions) != "[6.0]" {
		t.Errorf("the manifest has version %d and protocols %q", content.Version, content.Metadata.ProtocolVersions)
	}
}

func buildInfo(t *testing.T, f file) *buildinfo.BuildInfo {
	t.Helper()
	info, err := buildinfo.Read(bytes.NewReader(f.content))
	if err != nil {
		t.Fatal(err)
	}
	return info
}
