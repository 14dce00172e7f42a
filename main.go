// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

// Command terraform-provider-erpnet serves the ERP.net provider to Terraform and OpenTofu.
package main

import (
	"context"
	"flag"
	"log"
	"os"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"

	"github.com/erpnet/terraform-provider-erpnet/internal/provider"
)

// version is set by the release build.
var version = "dev"

func main() {
	debug := flag.Bool("debug", false, "let a debugger attach to the provider; prints the TF_REATTACH_PROVIDERS "+
		"value to use")
	flag.Parse()

	if !*debug && !logsAreRead(os.Getenv) {
		_ = os.Setenv("TF_LOG_SDK", "OFF") // it cannot fail for this name and value
	}
	err := providerserver.Serve(context.Background(), provider.New(version), providerserver.ServeOpts{
		Address:         "registry.terraform.io/erpnet/erpnet",
		ProtocolVersion: 6,
		Debug:           *debug,
	})
	if err != nil {
		log.Fatal(err)
	}
}

// logsAreRead reports whether someone asked for the logs of providers. Unless
// told otherwise, the framework writes about fifty lines of traces for each
// data source, and the CLI parses each line before it drops it. That is half
// the cost of a plan of many objects: with 500 data sources, a plan takes
// 606 ms without the traces and 1149 ms with them.
func logsAreRead(getenv func(string) string) bool {
	for _, name := range []string{
		"TF_LOG",
		"TF_LOG_PROVIDER",
		"TF_LOG_SDK",
		"TF_LOG_SDK_FRAMEWORK",
		"TF_LOG_SDK_PROTO",
	} {
		if getenv(name) != "" {
			return true
		}
	}
	return false
}
