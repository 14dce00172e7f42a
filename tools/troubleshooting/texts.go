// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"fmt"
	"go/ast"
	"go/types"
	"maps"
	"slices"
	"strings"
)

// diagnostic is what the CLI shows under one summary.
type diagnostic struct {
	Summary string
	Warning bool
	Details []string
}

// makers are the functions by which the provider makes a diagnostic, with the
// place of the summary among their arguments; the detail follows it.
var makers = map[string]struct {
	summary int
	warning bool
}{
	"AddError":                      {0, false},
	"AddWarning":                    {0, true},
	"AddAttributeError":             {1, false},
	"AddAttributeWarning":           {1, true},
	"NewErrorDiagnostic":            {0, false},
	"NewWarningDiagnostic":          {0, true},
	"NewAttributeErrorDiagnostic":   {1, false},
	"NewAttributeWarningDiagnostic": {1, true},
}

// diagnostics are the provider's own, by their summaries.
func (s *source) diagnostics() []diagnostic {
	found := map[string]diagnostic{}
	add := func(warning bool, summary, detail ast.Expr) {
		if shownElsewhere[types.ExprString(summary)] {
			return
		}
		d := diagnostic{s.text(summary), warning, nil}
		d.Details = found[d.Summary].Details
		if text := s.text(detail); !slices.Contains(d.Details, text) {
			d.Details = append(d.Details, text)
		}
		found[d.Summary] = d
	}
	s.each(func(_ string, node ast.Node) {
		name, arguments := call(node)
		if maker, ok := makers[name]; ok {
			add(maker.warning, arguments[maker.summary], arguments[maker.summary+1])
		}
		for _, problem := range values(node, "problem") {
			add(false, problem[0], problem[1])
		}
	})
	return slices.SortedFunc(maps.Values(found), func(a, b diagnostic) int { return strings.Compare(a.Summary, b.Summary) })
}

// functionErrors are those of the provider's functions.
func (s *source) functionErrors() []string {
	var found []string
	s.each(func(_ string, node ast.Node) {
		if name, arguments := call(node); name == "NewFuncError" || name == "NewArgumentFuncError" {
			found = append(found, s.text(arguments[len(arguments)-1]))
		}
	})
	slices.Sort(found)
	return slices.Compact(found)
}

// violations are what keeps a trusted application from ever working, and advice
// is what is better done otherwise.
func (s *source) violations() (violations, advice []string) {
	s.each(func(function string, node ast.Node) {
		found := values(node, "Violation")
		if name, arguments := call(node); name == "add" && len(arguments) == 3 {
			found = append(found, arguments[1:])
		}
		for _, value := range found {
			if !beginsWithLiteral(value[1]) {
				continue // the message is a parameter of add
			}
			text := s.text(value[0]) + ": " + s.text(value[1])
			if function == "Advice" {
				advice = append(advice, text)
			} else {
				violations = append(violations, text)
			}
		}
	})
	slices.Sort(violations)
	return slices.Compact(violations), advice
}

// values are the elements of the values of a struct type that a literal makes:
// of one, or of each in a list.
func values(node ast.Node, name string) [][]ast.Expr {
	literal, ok := node.(*ast.CompositeLit)
	if !ok {
		return nil
	}
	if isType(literal.Type, name) && len(literal.Elts) > 0 {
		return [][]ast.Expr{literal.Elts}
	}
	list, ok := literal.Type.(*ast.ArrayType)
	if !ok || !isType(list.Elt, name) {
		return nil
	}
	var found [][]ast.Expr
	for _, element := range literal.Elts {
		if value, ok := element.(*ast.CompositeLit); ok && value.Type == nil {
			found = append(found, value.Elts)
		}
	}
	return found
}

// isType tells a type, and the pointer to it, by its name.
func isType(expression ast.Expr, name string) bool {
	if pointer, ok := expression.(*ast.StarExpr); ok {
		expression = pointer.X
	}
	identifier, ok := expression.(*ast.Ident)
	return ok && identifier.Name == name
}

// reasons are why a value of some kind cannot be used.
type reasons struct {
	Of    string
	Texts []string
}

// reasons are the errors that complete a sentence of the provider. Other errors
// are not shown as they stand.
func (s *source) reasons() []reasons {
	found := map[string][]string{}
	s.each(func(function string, node ast.Node) {
		text := s.reason(node)
		if slices.ContainsFunc(beginnings, func(beginning string) bool { return strings.HasPrefix(text, beginning) }) {
			found[function] = append(found[function], text)
		}
	})
	var all []reasons
	for _, function := range slices.Sorted(maps.Keys(found)) {
		of, ok := checked[function]
		if !ok {
			s.faults = append(s.faults, fmt.Errorf("no words for what the function %q looks at", function))
		}
		all = append(all, reasons{of, found[function]})
	}
	return all
}
