// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// source is the Go code of a package, without its tests.
type source struct {
	files     []*ast.File
	constants map[string]ast.Expr // of the package, by their names
	faults    []error
}

func parse(dir string) (*source, error) {
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil || len(names) == 0 {
		return nil, fmt.Errorf("no Go files in %s: %w", dir, err)
	}
	s, set := &source{constants: map[string]ast.Expr{}}, token.NewFileSet()
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(set, name, nil, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		s.files = append(s.files, file)
		for _, declaration := range file.Decls {
			if general, ok := declaration.(*ast.GenDecl); ok && general.Tok == token.CONST {
				s.addConstants(general)
			}
		}
	}
	return s, nil
}

func (s *source) addConstants(declaration *ast.GenDecl) {
	for _, spec := range declaration.Specs {
		if value, ok := spec.(*ast.ValueSpec); ok && len(value.Values) == len(value.Names) {
			for i, name := range value.Names {
				s.constants[name.Name] = value.Values[i]
			}
		}
	}
}

// err is all that could not be put into words.
func (s *source) err() error { return errors.Join(s.faults...) }

// each calls a function with every node, and with the name of the function
// declaration around it, which is empty outside of one.
func (s *source) each(visit func(function string, node ast.Node)) {
	for _, file := range s.files {
		for _, declaration := range file.Decls {
			name := ""
			if function, ok := declaration.(*ast.FuncDecl); ok {
				name = function.Name.Name
			}
			ast.Inspect(declaration, func(node ast.Node) bool {
				visit(name, node)
				return true
			})
		}
	}
}

// call is the name of the function that a call calls, without its package or
// receiver.
func call(node ast.Node) (name string, arguments []ast.Expr) {
	found, ok := node.(*ast.CallExpr)
	if !ok {
		return "", nil
	}
	switch function := found.Fun.(type) {
	case *ast.Ident:
		name = function.Name
	case *ast.SelectorExpr:
		name = function.Sel.Name
	}
	return name, found.Args
}

// text is what an expression is when the provider runs, as far as its source
// says: literals as they stand, and for the rest the words that stand for it.
func (s *source) text(expression ast.Expr) string {
	switch e := expression.(type) {
	case *ast.BasicLit:
		if text, err := strconv.Unquote(e.Value); err == nil && e.Kind == token.STRING {
			return text
		}
	case *ast.BinaryExpr:
		return s.text(e.X) + s.text(e.Y)
	case *ast.Ident:
		if constant, ok := s.constants[e.Name]; ok {
			return s.text(constant)
		}
	}
	code := types.ExprString(expression)
	word, ok := words[code]
	if !ok {
		s.faults = append(s.faults, fmt.Errorf("no words for %s", code))
	}
	return word
}

var verbs = regexp.MustCompile(`%[a-z]`)

// reason is the text of an error that is made here; empty when none is.
func (s *source) reason(node ast.Node) string {
	name, arguments := call(node)
	if (name != "New" && name != "Errorf") || len(arguments) == 0 || !beginsWithLiteral(arguments[0]) {
		return ""
	}
	return verbs.ReplaceAllString(s.text(arguments[0]), "*n*")
}

func beginsWithLiteral(expression ast.Expr) bool {
	if sum, ok := expression.(*ast.BinaryExpr); ok {
		return beginsWithLiteral(sum.X)
	}
	literal, ok := expression.(*ast.BasicLit)
	return ok && literal.Kind == token.STRING
}
