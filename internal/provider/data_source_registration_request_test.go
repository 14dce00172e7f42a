// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet/trustedapp"
)

const registrationOfReports = "data.erpnet_registration_request.reports"

// requestOf is a request whose further attributes are given.
func requestOf(attributes string) string {
	return fmt.Sprintf(`
data "erpnet_registration_request" "reports" {
  name            = "Reports"
  application_uri = "my.trusted.app/reports"
  %s
}`, attributes)
}

func TestRegistrationRequestOfAService(t *testing.T) {
	run(t, nil, resource.TestStep{
		Config: requestOf(fmt.Sprintf(`
  secret_hash = %q
  scopes      = ["read"]
  system_user = "svc.reports"
  instance    = "https://DEMODB.my.erp.net/"
`, hashOfDEMO)),
		ConfigStateChecks: []statecheck.StateCheck{
			statecheck.ExpectKnownValue(registrationOfReports, tfjsonpath.New("record_json"), knownvalue.StringExact(
				`{"Name":"Reports","ApplicationUri":"my.trusted.app/reports","ClientType":"Confidential","ApplicationSecretHash":"`+hashOfDEMO+`","Scope":"read",`+
					`"SystemUser":{"@erpnet.action":"find","Login":"svc.reports"},"SystemUserAllowed":true,"ImpersonateAsInternalUserAllowed":false,"ImpersonateAsCommunityUserAllowed":false,`+
					`"BasicAuthenticationAllowed":false,"IsEnabled":true}`)),
			statecheck.ExpectKnownValue(registrationOfReports, tfjsonpath.New("install_url"), knownvalue.StringExact(
				"https://demodb.my.erp.net/manage/apps/install?applicationName=Reports&applicationUri=my.trusted.app%2Freports&clientType=Confidential&impersonate=none&referenceTokens=none&scope=read&serviceAccess=clientCredentials")),
			statecheck.ExpectKnownValue(registrationOfReports, tfjsonpath.New("ticket"), knownvalue.StringFunc(func(ticket string) error {
				for _, want := range []string{"# Register the trusted application `my.trusted.app/reports`", "instance `https://demodb.my.erp.net`", "| ApplicationSecretHash | `" + hashOfDEMO + "` |", "| SystemUser | `svc.reports` |"} {
					if !strings.Contains(ticket, want) {
						return fmt.Errorf("the ticket lacks %q", want)
					}
				}
				return nil
			})),
			statecheck.ExpectKnownValue(registrationOfReports, tfjsonpath.New("client_type"), knownvalue.Null()),
		},
	})
}

// The environment names an instance here, which must not change the result.
func TestRegistrationRequestOfAPlaceholderAndOfAllAttributes(t *testing.T) {
	run(t, map[string]string{"ERPNET_INSTANCE": "demodb.my.erp.net"},
		resource.TestStep{
			Config: requestOf(`client_type = "None"`),
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue(registrationOfReports, tfjsonpath.New("install_url"), knownvalue.Null()),
				statecheck.ExpectKnownValue(registrationOfReports, tfjsonpath.New("record_json"), knownvalue.StringExact(
					`{"Name":"Reports","ApplicationUri":"my.trusted.app/reports","ClientType":"None","SystemUserAllowed":false,`+
						`"ImpersonateAsInternalUserAllowed":false,"ImpersonateAsCommunityUserAllowed":false,"BasicAuthenticationAllowed":false,"IsEnabled":true}`)),
			},
		},
		resource.TestStep{
			Config: requestOf(`
  client_type                           = "Public"
  scopes                                = ["profile", "openid"]
  system_user_allowed                   = false
  system_user                           = "svc.reports"
  impersonate_as_internal_user_allowed  = true
  impersonate_as_community_user_allowed = true
  redirect_uris                         = ["https://b.example.com/", "https://a.example.com/"]
  post_logout_redirect_uris             = ["https://c.example.com/"]
  reference_tokens                      = "AuthenticatedUsers"
  is_enabled                            = false
  notes                                 = "For tests."
  instance                              = "demodb.my.erp.net"
`),
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue(registrationOfReports, tfjsonpath.New("install_url"), knownvalue.Null()),
				statecheck.ExpectKnownValue(registrationOfReports, tfjsonpath.New("record_json"), knownvalue.StringExact(
					`{"Name":"Reports","ApplicationUri":"my.trusted.app/reports","ClientType":"Public","Scope":"openid profile",`+
						`"SystemUser":{"@erpnet.action":"find","Login":"svc.reports"},"SystemUserAllowed":false,`+
						`"ImpersonateLoginUrl":"https://b.example.com/,https://a.example.com/","ImpersonateLogoutUrl":"https://c.example.com/",`+
						`"ImpersonateAsInternalUserAllowed":true,"ImpersonateAsCommunityUserAllowed":true,"BasicAuthenticationAllowed":false,`+
						`"ReferenceTokens":"AuthenticatedUsers","Notes":"For tests.","IsEnabled":false}`)),
			},
		})
}

