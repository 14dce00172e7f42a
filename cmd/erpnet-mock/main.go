// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

// The erpnet-mock command runs a simulated ERP.net instance on a port of this
// machine: an identity service that issues signed access tokens, and a Domain
// API with a few customers. Use it to try the erpnet provider with a Terraform
// configuration, or to test your own module in a pipeline:
//
//	erpnet-mock -ready-file ready.json &
//
// It runs until it receives SIGINT or SIGTERM. For all flags, see erpnet-mock
// -help.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "erpnet-mock:", err)
		os.Exit(1)
	}
}
