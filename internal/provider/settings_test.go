// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

// The configuration wins over the environment; an empty and an unknown value
// never fall back to it.
func TestSettingsAreResolvedInOnePlace(t *testing.T) {
	for name, test := range map[string]struct {
		configured types.String
		env        string // "\x00" for unset
		value      string
		problem    string
	}{
		"null, unset":    {types.StringNull(), "\x00", "", "Missing client_secret"},
		"null, set":      {types.StringNull(), "from-env", "from-env", ""},
		"null, empty":    {types.StringNull(), "", "", "Empty client_secret"},
		"set, unset":     {types.StringValue("configured"), "\x00", "configured", ""},
		"set, set":       {types.StringValue("configured"), "from-env", "configured", ""},
		"empty, unset":   {types.StringValue(""), "\x00", "", "Empty client_secret"},
		"empty, set":     {types.StringValue(""), "from-env", "", "Empty client_secret"},
		"unknown, unset": {types.StringUnknown(), "\x00", "", "Unknown client_secret"},
		"unknown, set":   {types.StringUnknown(), "from-env", "", "Unknown client_secret"},
	} {
		t.Run(name, func(t *testing.T) {
			env := with(nil, "ERPNET_CLIENT_SECRET", test.env)
			lookup := func(name string) (string, bool) { value, ok := env[name]; return value, ok }
			s := resolveSettings(providerModel{ClientSecret: test.configured}, lookup).clientSecret
			value, problem := s.required(func(string) error { return nil })
			if value != test.value || (problem == nil) != (test.problem == "") {
				t.Errorf("got %q, %v", value, problem)
			}
			if problem == nil {
				return
			}
			if problem.summary != test.problem || !strings.Contains(problem.detail, "client_secret") && !strings.Contains(problem.detail, "ERPNET_CLIENT_SECRET") {
				t.Errorf("%s: %s", problem.summary, problem.detail)
			}
			if strings.Contains(problem.detail, "from-env") {
				t.Error("the problem holds a value")
			}
		})
	}
}

func TestParseTimeoutAndRetries(t *testing.T) {
	for value, ok := range map[string]bool{"30s": true, "1m30s": true, "3m": true, "1ms": true, "30": true, "0": false, "0s": false, "-1s": false, "4m": false, "181": false, "soon": false, "1e3": false} {
		if _, err := parseTimeout(value); (err == nil) != ok {
			t.Errorf("timeout %q: %v", value, err)
		}
	}
	for value, ok := range map[string]bool{"0": true, "10": true, "11": false, "-1": false, "x": false, "1.5": false} {
		if _, err := parseRetries(value); (err == nil) != ok {
			t.Errorf("retries %q: %v", value, err)
		}
	}
}

const tokenConfig = `ephemeral "erpnet_access_token" "this" {}
`

