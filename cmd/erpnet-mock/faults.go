// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"fmt"
	"strings"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

// faultsFlag is the value of -fault, which can be repeated. It keeps the texts
// unparsed, because the flag package would repeat them in an error of Set.
type faultsFlag []string

func (f *faultsFlag) String() string { return "" }

func (f *faultsFlag) Set(value string) error {
	*f = append(*f, value)
	return nil
}

// read parses each value: either JSON or the name of a JSON file.
func (f *faultsFlag) read() (all []erpnettest.FaultSpec, err error) {
	for _, value := range *f {
		var specs []erpnettest.FaultSpec
		if trimmed := strings.TrimSpace(value); strings.HasPrefix(trimmed, "{") || strings.HasPrefix(trimmed, "[") {
			if specs, err = erpnettest.ReadFaults(strings.NewReader(value)); err != nil {
				err = fmt.Errorf("-fault: %w", err)
			}
		} else {
			specs, err = readFile("-fault", value, erpnettest.ReadFaults)
		}
		if err != nil {
			return nil, err
		}
		all = append(all, specs...)
	}
	return all, nil
}

// describeFaults lists the kinds of faults for the help.
func describeFaults() string {
	var text strings.Builder
	for _, what := range erpnettest.FaultKinds() {
		does, takes, onlyToken := erpnettest.DescribeFault(what)
		if len(takes) > 0 {
			does += " [" + strings.Join(takes, ", ") + "]"
		}
		if onlyToken {
			does += " (token)"
		}
		fmt.Fprintf(&text, "  %-18s %s\n", what, does)
	}
	return text.String()
}
