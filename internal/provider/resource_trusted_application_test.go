// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet/domainapi"
	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

const recordAddress = "erpnet_trusted_application.this"

// record is a resource with the given further arguments, one a line.
func record(arguments ...string) string {
	return "resource \"erpnet_trusted_application\" \"this\" {\n  name = \"Reports\"\n  application_uri = \"com.example/reports\"\n  " + strings.Join(arguments, "\n  ") + "\n}\n"
}

const (
	withSecret  = "client_secret_wo = \"a-secret-of-more-than-24-characters\"\n  client_secret_wo_version = 1"
	asService   = "system_user = \"svc.integration\"\n  scopes = [\"read\"]"
	unprotected = "deletion_protection = false"
)

func expectRecord(name string, value knownvalue.Check) statecheck.StateCheck {
	return statecheck.ExpectKnownValue(recordAddress, tfjsonpath.New(name), value)
}

func emptyPlan() resource.ConfigPlanChecks {
	return resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}}
}

func reports(server *erpnettest.Server) (erpnettest.TrustedApplication, bool) {
	for _, application := range server.Applications() {
		if application.ApplicationUri == "com.example/reports" {
			return application, true
		}
	}
	return erpnettest.TrustedApplication{}, false
}

func TestTrustedApplicationResource(t *testing.T) {
	server, env := startInstance(t)
	run(t, env,
		resource.TestStep{
			Config: record(withSecret, asService, unprotected),
			ConfigStateChecks: []statecheck.StateCheck{
				expectRecord("id", knownvalue.StringFunc(func(id string) error {
					if !domainapi.IsGUID(id) {
						return fmt.Errorf("%q is no GUID", id)
					}
					return nil
				})),
				expectRecord("secret_hash", knownvalue.StringExact(erpnet.SecretHash("a-secret-of-more-than-24-characters"))),
				expectRecord("client_secret_wo", knownvalue.Null()),
				expectRecord("system_user_allowed", knownvalue.Bool(true)),
				expectRecord("is_enabled", knownvalue.Bool(true)),
				expectRecord("client_type", knownvalue.StringExact("Confidential")),
			},
		},
		resource.TestStep{Config: record(withSecret, asService, unprotected), ConfigPlanChecks: emptyPlan()},
		resource.TestStep{
			Config: strings.Replace(record(withSecret, `system_user = "svc.integration"`, `redirect_uris = ["https://b.example/2", "https://a.example/1"]`, `notes = "Nightly"`, unprotected), "Reports", "Nightly reports", 1),
			ConfigStateChecks: []statecheck.StateCheck{
				expectRecord("scopes", knownvalue.Null()),
				expectRecord("redirect_uris", knownvalue.ListExact([]knownvalue.Check{knownvalue.StringExact("https://b.example/2"), knownvalue.StringExact("https://a.example/1")})),
			},
		},
		resource.TestStep{ // the version says that the secret is another one
			Config: record(strings.NewReplacer("a-secret", "another", "= 1", "= 2").Replace(withSecret), asService, unprotected),
			ConfigStateChecks: []statecheck.StateCheck{
				expectRecord("secret_hash", knownvalue.StringExact(erpnet.SecretHash("another-of-more-than-24-characters"))),
			},
		},
		resource.TestStep{ImportState: true, ImportStateId: "com.example/reports", ResourceName: recordAddress, ImportStateVerify: true, ImportStateVerifyIgnore: []string{"client_secret_wo_version", "deletion_protection"}},
	)
	t.Cleanup(func() {
		if _, found := reports(server); found {
			t.Error("destroy left the record")
		}
		if len(server.Users()) != 1 || server.Users()[0].Login != "svc.integration" {
			t.Error("the users have changed")
		}
	})
}

