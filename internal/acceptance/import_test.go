// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package acceptance

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

// records FILE registers the applications in a JSON file.
func records(ts *testscript.TestScript, neg bool, args []string) {
	noNegation(ts, neg)
	applications, err := erpnettest.ReadApplications(strings.NewReader(ts.ReadFile(args[0])))
	ts.Check(err)
	for _, application := range applications {
		worldOf(ts).server.AddApplication(application)
	}
}

// imports id|uri TO writes an import block for each application of the instance.
func imports(ts *testscript.TestScript, neg bool, args []string) {
	noNegation(ts, neg)
	var blocks strings.Builder
	for i, application := range worldOf(ts).server.Applications() {
		id := application.Id
		if args[0] == "uri" {
			id = strings.NewReplacer("${", "$${", "%{", "%%{").Replace(application.ApplicationUri)
		}
		const block = "import {\n  to = erpnet_trusted_application.r%d\n  id = %s\n}\n\n"
		fmt.Fprintf(&blocks, block, i, strconv.Quote(id))
	}
	write(ts, args[1], blocks.String())
}
