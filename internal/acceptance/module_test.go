// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package acceptance

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

const (
	moduleDir    = "modules/service-application"
	moduleSecret = "orders-pipeline-secret-8d1f0b6c52e94a37"
)

func moduleFile(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", filepath.FromSlash(moduleDir), name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// The module's own tests pass, all of them.
func TestModulePassesItsTests(t *testing.T) {
	t.Parallel()
	_, env := startInstance(t)
	files := filesIn(t, moduleDir, strings.NewReplacer())
	runs := 0
	for name, text := range files {
		if strings.HasSuffix(name, ".tftest.hcl") {
			runs += strings.Count("\n"+text, "\nrun \"")
		}
	}
	c := newCLIOf(t, files, env)
	if output := c.succeed("test"); runs == 0 || !strings.Contains(output, fmt.Sprintf("%d passed, 0 failed", runs)) {
		t.Errorf("not %d passed:\n%s", runs, output)
	}
}

// newModuleUsage is a directory with the usage of the module's README, and with
// the module in place of its address. The instance knows the user, and not yet
// the application.
func newModuleUsage(t *testing.T) (c *cli, usage string, server *erpnettest.Server) {
	t.Helper()
	block := fencedBlock.FindStringSubmatch(moduleFile(t, "README.md"))
	if block == nil || block[1] != "terraform" {
		t.Fatal("the README shows no usage")
	}
	address := "git::https://github.com/erpnet/terraform-provider-erpnet.git//" + moduleDir + "?ref=v" + version
	usage = replaceOnce(t, block[2], address, "./"+moduleDir)
	server, env := startInstance(t)
	server.AddUser(ordersUser())
	return newCLIOf(t, withModule(t, usage), with(env, "TF_VAR_client_secret", moduleSecret)), usage, server
}

// withModule are the files of a configuration that calls the module.
func withModule(t *testing.T, main string) map[string]string {
	t.Helper()
	files := map[string]string{"main.tf": main}
	for name, text := range filesIn(t, moduleDir, strings.NewReplacer()) {
		files[moduleDir+"/"+name] = text
	}
	return files
}

func replaceOnce(t *testing.T, text, before, after string) string {
	t.Helper()
	if strings.Count(text, before) != 1 {
		t.Fatalf("not once there: %s", before)
	}
	return strings.Replace(text, before, after, 1)
}

// register does what an administrator does with the output record.
func register(t *testing.T, c *cli, server *erpnettest.Server) erpnettest.TrustedApplication {
	t.Helper()
	record := c.succeed("output", "-raw", "record")
	applications, err := erpnettest.ReadApplications(strings.NewReader("[" + record + "]"))
	if err != nil || len(applications) != 1 {
		t.Fatalf("%v:\n%s", err, record)
	}
	server.AddApplication(applications[0])
	return applications[0]
}

// From no record to a proven one, and to the next secret, as the README says.
func TestModuleFromRegistrationToRotation(t *testing.T) {
	t.Parallel()
	c, usage, server := newModuleUsage(t)
	c.env = append(c.env, "TF_LOG=TRACE", "TF_LOG_PATH="+filepath.Join(c.dir, "trace.log"))
	registered := replaceOnce(t, usage, "registered      = false # true once the record exists", "registered      = true")
	places, secrets := map[string]string{}, []string{moduleSecret, moduleSecret + "-2"}
	apply := func(step string) {
		t.Helper()
		places["plan: "+step] = c.succeed("plan", "-out=plan.bin")
		for file, text := range unzip(t, filepath.Join(c.dir, "plan.bin")) {
			places["plan file "+file+": "+step] = text
		}
		places["apply: "+step] = c.succeed("apply", "plan.bin")
		places["state: "+step] = c.read("terraform.tfstate")
	}

	apply("register")
	if requests := server.Requests(); len(requests) != 0 {
		t.Errorf("%d requests before the registration", len(requests))
	}
	if ticket := c.succeed("output", "-raw", "ticket"); !strings.Contains(ticket, erpnettest.SecretHash(moduleSecret)) {
		t.Errorf("the ticket has not the hash:\n%s", ticket)
	}
	register(t, c, server)

	c.write("main.tf", registered)
	apply("prove")
	if checks := c.succeed("output", "-json", "checks"); !strings.Contains(checks, `"signature":"passed"`) {
		t.Errorf("checks %s", checks)
	}
	if output := c.succeed("plan"); !strings.Contains(output, "No changes.") {
		t.Errorf("another plan has changes:\n%s", output)
	}

	c.write("main.tf", usage)
	c.env = append(c.env, "TF_VAR_client_secret="+secrets[1], "TF_VAR_secret_version=2")
	apply("rotate")
	if application := register(t, c, server); application.ApplicationSecretHash != erpnettest.SecretHash(secrets[1]) {
		t.Error("the record has not the hash of the new secret")
	}
	c.write("main.tf", registered)
	apply("prove the new secret")

	server.AddApplication(erpnettest.NewApplication(ordersApplication)) // it no longer works
	if code, output := c.run("destroy", "-auto-approve"); code == 0 {
		t.Errorf("destroyed without registered = false:\n%s", output)
	}
	c.write("main.tf", usage)
	c.succeed("destroy", "-auto-approve")

	places["trace log"] = c.read("trace.log")
	expectNoLeak(t, places, append(secrets, server.IssuedTokens()...))
}

// moduleCall uses the sample application by the environment's credentials, as
// CLIs without ephemeral values can.
var moduleCall = requirements + `
module "this" {
  source          = "./` + moduleDir + `"
  name            = "My Service Application"
  application_uri = "my.trusted.app/service"
  secret_hash     = "` + erpnettest.SecretHash(erpnettest.SampleSecret) + `"
  scopes          = ["read", "update"]
  system_user     = "svc.integration"
  registered      = true
}
`

// What a plan refuses, it refuses with a remedy, and without repeating what may be
// a secret.
func TestModuleRefuses(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		before, after string // of the call
		change        func(*erpnettest.Server)
		want          []string // nothing for a plan that succeeds
	}{
		"nothing": {"", "", nil, nil},
		"record with fewer scopes": {"", "", func(s *erpnettest.Server) {
			application := erpnettest.SampleApplication()
			application.Scope = "read"
			s.AddApplication(application)
		}, []string{"ERP.net Credentials Check Failed", "invalid_scope", "Scope of the Trusted Application"}},
		"record with another hash": {"", "", func(s *erpnettest.Server) {
			application := erpnettest.SampleApplication()
			application.ApplicationSecretHash = erpnettest.SecretHash(moduleSecret)
			s.AddApplication(application)
		}, []string{"ERP.net Credentials Check Failed", "invalid_client", "ApplicationSecretHash"}},
		"record with another user": {`"svc.integration"`, `"svc.orders"`, nil, []string{
			`runs as the user "svc.integration", not as "svc.orders"`, "Compare the provider's client_id with application_uri",
		}},
		"tokens that do not say the user": {`"svc.integration"`, `"svc.orders"`, func(s *erpnettest.Server) { s.Inject(erpnettest.Token, erpnettest.Opaque()) }, nil},
		"reserved scope":                  {`["read", "update"]`, `["sec"]`, nil, []string{"The scope sec is reserved"}},
		"secret in place of its hash":     {erpnettest.SecretHash(erpnettest.SampleSecret), moduleSecret, nil, []string{"Was the secret itself given"}},
		"no user":                         {`"svc.integration"`, `""`, nil, []string{"needs a system user"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, env := startInstance(t)
			if test.change != nil {
				test.change(server)
			}
			call := moduleCall
			if test.before != "" {
				call = replaceOnce(t, call, test.before, test.after)
			}
			code, output := newCLIOf(t, withModule(t, call), env).run("plan")
			if (code == 0) != (test.want == nil) {
				t.Fatalf("exit code %d:\n%s", code, output)
			}
			words := strings.Join(strings.Fields(strings.ReplaceAll(output, "│", " ")), " ")
			for _, want := range test.want {
				if !strings.Contains(words, want) {
					t.Errorf("no %q:\n%s", want, output)
				}
			}
			expectNoLeak(t, map[string]string{"plan": output}, append(server.IssuedTokens(), moduleSecret, erpnettest.SampleSecret))
		})
	}
}
