// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package acceptance

import (
	"archive/zip"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"testing"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

// Every object stands in this configuration; add yours. The two that are
// documented to store what they hold have a test of their own.
const leakConfig = `
provider "erpnet" {%s}

provider "erpnet" {
  alias           = "by_reference"
  client_id       = null
  reference_token = var.reference_token
}

ephemeral "erpnet_access_token" "this" {
  scopes = ["read"]
}

ephemeral "erpnet_access_token" "own" {
  instance      = %q
  client_id     = %q
  client_secret = var.secret
}

ephemeral "erpnet_client_secret" "new" {}

resource "erpnet_secret_hash" "new" {
  secret_wo = ephemeral.erpnet_client_secret.new.secret
}

resource "erpnet_trusted_application" "new" {
  name                     = "Reports"
  application_uri          = "com.example/reports"
  scopes                   = ["read"]
  system_user              = "svc.integration"
  client_secret_wo         = ephemeral.erpnet_client_secret.new.secret
  client_secret_wo_version = 1
  deletion_protection      = false
}

data "erpnet_trusted_application" "own" {
  application_uri = "my.trusted.app/service"
}

data "erpnet_credentials_check" "this" {
  required_scopes  = ["read"]
  probe_domain_api = true
}

data "erpnet_credentials_check" "by_reference" {
  provider         = erpnet.by_reference
  probe_domain_api = true
}

data "erpnet_instance" "this" {}

data "erpnet_domain_query" "this" {
  provider   = erpnet.by_reference
  entity_set = "Crm_Sales_Customers"
  top        = 3
}

data "erpnet_registration_request" "this" {
  name            = "Reports"
  application_uri = "com.example/reports"
  scopes          = ["read"]
  system_user     = "svc.integration"
  secret_hash     = erpnet_secret_hash.new.hash
}

locals {
  hash    = provider::erpnet::secret_hash(var.secret)
  matches = provider::erpnet::secret_matches(var.secret, local.hash)
  claims  = provider::erpnet::decode_access_token(ephemeral.erpnet_access_token.this.access_token)
}

resource "terraform_data" "use" {
  lifecycle {
    precondition {
      condition     = local.matches && local.claims.system_user == "svc.integration"
      error_message = "Not the right user."
    }
  }

  provisioner "local-exec" {
    command = "echo \"$SECRET\" >> generated; test -n \"$TOKEN\""

    environment = {
      TOKEN  = ephemeral.erpnet_access_token.own.access_token
      SECRET = ephemeral.erpnet_client_secret.new.secret
    }
  }
}
`

// The function's secret is an ephemeral variable in both cases: functions do not
// see the environment.
const leakVariables = `
variable "secret" {
  type      = string
  ephemeral = true
}

variable "reference_token" {
  type      = string
  ephemeral = true
}
`

const unusedProxyPassword = "pr0xy-passw0rd-of-this-test"

func TestNothingLeaks(t *testing.T) {
	t.Cleanup(printSearches) // when the parallel tests below have ended
	secret := erpnettest.SampleSecret
	application := erpnettest.SampleApplication().ApplicationUri
	for name, argument := range map[string]string{
		"secret from the environment":       "",
		"secret from an ephemeral variable": "\n  client_id     = \"" + application + "\"\n  client_secret = var.secret\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, env, referenceToken := withReferenceToken(t)
			if argument != "" {
				env = without(env, "ERPNET_CLIENT_SECRET")
			}
			env["TF_VAR_secret"], env["TF_VAR_reference_token"] = secret, referenceToken
			env["HTTPS_PROXY"], env["HTTP_PROXY"] = "http://user:"+unusedProxyPassword+"@127.0.0.1:9", "http://user:"+unusedProxyPassword+"@127.0.0.1:9"
			c := newCLI(t, fmt.Sprintf(leakConfig, argument, server.URL, application)+leakVariables, env)
			c.env = append(c.env, "TF_LOG=TRACE", "TF_LOG_PATH="+filepath.Join(c.dir, "trace.log"))

			places := map[string]string{}
			places["output of plan"] = c.succeed("plan", "-out=plan.bin")
			places["show -json of the plan"] = c.succeed("show", "-json", "plan.bin")
			places["output of apply"] = c.succeed("apply", "plan.bin")
			places["show -json of the state"] = c.succeed("show", "-json")
			places["state"] = c.read("terraform.tfstate")
			places["output of an apply that plans"] = c.succeed("apply", "-auto-approve", "-replace=terraform_data.use")
			places["output of destroy"] = c.succeed("destroy", "-auto-approve")
			places["trace log"] = c.read("trace.log")
			for file, text := range unzip(t, filepath.Join(c.dir, "plan.bin")) {
				places["plan file "+file] = text
			}
			addRequests(places, server)
			expectNoCrashLog(t, c.dir)

			if len(server.IssuedTokens()) < 5 || !strings.Contains(places["trace log"], "ERP.net request") || !strings.Contains(places["plan file tfplan"], "terraform_data") {
				t.Fatal("the run did not do what this test looks at")
			}
			generated := strings.Fields(c.read("generated"))
			if len(generated) != 2 || !strings.Contains(places["state"], erpnet.SecretHash(generated[0])) {
				t.Fatal("the generated secrets are not known")
			}
			expectNoLeak(t, places, append(append(server.IssuedTokens(), generated...), secret, referenceToken, unusedProxyPassword))
		})
	}
}

