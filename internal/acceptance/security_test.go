// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package acceptance

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
)

// SECURITY.md names a test for each promise. Each of these tests must exist.
func TestPromisesNameTests(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "SECURITY.md"))
	if err != nil {
		t.Fatal(err)
	}
	var code strings.Builder
	var files []string
	for _, pattern := range []string{
		"internal/*/*_test.go",
		"internal/*/*/*_test.go",
		"cmd/*/*_test.go",
		"cmd/*/*/*_test.go",
		"tools/*/*_test.go",
	} {
		found, err := filepath.Glob(filepath.Join("..", "..", filepath.FromSlash(pattern)))
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		code.Write(text)
	}
	names := regexp.MustCompile("`(Test\\w+)(?:/([\\w-]+))?`").FindAllStringSubmatch(string(page), -1)
	for _, name := range names {
		if !strings.Contains(code.String(), "\nfunc "+name[1]+"(t *testing.T)") {
			t.Errorf("there is no %s", name[1])
		}
		if _, err := os.Stat(filepath.Join("testdata", "script", name[2]+".txt")); err != nil && name[2] != "" {
			t.Error(err)
		}
	}
	if len(names) < 20 {
		t.Errorf("only %d tests are named", len(names))
	}
}

// SECURITY.md lists the actual limits.
func TestLimitsAreListed(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "SECURITY.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, limit := range []string{
		fmt.Sprintf("%.0f seconds, or `request_timeout`", erpnet.DefaultRequestTimeout.Seconds()),
		fmt.Sprintf("%.0f minutes", erpnet.OperationLimit.Minutes()),
		fmt.Sprintf("one response, decompressed | %d MiB", erpnet.MaxResponseSize>>20),
		fmt.Sprintf("all responses of one operation | %d MiB", erpnet.MaxOperationSize>>20),
		fmt.Sprintf("headers of a response | %d KiB", erpnet.MaxHeaderSize>>10),
		fmt.Sprintf("discovery document | %d", erpnet.MaxScopes),
		fmt.Sprintf("auto-discovery | %d", erpnet.MaxWebSites),
		fmt.Sprintf("one list | %d", erpnet.MaxListed),
		fmt.Sprintf("nesting | %d levels", erpnet.MaxDepth),
		fmt.Sprintf("values in all | %d", erpnet.MaxElements),
		fmt.Sprintf("size in the state | %d MiB", erpnet.MaxPageSize>>20),
	} {
		if !strings.Contains(string(page), limit+" |") {
			t.Errorf("SECURITY.md has no %q", limit)
		}
	}
}