// A record made by hand is imported without a change, by either ID, for a
// configuration that repeats it without a secret.
func TestImportPlansNoChange(t *testing.T) {
	for name, id := range map[string]func(erpnettest.TrustedApplication) string{
		"by ApplicationUri": func(a erpnettest.TrustedApplication) string { return a.ApplicationUri },
		"by GUID":           func(a erpnettest.TrustedApplication) string { return a.Id },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, env := startInstance(t)
			made := erpnettest.NewApplication("com.example/reports")
			made.Name, made.SystemUser, made.SystemUserAllowed, made.Scope = "Reports", "svc.integration", true, "update read"
			made.ApplicationSecretHash, made.Notes, made.ImpersonateLoginUrl = erpnettest.SecretHash("x"), "By hand", "https://a.example/1, https://b.example/2"
			server.AddApplication(made)
			made, _ = reports(server)
			c := newCLI(t, fmt.Sprintf("import {\n  to = %s\n  id = %q\n}\n\n", recordAddress, id(made))+
				record(`system_user = "svc.integration"`, `scopes = ["read", "update"]`, `notes = "By hand"`, `redirect_uris = ["https://a.example/1", "https://b.example/2"]`), env)
			if output := c.succeed("plan"); !strings.Contains(output, "1 to import, 0 to add, 0 to change, 0 to destroy") {
				t.Error(output)
			}
			c.succeed("apply", "-auto-approve")
			if code, output := c.run("plan", "-detailed-exitcode"); code != 0 {
				t.Errorf("the plan after is not empty:\n%s", output)
			}
			if code, output := c.run("destroy", "-auto-approve"); code == 0 || !strings.Contains(output, "Deletion Protected") {
				t.Errorf("an imported record is not protected:\n%s", output)
			}
			if now, _ := reports(server); now.ObjectVersion != made.ObjectVersion {
				t.Error("the record was written")
			}
		})
	}
}

func TestDriftIsShown(t *testing.T) {
	t.Parallel()
	server, env := startInstance(t)
	c := newCLI(t, record(withSecret, asService, unprotected), env)
	c.succeed("apply", "-auto-approve")
	server.ChangeApplication("com.example/reports", func(a *erpnettest.TrustedApplication) {
		a.Name, a.IsEnabled, a.Scope, a.SystemUserAllowed, a.ReferenceTokens = "Hacked", false, "read update", false, "AuthenticatedUsers"
		a.BasicAuthenticationAllowed, a.ImpersonateLoginUrl, a.Notes = true, "https://evil.example", "x"
	})
	output := c.succeed("plan")
	for _, attribute := range []string{"name", "is_enabled", "scopes", "system_user_allowed", "reference_tokens", "basic_authentication_allowed", "redirect_uris", "notes"} {
		if !strings.Contains(output, attribute) {
			t.Errorf("drift of %s is not shown:\n%s", attribute, output)
		}
	}
	c.succeed("apply", "-auto-approve")
	if now, _ := reports(server); now.Name != "Reports" || now.BasicAuthenticationAllowed || now.Notes != "" {
		t.Errorf("drift is not repaired: %s", now.Name)
	}

	// A secret that was rotated elsewhere is a warning; raising the version
	// repairs it.
	server.ChangeApplication("com.example/reports", func(a *erpnettest.TrustedApplication) {
		a.ApplicationSecretHash = erpnettest.SecretHash("rotated elsewhere")
	})
	if code, output := c.run("plan", "-detailed-exitcode"); code != 0 || !words("Warning: Secret Changed Elsewhere").MatchString(output) {
		t.Errorf("exit code %d:\n%s", code, output)
	}
	c.write("main.tf", strings.Replace(record(withSecret, asService, unprotected), "= 1", "= 2", 1))
	c.succeed("apply", "-auto-approve")
	if now, _ := reports(server); now.ApplicationSecretHash != erpnettest.SecretHash("a-secret-of-more-than-24-characters") {
		t.Error("the secret was not written again")
	}

	server.RemoveApplication("com.example/reports")
	if output := c.succeed("plan"); !strings.Contains(output, "1 to add") {
		t.Errorf("a record deleted elsewhere is not planned again:\n%s", output)
	}
}

// Where the instance does not show hashes, the one that was written stays.
func TestWithheldHashesAreNoDrift(t *testing.T) {
	for name, form := range map[string]erpnettest.SecretHashes{"null": erpnettest.SecretHashesNull, "left out": erpnettest.SecretHashesOmitted} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, env := startInstance(t)
			server.Configure(func(s *erpnettest.Settings) { s.SecretHashes = form })
			c := newCLI(t, record(withSecret, asService, unprotected), env)
			c.succeed("apply", "-auto-approve")
			if code, output := c.run("plan", "-detailed-exitcode"); code != 0 || strings.Contains(output, "Secret Changed") {
				t.Errorf("exit code %d:\n%s", code, output)
			}
			c.succeed("destroy", "-auto-approve")
		})
	}
}