// Each fault of the provider's configuration is one error of the object that
// needs the value, and no request is made.
func TestConfigurationFaultsAreReportedByTheObject(t *testing.T) {
	const secret = "hunter2-hunter2-hunter2"
	for name, test := range map[string]struct {
		provider string
		change   map[string]string // "\x00" to unset
		want     []string
	}{
		"nothing set":           {"", map[string]string{"ERPNET_INSTANCE": "\x00", "ERPNET_CLIENT_ID": "\x00", "ERPNET_CLIENT_SECRET": "\x00"}, []string{"Incomplete ERP.net Configuration", "ERPNET_INSTANCE", "ERPNET_CLIENT_ID", "ERPNET_CLIENT_SECRET"}},
		"secret missing":        {"", map[string]string{"ERPNET_CLIENT_SECRET": "\x00"}, []string{"Missing client_secret"}},
		"secret empty":          {"", map[string]string{"ERPNET_CLIENT_SECRET": ""}, []string{"Empty client_secret", "The environment variable ERPNET_CLIENT_SECRET is set, but empty"}},
		"secret empty in HCL":   {`client_secret = ""`, nil, []string{"Empty client_secret", "The provider's client_secret is set, but empty"}},
		"secret with newline":   {"", map[string]string{"ERPNET_CLIENT_SECRET": secret + "\n"}, []string{"Invalid client_secret", "it ends with a line break"}},
		"client_id with blank":  {`client_id = " my.app"`, nil, []string{"Invalid client_id", "begins or ends with a space"}},
		"instance with path":    {`instance = "demodb.my.erp.net/id"`, nil, []string{"Invalid instance", "it has a path"}},
		"global authority":      {`instance = "https://id.erp.net"`, nil, []string{"Invalid instance", "global authority"}},
		"http elsewhere":        {`instance = "http://demodb.my.erp.net"`, nil, []string{"Invalid instance", "https only"}},
		"bad identity_url":      {`identity_url = "login.example.com"`, nil, []string{"Invalid identity_url"}},
		"bad timeout":           {`request_timeout = "soon"`, nil, []string{"Invalid request_timeout", "500ms, 30s and 1m30s"}},
		"bad retries":           {`max_retries = 11`, nil, []string{"Invalid max_retries", "from 0 to 10"}},
		"CA file not there":     {`ca_certificate_file = "nowhere.pem"`, nil, []string{"Invalid ca_certificate_file", "the file \"nowhere.pem\" cannot be read"}},
		"CA PEM is no PEM":      {`ca_certificate_pem = "x"`, nil, []string{"Invalid ca_certificate_pem", "no certificate in PEM form"}},
		"both CA attributes":    {"ca_certificate_pem = \"x\"\nca_certificate_file = \"y\"", nil, []string{"Conflicting CA Certificates", "Remove one of them"}},
		"unknown secret":        {`client_secret = terraform_data.unknown.output`, nil, []string{"Unknown client_secret", "with -target", "its own instance, client_id and client_secret"}},
		"unknown instance":      {`instance = terraform_data.unknown.output`, nil, []string{"Unknown instance"}},
		"unknown and env unset": {`client_id = terraform_data.unknown.output`, map[string]string{"ERPNET_CLIENT_ID": "\x00"}, []string{"Unknown client_id"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, env := startInstance(t)
			for variable, value := range test.change {
				env = with(env, variable, value)
			}
			c := newCLI(t, fmt.Sprintf("provider \"erpnet\" {\n%s\n}\n\nresource \"terraform_data\" \"unknown\" {\n  input = \"x\"\n}\n\n%s", test.provider, tokenConfig), env)
			c.succeed("validate")
			code, output := c.run("plan")
			if code == 0 || strings.Count(output, "Error: ") != 1 {
				t.Errorf("not one error, exit code %d:\n%s", code, output)
			}
			for _, want := range test.want {
				if !words(want).MatchString(output) {
					t.Errorf("lacks %q:\n%s", want, output)
				}
			}
			if strings.Contains(output, "hunter2") || strings.Contains(output, erpnettest.SampleSecret) {
				t.Errorf("shows a secret:\n%s", output)
			}
			if n := len(server.Requests()); n != 0 {
				t.Errorf("%d requests were sent", n)
			}
		})
	}
}

func TestPureObjectsWorkWithABrokenProviderConfiguration(t *testing.T) {
	t.Parallel()
	c := newCLI(t, `provider "erpnet" {
  instance        = "https://id.erp.net/x?y"
  client_secret   = ""
  request_timeout = "soon"
  ca_certificate_file = "nowhere"
}

data "erpnet_secret_hash" "this" {
  secret = "DEMO"
}

output "hashes" {
  value = [data.erpnet_secret_hash.this.hash, provider::erpnet::secret_hash("DEMO")]
}`, nil)
	c.succeed("plan")
}

// Every attribute of the provider reaches the requests.
func TestProviderAttributesReachTheRequests(t *testing.T) {
	server := erpnettest.NewTLSServer()
	t.Cleanup(server.Close)
	file := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(file, server.CACertificatePEM(), 0o600); err != nil {
		t.Fatal(err)
	}
	identity := func(extra string) string {
		return fmt.Sprintf(`
provider "erpnet" {
  instance        = "erp.example"
  identity_url    = %q
  client_id       = %q
  client_secret   = %q
  request_timeout = "20s"
  max_retries     = 1
%s
}
`, server.IdentityURL(), erpnettest.SampleApplication().ApplicationUri, erpnettest.SampleSecret, extra) + tokenConfig
	}
	server.Inject(erpnettest.Token, erpnettest.Status(503).Once())
	run(t, nil,
		resource.TestStep{Config: identity(fmt.Sprintf("  ca_certificate_file = %q", file))},
		resource.TestStep{Config: identity("  ca_certificate_pem = <<EOT\n" + string(server.CACertificatePEM()) + "EOT")},
		resource.TestStep{Config: identity(""), ExpectError: words("Certificate of Unknown Authority")},
	)
	t.Cleanup(func() {
		for _, request := range server.Requests() {
			agent := request.Header.Get("User-Agent")
			if !strings.HasPrefix(agent, "Terraform/1.") || !strings.HasSuffix(agent, " (+https://www.terraform.io) terraform-provider-erpnet/test") {
				t.Errorf("user agent is %q", agent)
			}
		}
	})
}
