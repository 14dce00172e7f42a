// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"archive/zip"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

// Every object that takes or gives a secret or a token stands in this
// configuration; add yours. The data sources are not here: they are documented
// to store what they hold.
const leakConfig = `
provider "erpnet" {%s}

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
const leakVariable = `
variable "secret" {
  type      = string
  ephemeral = true
}
`

func TestNothingLeaks(t *testing.T) {
	secret := erpnettest.SampleSecret
	application := erpnettest.SampleApplication().ApplicationUri
	for name, argument := range map[string]string{
		"secret from the environment":       "",
		"secret from an ephemeral variable": "\n  client_secret = var.secret\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, env := startInstance(t)
			if argument != "" {
				env = without(env, "ERPNET_CLIENT_SECRET")
			}
			env["TF_VAR_secret"] = secret
			config := fmt.Sprintf(leakConfig, argument, server.URL, application) + leakVariable
			c := newCLI(t, config, env)
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
			for _, request := range server.Requests() {
				places["URLs and headers"] += fmt.Sprintf("%s?%s %q\n", request.Path, request.RawQuery, request.Header)
			}

			if len(server.IssuedTokens()) < 5 || !strings.Contains(places["trace log"], "ERP.net request") || !strings.Contains(places["plan file tfplan"], "terraform_data") {
				t.Fatal("the run did not do what this test looks at")
			}
			generated := strings.Fields(c.read("generated"))
			if len(generated) != 2 || !strings.Contains(places["state"], erpnet.SecretHash(generated[0])) {
				t.Fatal("the generated secrets are not known")
			}
			expectNoLeak(t, places, append(append(server.IssuedTokens(), generated...), secret))
		})
	}
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

// expectNoLeak searches the places for each secret, in every form in which one
// may have been written down.
func expectNoLeak(t *testing.T, places map[string]string, secrets []string) {
	t.Helper()
	searched := 0
	for _, secret := range secrets {
		forms := map[string]string{
			"plain":        secret,
			"form-encoded": url.QueryEscape(secret),
			"base64":       strings.TrimRight(base64.StdEncoding.EncodeToString([]byte(secret)), "="),
			"JSON":         jsonText(secret),
		}
		if parts := strings.Split(secret, "."); len(parts) == 3 {
			// The header is the same in all tokens, and no secret.
			forms["JWT claims"], forms["JWT signature"] = parts[1], parts[2]
		}
		for form, text := range forms {
			for place, content := range places {
				searched++
				if strings.Contains(content, text) {
					t.Errorf("%s holds a secret or token (%s)", place, form)
				}
			}
		}
	}
	t.Logf("%d secrets and tokens, %d places, %d searches", len(secrets), len(places), searched)
}

func jsonText(text string) string {
	quoted, _ := json.Marshal(text)
	return strings.Trim(string(quoted), `"`)
}
