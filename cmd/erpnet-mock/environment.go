// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"fmt"
	"slices"
	"strings"
)

// variable is an environment variable of the provider, or of a program that
// uses the control.
type variable struct{ name, value string }

// shells are the formats for printing variables, by their names in -env and at
// the control address.
var shells = map[string]func(variable) string{
	"sh": func(v variable) string {
		return fmt.Sprintf("export %s=%s\n", v.name, shellQuote(v.value))
	},
	"powershell": func(v variable) string {
		return fmt.Sprintf("$env:%s = '%s'\n", v.name, strings.ReplaceAll(v.value, "'", "''"))
	},
	// For the file in $GITHUB_ENV. A delimiter that isn't in the value ends a
	// value of several lines.
	"github": func(v variable) string {
		if !strings.Contains(v.value, "\n") {
			return fmt.Sprintf("%s=%s\n", v.name, v.value)
		}
		const end = "END_OF_VALUE"
		return fmt.Sprintf("%s<<%s\n%s\n%s\n", v.name, end, strings.TrimSuffix(v.value, "\n"), end)
	},
}

var shellNames = []string{"github", "powershell", "sh"}

// writeVariables returns an empty string for an unknown shell.
func writeVariables(shell string, variables []variable) string {
	write, known := shells[shell]
	if !known {
		return ""
	}
	var text strings.Builder
	for _, v := range variables {
		if v.value != "" {
			text.WriteString(write(v))
		}
	}
	return text.String()
}

// shellQuote quotes a value as one word for any POSIX shell.
func shellQuote(value string) string {
	return "'" + strings.ReplaceAll(value, "'", `'\''`) + "'"
}

// envFlag is the value of -env: a shell or empty.
type envFlag string

func (e *envFlag) String() string { return string(*e) }

// IsBoolFlag makes -env mean -env=sh.
func (e *envFlag) IsBoolFlag() bool { return true }

func (e *envFlag) Set(value string) error {
	switch {
	case value == "true":
		value = "sh"
	case value == "false":
		value = ""
	case !slices.Contains(shellNames, value):
		return fmt.Errorf("must be one of %s", strings.Join(shellNames, ", "))
	}
	*e = envFlag(value)
	return nil
}
