// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"fmt"
	"strings"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

// faultsFlag is the value of -fault, which can be given several times. It keeps
// texts: an error of Set would repeat them.
type faultsFlag []string

func (f *faultsFlag) String() string { return "" }

func (f *faultsFlag) Set(value string) error {
	*f = append(*f, value)
	return nil
}

// read reads each value, which is JSON or the name of a file with it.
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

// describeFaults lists what -fault knows, for the help.
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
