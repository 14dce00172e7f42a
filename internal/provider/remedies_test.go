// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// There is exactly one remedy for each failure of the client, and none for a failure that never occurs.
func TestEveryKindOfFailureHasOneRemedy(t *testing.T) {
	kinds := declaredKinds(t)
	for _, remedy := range Remedies() {
		name := kinds[string(remedy.Kind)]
		if name == "" {
			t.Errorf("%q is no kind of the client, or has two remedies", remedy.Kind)
		}
		if remedy.Title == "" || remedy.Cause == "" || remedy.Remedy == "" {
			t.Errorf("the remedy of %s lacks its title, its cause or what to do", name)
		}
		delete(kinds, string(remedy.Kind))
	}
	for _, name := range kinds {
		t.Errorf("%s has no remedy", name)
	}
}

// declaredKinds returns the names of the erpnet.Kind constants in the client's sources, by their values.
func declaredKinds(t *testing.T) map[string]string {
	t.Helper()
	kinds := map[string]string{}
	err := filepath.WalkDir("../erpnet", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(node ast.Node) bool {
			constant, ok := node.(*ast.ValueSpec)
			if !ok || !isKind(constant.Type) {
				return true
			}
			for i, name := range constant.Names {
				value, ok := constant.Values[i].(*ast.BasicLit)
				if !ok {
					t.Fatalf("%s is not written as a text", name.Name)
				}
				text, err := strconv.Unquote(value.Value)
				if err != nil || kinds[text] != "" {
					t.Errorf("%s and %s are the same kind: %v", name.Name, kinds[text], err)
				}
				kinds[text] = file.Name.Name + "." + name.Name
			}
			return true
		})
		return nil
	})
	if err != nil || len(kinds) < 40 {
		t.Fatalf("found %d kinds: %v", len(kinds), err)
	}
	return kinds
}

// isKind recognizes the type's name inside and outside its package.
func isKind(expression ast.Expr) bool {
	switch name := expression.(type) {
	case *ast.Ident:
		return name.Name == "Kind"
	case *ast.SelectorExpr:
		return name.Sel.Name == "Kind"
	}
	return false
}
