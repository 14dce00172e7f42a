// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
)

// Every kind of failure that the client knows has a remedy of its own, and no remedy is for a kind that is gone.
func TestEveryKindOfFailureHasItsRemedy(t *testing.T) {
	var kinds []erpnet.Kind
	for _, remedy := range Remedies() {
		if remedy.Title == "" || !strings.HasSuffix(remedy.Cause, ".") || remedy.Remedy == "" ||
			slices.Contains(kinds, remedy.Kind) {
			t.Errorf("%s is incomplete, or there twice", remedy.Kind)
		}
		kinds = append(kinds, remedy.Kind)
	}
	known := kindsOfTheClient(t)
	for _, kind := range slices.Concat(kinds, known) {
		if !slices.Contains(kinds, kind) || !slices.Contains(known, kind) {
			t.Errorf("%s is not a kind with a remedy", kind)
		}
	}
}

// kindsOfTheClient reads the constants of type Kind in the client's packages.
func kindsOfTheClient(t *testing.T) (kinds []erpnet.Kind) {
	t.Helper()
	collect := func(node ast.Node) bool {
		constant, ok := node.(*ast.ValueSpec)
		if !ok || constant.Type == nil || len(constant.Values) != 1 {
			return true
		}
		text, literal := constant.Values[0].(*ast.BasicLit)
		name, local := constant.Type.(*ast.Ident)
		qualified, imported := constant.Type.(*ast.SelectorExpr)
		if literal && (local && name.Name == "Kind" || imported && qualified.Sel.Name == "Kind") {
			kinds = append(kinds, erpnet.Kind(must(strconv.Unquote(text.Value))))
		}
		return true
	}
	files := append(must(filepath.Glob("../erpnet/*.go")), must(filepath.Glob("../erpnet/*/*.go"))...)
	for _, file := range files {
		if !strings.HasSuffix(file, "_test.go") {
			ast.Inspect(must(parser.ParseFile(token.NewFileSet(), file, must(os.ReadFile(file)), 0)), collect)
		}
	}
	return kinds
}
