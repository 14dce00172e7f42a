// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

// Command secretstore is the stand-in of providers that the tests cannot have: the HTTP clients and the secret stores,
// Vault, AWS and Azure, that the examples chain behind this provider. It serves the one by whose name it is started.
//
// Each has the arguments and attributes that the examples use, as the real one documents them, and does what matters
// of them. So an example is known to hang together: what is unknown when, what may be ephemeral, and what reaches the
// Domain API or the store. How the real service responds is not: the workflow "examples" validates each example with
// the real providers. Secrets are kept in plain text, in files below the directory where the CLI runs: keep no real
// ones in it.
package main

import (
	"fmt"
	"log"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"
)

// main serves the provider by whose name it runs. With the argument -providers, it lists all of them.
func main() {
	list := len(os.Args) == 2 && os.Args[1] == "-providers"
	for source, p := range providers {
		if list {
			fmt.Println(source, p.version)
		}
		if strings.HasPrefix(filepath.Base(os.Args[0]), "terraform-provider-"+path.Base(source)+"_v") {
			serve := func() tfprotov6.ProviderServer { return &server{provider: p} }
			if err := tf6server.Serve("registry.terraform.io/"+source, serve); err != nil {
				log.Fatal(err)
			}
		}
	}
}