// addRequests makes what the server received, where secrets have no place, one
// of the places.
func addRequests(places map[string]string, server *erpnettest.Server) {
	for _, request := range server.Requests() {
		request.Header.Del("Authorization")
		places["URLs and other headers"] += fmt.Sprintf("%s?%s %q\n", request.Path, request.RawQuery, request.Header)
	}
}

func expectNoCrashLog(t *testing.T, dir string) {
	t.Helper()
	crashes, err := filepath.Glob(filepath.Join(dir, "crash*"))
	if err != nil || len(crashes) > 0 {
		t.Errorf("crash logs: %v %v", crashes, err)
	}
}

func printSearches() {
	fmt.Printf("leak test: %d secrets, %d places, %d searches, %d leaks\n",
		searched.secrets.Load(), searched.places.Load(), searched.searches.Load(), searched.leaks.Load())
}

// The two data sources that are documented to store what they hold do so, in
// the state and in plans, and nothing else holds it.
func TestOnlyDocumentedPlacesHoldSecrets(t *testing.T) {
	t.Parallel()
	const hashed = "a-secret-that-is-only-hashed-here"
	server, env := startInstance(t)
	env["TF_VAR_secret"] = hashed
	c := newCLI(t, `data "erpnet_access_token" "this" {}

data "erpnet_secret_hash" "this" {
  secret = var.secret
}

variable "secret" {
  type      = string
  sensitive = true
}`, env)
	c.env = append(c.env, "TF_LOG=TRACE", "TF_LOG_PATH="+filepath.Join(c.dir, "trace.log"))
	hidden := map[string]string{"output of plan": c.succeed("plan", "-out=plan.bin")}
	planned := server.IssuedTokens()
	hidden["output of apply"] = c.succeed("apply", "plan.bin")
	hidden["provider's lines of the trace log"] = providerLines(c.read("trace.log"))
	addRequests(hidden, server)
	expectNoCrashLog(t, c.dir)
	if !strings.Contains(hidden["provider's lines of the trace log"], "ERP.net request") {
		t.Fatal("the provider's lines of the log were not found")
	}

	holding := map[string]string{"show -json of the plan": c.succeed("show", "-json", "plan.bin"), "show -json of the state": c.succeed("show", "-json"), "state": c.read("terraform.tfstate")}
	for place, text := range holding {
		for _, secret := range append(planned, hashed) {
			if !strings.Contains(text, secret) {
				t.Errorf("%s does not hold what the docs say it holds", place)
			}
		}
	}
	expectNoLeak(t, hidden, append(server.IssuedTokens(), hashed, erpnettest.SampleSecret))
	expectNoLeak(t, holding, []string{erpnettest.SampleSecret})
}

// providerLines are what the provider itself has logged, without the CLI's own
// lines, which may hold the value of a variable.
func providerLines(log string) string {
	var lines []string
	for line := range strings.Lines(log) {
		if strings.Contains(line, "provider.terraform-provider-erpnet") {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "")
}

// unzip returns the files of a saved plan.
func unzip(t *testing.T, path string) map[string]string {
	t.Helper()
	archive, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = archive.Close() }()
	files := map[string]string{}
	for _, entry := range archive.File {
		file, err := entry.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(file)
		_ = file.Close()
		if err != nil {
			t.Fatal(err)
		}
		files[entry.Name] = string(text)
	}
	return files
}