// One error lists all that is wrong, in the words of both sides, and repeats
// nothing: neither a secret in the hash's place nor the line where it stands.
func TestImpossibleRegistrationsAreRefused(t *testing.T) {
	t.Parallel()
	const secret = "hunter2-hunter2-hunter2-hunter2"
	c := newCLI(t, fmt.Sprintf(`
data "erpnet_registration_request" "this" {
  name            = " "
  application_uri = ""
  client_type     = "Public"
  secret_hash     = %q
  scopes          = ["DomainApi", "sec"]

  system_user_allowed                  = true
  impersonate_as_internal_user_allowed = true
  post_logout_redirect_uris            = ["/out"]
  reference_tokens                     = "hunter2"
}`, secret), nil)
	code, output := c.run("validate")
	if code == 0 || strings.Count(output, "Error:") != 1 {
		t.Errorf("exits with %d and not one error:\n%s", code, output)
	}
	for _, want := range []string{
		"name (Name): Give", "application_uri (ApplicationUri):", "secret_hash (ApplicationSecretHash): A Public application has no secret", "secret_hash (ApplicationSecretHash): The secret hash cannot be used",
		"system_user (SystemUser): An application", "scopes (Scope): The scope sec",
		"post_logout_redirect_uris (ImpersonateLogoutUrl): The URIs", "reference_tokens (ReferenceTokens): Reference tokens must",
	} {
		if !words(want).MatchString(output) {
			t.Errorf("the error lacks %q:\n%s", want, output)
		}
	}
	if strings.Contains(output, "hunter2") {
		t.Errorf("the output repeats a value:\n%s", output)
	}
}

func TestConfidentialApplicationNeedsAHash(t *testing.T) {
	run(t, nil, resource.TestStep{
		Config:      requestOf(`system_user = "svc.reports"`),
		ExpectError: words("secret_hash (ApplicationSecretHash): A Confidential application cannot authenticate without a secret"),
	}, resource.TestStep{
		Config:      requestOf(`instance = "id.erp.net"`),
		ExpectError: words("The value of instance cannot be used: it is the global authority"),
	})
}

// Advice stands in the ticket: a data source is read by every plan, and would warn each time.
func TestRegistrationAdviceStandsInTheTicket(t *testing.T) {
	t.Parallel()
	c := newCLI(t, requestOf(fmt.Sprintf(`
  secret_hash = %q
  scopes      = ["read", "update"]
  system_user = "Administrator"
`, hashOfDEMO))+`
output "ticket" {
  value = data.erpnet_registration_request.reports.ticket
}
`, nil)
	output := c.succeed("plan")
	for _, want := range []string{"would run as an administrator", "Take read alone if it only reads"} {
		if !words(want).MatchString(output) {
			t.Errorf("the ticket lacks %q:\n%s", want, output)
		}
	}
	if strings.Contains(output, "Warning") {
		t.Errorf("the plan warns:\n%s", output)
	}
}

// What is unknown is judged once it is known; what is known, at once.
func TestRegistrationRequestWaitsForUnknownValues(t *testing.T) {
	const source = `
resource "terraform_data" "hash" {
  input = %q
}
`
	waiting := requestOf(`
  secret_hash = terraform_data.hash.output
  system_user = "svc.reports"
`)
	run(t, nil, resource.TestStep{
		Config: fmt.Sprintf(source, hashOfDEMO) + requestOf(`
  secret_hash = terraform_data.hash.output
  scopes      = ["sec"]
`),
		PlanOnly:    true,
		ExpectError: words("The scope sec is reserved"),
	}, resource.TestStep{
		Config: fmt.Sprintf(source, hashOfDEMO) + waiting,
		ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
			plancheck.ExpectUnknownValue(registrationOfReports, tfjsonpath.New("ticket")),
		}},
		ConfigStateChecks: []statecheck.StateCheck{
			statecheck.ExpectKnownValue(registrationOfReports, tfjsonpath.New("secret_hash"), knownvalue.StringExact(hashOfDEMO)),
		},
	}, resource.TestStep{
		Config:      fmt.Sprintf(source, "hunter2-hunter2") + waiting,
		ExpectError: words("secret_hash (ApplicationSecretHash): The secret hash cannot be used"),
	})
}

func TestRegistrationRequestSendsNothing(t *testing.T) {
	t.Parallel()
	server, env := startInstance(t)
	c := newCLI(t, requestOf(fmt.Sprintf("secret_hash = %q\n  instance = %q", hashOfDEMO, server.URL)), env)
	c.succeed("apply", "-auto-approve")
	if n := len(server.Requests()); n != 0 {
		t.Errorf("%d requests were sent", n)
	}
}

