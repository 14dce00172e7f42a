// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

func TestCredentialsCheck(t *testing.T) {
	server, env := startInstance(t)
	const address = "data.erpnet_credentials_check.this"
	expect := func(name string, value knownvalue.Check) statecheck.StateCheck {
		return statecheck.ExpectKnownValue(address, tfjsonpath.New(name), value)
	}
	run(t, env,
		resource.TestStep{
			Config: `data "erpnet_credentials_check" "this" {
  required_scopes = ["read"]
}`,
			ConfigStateChecks: []statecheck.StateCheck{
				expect("issuer", knownvalue.StringExact(server.IdentityURL())),
				expect("audience", knownvalue.ListPartial(map[int]knownvalue.Check{0: knownvalue.StringExact("DomainAPI")})),
				expect("granted_scopes", knownvalue.SetExact([]knownvalue.Check{knownvalue.StringExact("read")})),
				expect("system_user", knownvalue.StringExact("svc.integration")),
				expect("system_user_type", knownvalue.StringExact("InternalUser")),
				expect("database", knownvalue.StringExact("DEMODB")),
				expect("key_id", knownvalue.StringExact(server.SigningKeyID())),
				expect("expires_at", rfc3339In(time.Hour)),
				expect("server_version", knownvalue.StringRegexp(words("26."))),
				expect("checks", knownvalue.ListSizeExact(14)),
				outcomes(map[string]string{"domain_api": "skipped"}),
			},
			PostApplyFunc: func() {
				if n := server.Count(erpnettest.DomainAPI); n != 0 {
					t.Errorf("the Domain API was called %d times without being asked for", n)
				}
			},
		},
		resource.TestStep{
			Config: `data "erpnet_credentials_check" "this" {
  probe_domain_api = true
}`,
			ConfigStateChecks: []statecheck.StateCheck{outcomes(nil)},
			PostApplyFunc: func() {
				for _, request := range server.Requests() {
					if request.Endpoint == erpnettest.DomainAPI && request.Path+"?"+request.RawQuery != "/api/domain/odata/Crm_Sales_Customers?$select=Id&$top=1" {
						t.Errorf("the probe asked for %s?%s", request.Path, request.RawQuery)
					}
				}
			},
		},
	)
}

// outcomes holds that every check has passed, but those that are named.
func outcomes(others map[string]string) statecheck.StateCheck {
	names := []string{"token", "discovery", "keys", "type", "issuer", "audience", "not_before", "expiry", "client_id", "algorithm", "key", "signature", "scopes", "domain_api"}
	checks := make([]knownvalue.Check, len(names))
	for i, name := range names {
		status := "passed"
		if other, ok := others[name]; ok {
			status = other
		}
		checks[i] = knownvalue.ObjectPartial(map[string]knownvalue.Check{"name": knownvalue.StringExact(name), "status": knownvalue.StringExact(status)})
	}
	return statecheck.ExpectKnownValue("data.erpnet_credentials_check.this", tfjsonpath.New("checks"), knownvalue.ListExact(checks))
}

// An opaque token says nothing of itself: only the probe can prove it.
func TestCredentialsCheckOfAnOpaqueToken(t *testing.T) {
	server, env := startInstance(t)
	server.Inject(erpnettest.Token, erpnettest.Opaque())
	skipped := map[string]string{}
	for _, name := range []string{"type", "issuer", "audience", "not_before", "expiry", "client_id", "algorithm", "key", "signature", "domain_api"} {
		skipped[name] = "skipped"
	}
	run(t, env, resource.TestStep{
		Config:            `data "erpnet_credentials_check" "this" {}`,
		ConfigStateChecks: []statecheck.StateCheck{outcomes(skipped)},
	})
}

func changed(change func(*erpnettest.TrustedApplication)) func(*erpnettest.Server) {
	return func(s *erpnettest.Server) {
		application := erpnettest.SampleApplication()
		change(&application)
		s.AddApplication(application)
	}
}

func injected(endpoint erpnettest.Endpoint, faults ...erpnettest.Fault) func(*erpnettest.Server) {
	return func(s *erpnettest.Server) { s.Inject(endpoint, erpnettest.Together(faults...)) }
}