// A hash that was configured, then a secret in its place, then none at all.
func TestSecretChangesItsSource(t *testing.T) {
	t.Parallel()
	server, env := startInstance(t)
	c := newCLI(t, record(`secret_hash = "`+hashOfDEMO+`"`, asService, unprotected), env)
	c.succeed("apply", "-auto-approve")
	c.write("main.tf", record(`client_secret_wo = "a-secret-of-more-than-24-characters"`, asService, unprotected))
	c.succeed("apply", "-auto-approve")
	if now, _ := reports(server); now.ApplicationSecretHash != erpnettest.SecretHash("a-secret-of-more-than-24-characters") {
		t.Error("the secret was not written in place of the hash")
	}
	if code, output := c.run("plan", "-detailed-exitcode"); code != 0 {
		t.Errorf("the plan after is not empty:\n%s", output)
	}
	c.write("main.tf", record(`client_type = "Public"`, unprotected))
	c.succeed("apply", "-auto-approve")
	if now, _ := reports(server); now.ApplicationSecretHash != "" || now.ClientType != "Public" {
		t.Error("a Public application kept its hash")
	}
	if code, output := c.run("plan", "-detailed-exitcode"); code != 0 {
		t.Errorf("the plan after is not empty:\n%s", output)
	}
}

// A replacement deletes without a plan that says so.
func TestDeletionProtectionStopsReplacement(t *testing.T) {
	t.Parallel()
	server, env := startInstance(t)
	c := newCLI(t, record(withSecret, asService), env)
	c.succeed("apply", "-auto-approve")
	if code, output := c.run("apply", "-auto-approve", "-replace="+recordAddress); code == 0 || !strings.Contains(output, "Deletion Protected") {
		t.Errorf("exit code %d:\n%s", code, output)
	}
	if _, found := reports(server); !found {
		t.Error("the record was deleted")
	}
}

// The warning of a secret that was rotated elsewhere stays until it is repaired.
func TestSecretWarningOutlivesOtherChanges(t *testing.T) {
	t.Parallel()
	server, env := startInstance(t)
	c := newCLI(t, record(withSecret, asService, unprotected), env)
	c.succeed("apply", "-auto-approve")
	server.ChangeApplication("com.example/reports", func(a *erpnettest.TrustedApplication) {
		a.ApplicationSecretHash, a.SystemUser = erpnettest.SecretHash("rotated elsewhere"), "SVC.Integration"
	})
	c.write("main.tf", record(withSecret, asService, unprotected, `notes = "x"`))
	c.succeed("apply", "-auto-approve")
	if code, output := c.run("plan", "-detailed-exitcode"); code != 0 || !words("Warning: Secret Changed Elsewhere").MatchString(output) {
		t.Errorf("exit code %d:\n%s", code, output)
	}
}

// Removed here and changed there: the version that was read decides.
func TestConcurrentChangeIsAConflict(t *testing.T) {
	t.Parallel()
	server, env := startInstance(t)
	c := newCLI(t, record(withSecret, asService, unprotected), env)
	c.succeed("apply", "-auto-approve")
	c.write("main.tf", record(withSecret, asService, unprotected, `notes = "mine"`))
	c.succeed("plan", "-out=plan.bin")
	server.ChangeApplication("com.example/reports", func(a *erpnettest.TrustedApplication) { a.Notes = "theirs" })
	if code, output := c.run("apply", "plan.bin"); code == 0 || !strings.Contains(output, "Record Changed Elsewhere") {
		t.Errorf("exit code %d:\n%s", code, output)
	}
	if now, _ := reports(server); now.Notes != "theirs" {
		t.Error("somebody else's change was overwritten")
	}
}