func TestAttributesLeftOutHaveTheDefaultsOfTheRecord(t *testing.T) {
	confidential := trustedapp.Record{ClientType: trustedapp.Confidential, IsEnabled: true, ReferenceTokens: trustedapp.ReferenceTokensNone}
	if got := (&trustedApplicationModel{}).toRecord(); !reflect.DeepEqual(got, confidential) {
		t.Errorf("got %+v, want %+v", got, confidential)
	}
	service := confidential
	service.SystemUser, service.SystemUserAllowed, service.Scope = "svc", true, []string{"read", "update"}
	scopes := types.SetValueMust(types.StringType, []attr.Value{types.StringValue("update"), types.StringValue("read")})
	if got := (&trustedApplicationModel{SystemUser: types.StringValue("svc"), Scopes: scopes}).toRecord(); !reflect.DeepEqual(got, service) {
		t.Errorf("got %+v, want %+v", got, service)
	}
}

// The rules see an unknown value as one that breaks none.
func TestUnknownAttributesAreNotJudged(t *testing.T) {
	text := types.StringType
	works := trustedApplicationModel{
		Name: types.StringValue("n"), ApplicationURI: types.StringValue("u"), SecretHash: types.StringValue(hashOfDEMO),
		RedirectURIs: types.ListNull(text), LogoutURIs: types.ListNull(text), Scopes: types.SetNull(text),
	}
	for name, test := range map[string]struct {
		change func(*trustedApplicationModel)
		errors int
	}{
		"nothing unknown":         {func(*trustedApplicationModel) {}, 0},
		"name":                    {func(m *trustedApplicationModel) { m.Name = types.StringUnknown() }, 0},
		"application URI":         {func(m *trustedApplicationModel) { m.ApplicationURI = types.StringUnknown() }, 0},
		"client type with a hash": {func(m *trustedApplicationModel) { m.ClientType = types.StringUnknown() }, 0},
		"client type without a hash": {func(m *trustedApplicationModel) {
			m.ClientType, m.SecretHash = types.StringUnknown(), types.StringNull()
		}, 0},
		"client type with a bad hash": {func(m *trustedApplicationModel) {
			m.ClientType, m.SecretHash = types.StringUnknown(), types.StringValue("x")
		}, 1},
		"hash of Confidential": {func(m *trustedApplicationModel) { m.SecretHash = types.StringUnknown() }, 0},
		"hash of Public": {func(m *trustedApplicationModel) {
			m.ClientType, m.SecretHash = types.StringValue("Public"), types.StringUnknown()
		}, 0},
		"system user": {func(m *trustedApplicationModel) {
			m.SystemUserAllowed, m.SystemUser = types.BoolValue(true), types.StringUnknown()
		}, 0},
		"grant":            {func(m *trustedApplicationModel) { m.SystemUserAllowed = types.BoolUnknown() }, 0},
		"reference tokens": {func(m *trustedApplicationModel) { m.ReferenceTokens = types.StringUnknown() }, 0},
		"sign-in":          {func(m *trustedApplicationModel) { m.ImpersonateInternal = types.BoolUnknown() }, 0},
		"redirect URIs": {func(m *trustedApplicationModel) {
			m.ImpersonateInternal, m.RedirectURIs = types.BoolValue(true), types.ListUnknown(text)
		}, 0},
		"one redirect URI": {func(m *trustedApplicationModel) {
			m.ImpersonateInternal, m.RedirectURIs = types.BoolValue(true), types.ListValueMust(text, []attr.Value{types.StringUnknown()})
		}, 0},
		"scopes": {func(m *trustedApplicationModel) { m.Scopes = types.SetUnknown(text) }, 0},
		"one scope": {func(m *trustedApplicationModel) {
			m.Scopes = types.SetValueMust(text, []attr.Value{types.StringUnknown()})
		}, 0},
		"a null scope": {func(m *trustedApplicationModel) {
			m.Scopes = types.SetValueMust(text, []attr.Value{types.StringNull()})
		}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			model := works
			test.change(&model)
			record := model.toRecord()
			diags := model.refuse(t.Context(), append(record.Violations(), record.MissingSecret()...))
			diags.Append(model.advise(t.Context(), record.Advice(), nil)...)
			if len(diags) != test.errors {
				t.Errorf("%d diagnostics, want %d: %v", len(diags), test.errors, diags)
			}
		})
	}
}

// Whatever a rule is about has a name in Terraform and is an attribute of it.
func TestEveryViolationNamesAnAttribute(t *testing.T) {
	broken := trustedapp.Record{
		ClientType: "x", ReferenceTokens: "x", ApplicationSecretHash: "x", Scope: []string{"update"}, SystemUser: "admin",
		ImpersonateLoginURL: []string{"x"}, ImpersonateLogoutURL: []string{"x"},
	}
	noUser := trustedapp.Record{SystemUserAllowed: true}
	for _, v := range append(append(broken.Violations(), broken.Advice()...), noUser.Violations()...) {
		if attribute := (&trustedApplicationModel{}).attribute(v.Attribute); attribute.name == "" || attribute.value == nil {
			t.Errorf("%s has no attribute", v.Attribute)
		}
	}
}