// Each defect is reported by its own name and remedy in one plan, and
// independent ones are reported together.
func TestCredentialsCheckNamesEachDefect(t *testing.T) {
	for name, test := range map[string]struct {
		defect func(*erpnettest.Server)
		failed []string // names of the checks that fail, and no others
		want   []string
	}{
		"wrong secret":           {changed(func(a *erpnettest.TrustedApplication) { a.ApplicationSecretHash = erpnettest.SecretHash("another") }), []string{"token"}, []string{"Client Credentials Refused", "ApplicationSecretHash", "begins with"}},
		"disabled":               {changed(func(a *erpnettest.TrustedApplication) { a.IsEnabled = false }), []string{"token"}, []string{"IsEnabled: true"}},
		"no SystemUserAllowed":   {changed(func(a *erpnettest.TrustedApplication) { a.SystemUserAllowed = false }), []string{"token"}, []string{"Trusted Application Not Authorized", "SystemUserAllowed: true"}},
		"missing scope":          {changed(func(a *erpnettest.TrustedApplication) { a.Scope = "read" }), []string{"scopes"}, []string{"Scope Not Allowed", "attribute Scope", `Granted when no scope is asked for: "read"`}},
		"narrower grant":         {injected(erpnettest.Token, erpnettest.GrantedScopes("read")), []string{"scopes"}, []string{"Scope Not Granted", `lacks "update"`}},
		"foreign issuer":         {injected(erpnettest.Token, erpnettest.WrongIssuer()), []string{"issuer"}, []string{"Token of Another Issuer", "https://other.my.erp.net/id"}},
		"no issuer":              {injected(erpnettest.Token, erpnettest.WithoutClaim("iss")), []string{"issuer"}, []string{"Token of Another Issuer"}},
		"bad signature":          {injected(erpnettest.Token, erpnettest.BadSignature()), []string{"signature"}, []string{"Bad Signature", "Do not use it"}},
		"stranger's key":         {injected(erpnettest.Token, erpnettest.ForeignKey()), []string{"signature"}, []string{"Bad Signature"}},
		"unknown key ID":         {injected(erpnettest.Token, erpnettest.UnknownKey()), []string{"key"}, []string{"Unknown Signing Key"}},
		"unsigned":               {injected(erpnettest.Token, erpnettest.Algorithm("none")), []string{"algorithm"}, []string{"Wrong Signature Algorithm"}},
		"symmetric":              {injected(erpnettest.Token, erpnettest.Algorithm("HS256")), []string{"algorithm"}, []string{`signed by "HS256"`}},
		"other JWT type":         {injected(erpnettest.Token, erpnettest.TokenType("JWT")), []string{"type"}, []string{"Wrong JWT Type"}},
		"expired":                {injected(erpnettest.Token, erpnettest.Expired()), []string{"expiry"}, []string{"Token Already Expired"}},
		"no expiry":              {injected(erpnettest.Token, erpnettest.WithoutClaim("exp")), []string{"expiry"}, []string{"that names no expiry"}},
		"not yet valid":          {injected(erpnettest.Token, erpnettest.NotYetValid()), []string{"not_before"}, []string{"Token Not Yet Valid"}},
		"clocks apart":           {func(s *erpnettest.Server) { s.SetClock(func() time.Time { return time.Now().Add(2 * time.Hour) }) }, []string{"not_before"}, []string{"they are 2h0m"}},
		"wrong audience":         {injected(erpnettest.Token, erpnettest.WrongAudience()), []string{"audience"}, []string{"Token for Another API", `"TableAPI"`}},
		"other client_id":        {injected(erpnettest.Token, erpnettest.WrongClient()), []string{"client_id"}, []string{"Token of Another Client", `"another.trusted.app/service"`}},
		"foreign discovery":      {injected(erpnettest.Discovery, erpnettest.Field("issuer", "https://other.my.erp.net/id")), []string{"discovery", "issuer"}, []string{"Identity Service of Another Name"}},
		"keys elsewhere":         {injected(erpnettest.Discovery, erpnettest.Field("jwks_uri", "https://other.my.erp.net/jwks")), []string{"keys"}, []string{"No Signing Keys", "which is another host and not asked"}},
		"no discovery":           {injected(erpnettest.Discovery, erpnettest.Status(404)), []string{"discovery"}, []string{"No Identity Service Here"}},
		"no keys":                {injected(erpnettest.JWKS, erpnettest.HTML(200)), []string{"keys"}, []string{"an HTML page instead of JSON"}},
		"no jwks_uri":            {injected(erpnettest.Discovery, erpnettest.WithoutField("jwks_uri")), []string{"keys"}, []string{"No Signing Keys", "names no jwks_uri"}},
		"foreign name, no keys":  {foreignWithoutKeys, []string{"discovery", "issuer", "keys"}, []string{"Identity Service of Another Name"}},
		"issuer, no discovery":   {issuerWithoutDiscovery, []string{"discovery", "issuer"}, []string{"Token of Another Issuer"}},
		"API 401":                {injected(erpnettest.DomainAPI, erpnettest.Status(401)), []string{"domain_api"}, []string{"Token Refused by the Domain API"}},
		"API 403":                {injected(erpnettest.DomainAPI, erpnettest.DomainError(403, 14, "System.Exception", "No.")), []string{"domain_api"}, []string{"Access Denied by the Domain API", "SystemUser"}},
		"API 404":                {injected(erpnettest.DomainAPI, erpnettest.Status(404)), []string{"domain_api"}, []string{"No Domain API Here", "domain_api_url"}},
		"API 429":                {injected(erpnettest.DomainAPI, erpnettest.Status(429)), []string{"domain_api"}, []string{"Too Many Calls of the Domain API"}},
		"API 503, no licence":    {injected(erpnettest.DomainAPI, erpnettest.LicenceExhausted()), []string{"domain_api"}, []string{"No Licence Free", "simultaneously connected users"}},
		"API 503 of a gateway":   {injected(erpnettest.DomainAPI, erpnettest.HTML(503)), []string{"domain_api"}, []string{"Instance Unavailable"}},
		"API 500":                {injected(erpnettest.DomainAPI, erpnettest.DomainError(500, 0, "InvalidOperationException", "Something broke")), []string{"domain_api"}, []string{"Domain API Failed", `"Something broke"`}},
		"API is a portal":        {injected(erpnettest.DomainAPI, erpnettest.HTML(200)), []string{"domain_api"}, []string{"Not a Domain API", "an HTML page instead of JSON"}},
		"API 503 of a shortage":  {injected(erpnettest.DomainAPI, erpnettest.Status(503).With("Retry-After", "60")), []string{"domain_api"}, []string{"Instance Unavailable", "not to be called again before"}},
		"API breaks off":         {injected(erpnettest.DomainAPI, erpnettest.Reset()), []string{"domain_api"}, []string{"Connection Lost"}},
		"API redirects":          {injected(erpnettest.DomainAPI, erpnettest.Redirect(307, "https://evil.example/x")), []string{"domain_api"}, []string{"Not a Domain API", "https://evil.example/x"}},
		"three at once":          {threeDefects, []string{"scopes", "audience", "key"}, []string{"Scope Not Allowed", "Token for Another API", "Unknown Signing Key"}},
		"everything unreachable": {injected(erpnettest.Any, erpnettest.Reset()), []string{"token", "discovery"}, []string{"Connection Lost"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, env := startInstance(t)
			test.defect(server)
			if strings.HasPrefix(name, "API") { // a repeated probe would show
				env = with(env, "ERPNET_MAX_RETRIES", "2")
			}
			c := newCLI(t, fmt.Sprintf(`data "erpnet_credentials_check" "this" {
  required_scopes  = ["read", "update"]
  probe_domain_api = %t
}`, strings.HasPrefix(name, "API")), env)
			code, output := c.run("plan")
			if code == 0 || strings.Count(output, "Error: ") != 1 || !strings.Contains(output, "Error: ERP.net Credentials Check Failed") {
				t.Errorf("not one error, exit code %d:\n%s", code, output)
			}
			for _, want := range test.want {
				if !words(want).MatchString(output) {
					t.Errorf("lacks %q:\n%s", want, output)
				}
			}
			slices.Sort(test.failed)
			if failed := failedChecks(output); !slices.Equal(failed, test.failed) {
				t.Errorf("failed are %q, want %q:\n%s", failed, test.failed, output)
			}
			for _, secret := range append(server.IssuedTokens(), erpnettest.SampleSecret, "eyJ") {
				if strings.Contains(output, secret) {
					t.Errorf("shows a secret or a token:\n%s", output)
				}
			}
			if n := server.Count(erpnettest.DomainAPI); n > 1 {
				t.Errorf("the probe was made %d times", n)
			}
		})
	}
}