// Impossible combinations are refused in the plan, and nothing is sent for them.
func TestTrustedApplicationRefuses(t *testing.T) {
	const secret = "hunter2-hunter2-hunter2"
	for name, test := range map[string]struct {
		config string
		want   []string
	}{
		"Public with a secret":         {record(`client_type = "Public"`, `secret_hash = "`+hashOfDEMO+`"`), []string{"Impossible Trusted Application", "secret_hash (ApplicationSecretHash)"}},
		"service without user":         {record(withSecret, "system_user_allowed = true"), []string{"system_user (SystemUser)"}},
		"Confidential without secret":  {record(asService), []string{"secret_hash (ApplicationSecretHash)"}},
		"interactive without URIs":     {record(withSecret, "impersonate_as_internal_user_allowed = true"), []string{"redirect_uris (ImpersonateLoginUrl)"}},
		"reserved scope":               {record(withSecret, `scopes = ["sec"]`), []string{"scopes (Scope)", "reserved"}},
		"secret as hash":               {record(`secret_hash = "` + secret + `"`), []string{"secret_hash (ApplicationSecretHash)"}},
		"Public with a written secret": {record(withSecret, `client_type = "Public"`), []string{"Impossible Trusted Application", "client_secret_wo"}},
		"version without secret":       {record(`secret_hash = "`+hashOfDEMO+`"`, "client_secret_wo_version = 1"), []string{"Version Without Secret"}},
		"two secrets":                  {record(withSecret, `secret_hash = "`+hashOfDEMO+`"`), []string{"Two Secrets"}},
		"secret with a line break":     {record(`client_secret_wo = "` + secret + `\n"`), []string{"it ends with a line break"}},
		"empty system user":            {record(withSecret, `system_user = ""`), []string{"system_user", "at least 1"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, env := startInstance(t)
			code, output := newCLI(t, test.config, env).run("plan")
			if code == 0 || strings.Count(output, "Error: ") != 1 {
				t.Errorf("not one error, exit code %d:\n%s", code, output)
			}
			for _, want := range test.want {
				if !words(want).MatchString(output) {
					t.Errorf("lacks %q:\n%s", want, output)
				}
			}
			if strings.Contains(output, secret) {
				t.Errorf("shows a secret:\n%s", output)
			}
			if n := len(server.Requests()); n != 0 {
				t.Errorf("%d requests were sent", n)
			}
		})
	}
}

func TestRefusedSecuritySetNamesTheTicket(t *testing.T) {
	t.Parallel()
	server, env := startInstance(t)
	server.Configure(func(s *erpnettest.Settings) { s.SecurityAccess = erpnettest.SecurityRefused })
	if code, output := newCLI(t, record(withSecret, asService), env).run("apply", "-auto-approve"); code == 0 || !strings.Contains(output, "Refused by a Gateway") {
		t.Errorf("exit code %d:\n%s", code, output)
	}
}

func TestTrustedApplicationDataSource(t *testing.T) {
	server, env := startInstance(t)
	other := erpnettest.NewApplication("com.example/other")
	other.Name = "Other"
	server.AddApplication(other)
	expect := func(name, attribute string, value knownvalue.Check) statecheck.StateCheck {
		return statecheck.ExpectKnownValue("data.erpnet_trusted_application."+name, tfjsonpath.New(attribute), value)
	}
	run(t, env, resource.TestStep{
		Config: fmt.Sprintf(`
data "erpnet_trusted_application" "own" {
  application_uri = %q
}

data "erpnet_trusted_application" "other" {
  application_uri = "com.example/other"
}`, erpnettest.SampleApplication().ApplicationUri),
		ConfigStateChecks: []statecheck.StateCheck{
			expect("own", "secret_matches", knownvalue.Bool(true)),
			expect("own", "system_user", knownvalue.StringExact("svc.integration")),
			expect("own", "scopes", knownvalue.SetExact([]knownvalue.Check{knownvalue.StringExact("read"), knownvalue.StringExact("update")})),
			expect("other", "secret_matches", knownvalue.Null()),
			expect("other", "system_user", knownvalue.Null()),
			expect("other", "name", knownvalue.StringExact("Other")),
		},
	}, resource.TestStep{
		Config:      `data "erpnet_trusted_application" "none" { application_uri = "nowhere" }`,
		ExpectError: words("No Such Trusted Application"),
	})
}
