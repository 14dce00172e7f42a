// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package acceptance

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

// A reference token stands in place of client credentials, and goes nowhere but
// into the Authorization header.
func TestReferenceTokenReadsTheDomainAPI(t *testing.T) {
	t.Parallel()
	server, env, token := withReferenceToken(t)
	c := newCLI(t, query(`top = 3`)+`
data "erpnet_credentials_check" "this" {
  probe_domain_api = true
}

data "erpnet_trusted_application" "this" {
  application_uri = "my.trusted.app/service"
}

output "matches" {
  value = data.erpnet_trusted_application.this.secret_matches == null
}`, with(clientless(env), "ERPNET_REFERENCE_TOKEN", token))
	c.env = append(c.env, "TF_LOG=TRACE", "TF_LOG_PATH="+filepath.Join(c.dir, "trace.log"))
	places := map[string]string{
		"output of plan":         c.succeed("plan", "-out=plan.bin"),
		"show -json of the plan": c.succeed("show", "-json", "plan.bin"),
		"output of apply":        c.succeed("apply", "plan.bin"),
		"state":                  c.read("terraform.tfstate"),
		"trace log":              c.read("trace.log"),
	}
	for file, text := range unzip(t, filepath.Join(c.dir, "plan.bin")) {
		places["plan file "+file] = text
	}
	for _, request := range server.Requests() {
		request.Header.Del("Authorization")
		places["URLs and other headers"] += fmt.Sprintf("%s?%s %q\n", request.Path, request.RawQuery, request.Header)
	}
	if n := server.Count(erpnettest.Token); n != 0 || !strings.Contains(places["state"], "000101") {
		t.Fatalf("%d token requests", n)
	}
	expectNoLeak(t, places, []string{token, strings.TrimPrefix(token, "enrt_")})
}

// Fifty queries in one plan never trip the limit of one call running and five
// queued.
func TestQueriesAreMadeOneAtATime(t *testing.T) {
	t.Parallel()
	server, env := startInstance(t)
	c := newCLI(t, `data "erpnet_domain_query" "this" {
  count      = 50
  entity_set = "Crm_Sales_Customers"
  select     = "Number"
  top        = 1
}`, env)
	c.succeed("plan", "-parallelism=10")
	if sessions := server.Sessions(); sessions.Opened != 1 || sessions.Busy != 0 || server.Count(erpnettest.DomainAPI) != 50 {
		t.Errorf("%+v, %d calls", sessions, server.Count(erpnettest.DomainAPI))
	}
}