func foreignWithoutKeys(s *erpnettest.Server) {
	s.Inject(erpnettest.Discovery, erpnettest.Field("issuer", "https://other.my.erp.net/id"))
	s.Inject(erpnettest.JWKS, erpnettest.Status(404))
}

func issuerWithoutDiscovery(s *erpnettest.Server) {
	s.Inject(erpnettest.Discovery, erpnettest.Status(404))
	s.Inject(erpnettest.Token, erpnettest.WrongIssuer())
}

func threeDefects(s *erpnettest.Server) {
	changed(func(a *erpnettest.TrustedApplication) { a.Scope = "read" })(s)
	injected(erpnettest.Token, erpnettest.WrongAudience(), erpnettest.UnknownKey())(s)
}

// failedChecks finds the names of the checks that an error lists, sorted.
func failedChecks(output string) []string {
	_, list, _ := strings.Cut(output, "failed:\n")
	var names []string
	for line := range strings.Lines(list) {
		if name, _, found := strings.Cut(line, ": "); found && regexp.MustCompile(`^[a-z_]+(, [a-z_]+)*$`).MatchString(name) {
			names = append(names, strings.Split(name, ", ")...)
		}
	}
	slices.Sort(names)
	return names
}

// In a check block, a failed check is a warning, and the plan goes on.
func TestCredentialsCheckInACheckBlockOnlyWarns(t *testing.T) {
	t.Parallel()
	_, env := startInstance(t)
	c := newCLI(t, `check "erpnet" {
  data "erpnet_credentials_check" "this" {}

  assert {
    condition     = data.erpnet_credentials_check.this.system_user != "admin"
    error_message = "Runs as an administrator."
  }
}`, with(env, "ERPNET_CLIENT_SECRET", "not-the-right-one-at-all"))
	code, output := c.run("plan", "-detailed-exitcode")
	if code != 2 || !strings.Contains(output, "Warning: ERP.net Credentials Check Failed") {
		t.Errorf("exit code %d:\n%s", code, output)
	}
}
