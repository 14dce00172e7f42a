// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

// checkNames returns the names of the checks in order.
func checkNames() []string {
	return []string{
		"token",
		"discovery",
		"keys",
		"type",
		"issuer",
		"audience",
		"not_before",
		"expiry",
		"client_id",
		"algorithm",
		"key",
		"signature",
		"scopes",
		"domain_api",
	}
}

// expectChecks expects all checks to have passed, except those that were skipped.
func expectChecks(t *testing.T, r result, skipped ...string) {
	t.Helper()
	var names []string
	for _, check := range r.values["checks"].([]any) { //nolint:forcetypeassert // a list
		check := check.(map[string]any) //nolint:forcetypeassert // of objects
		name, status := fmt.Sprint(check["name"]), "passed"
		if slices.Contains(skipped, name) {
			status = "skipped"
		}
		if names = append(names, name); check["status"] != status {
			t.Errorf("%s is %v", name, check["status"])
		}
	}
	if !slices.Equal(names, checkNames()) {
		t.Errorf("the checks are %q", names)
	}
}

func TestCredentialsCheck(t *testing.T) {
	instance, env := startInstance(t)
	p := start(t, env, nil)
	r := p.read("credentials_check", arguments{"required_scopes": []string{"read"}}).succeeds(t)
	expectChecks(t, r, "domain_api")
	rfc3339In(t, r.values["expires_at"], time.Hour)
	r.has(t, arguments{
		"issuer":           instance.IdentityURL(),
		"granted_scopes":   []any{"read"},
		"system_user":      "svc.integration",
		"system_user_type": "InternalUser",
		"database":         "DEMODB",
		"key_id":           instance.SigningKeyID(),
		"server_version":   "26.2.0.76",
	})
	p.open("access_token", arguments{"scopes": []string{"read"}}).succeeds(t)
	if api, tokens := instance.Count(erpnettest.DomainAPI), instance.Count(erpnettest.Token); api != 0 || tokens != 1 {
		t.Errorf("%d calls of the Domain API without being asked, %d token requests for two objects", api, tokens)
	}
	expectChecks(t, p.read("credentials_check", arguments{"probe_domain_api": true}).succeeds(t))
	for _, request := range instance.Requests() {
		if url := request.Path + "?" + request.RawQuery; request.Endpoint == erpnettest.DomainAPI &&
			url != "/api/domain/odata/Crm_Sales_Customers?$select=Id&$top=1" {
			t.Errorf("the probe asked for %s", url)
		}
	}
}

// An opaque token reveals nothing about itself: only the probe can prove that it works.
func TestCredentialsCheckOfAnOpaqueToken(t *testing.T) {
	instance, env := startInstance(t)
	instance.Inject(erpnettest.Token, erpnettest.Opaque())
	r := start(t, env, nil).read("credentials_check", nil)
	expectChecks(t, r, slices.DeleteFunc(checkNames(), func(name string) bool {
		return slices.Contains([]string{"token", "discovery", "keys", "scopes"}, name)
	})...)
	if len(r.warnings()) != 1 || !strings.HasPrefix(r.text(), "Opaque Token") {
		t.Error(r.text())
	}
}

// A token without a key ID is verified with every key that fits.
func TestCredentialsCheckTakesATokenWithoutKeyID(t *testing.T) {
	instance, env := startInstance(t)
	instance.RotateKey()
	instance.Inject(erpnettest.Token, erpnettest.KeyID(""))
	expectChecks(t, start(t, env, nil).read("credentials_check", nil).succeeds(t), "domain_api")
}

func TestAnEntitySetIsProbedOnlyIfTheAPIIs(t *testing.T) {
	_, env := startInstance(t)
	p := start(t, env, nil)
	set := arguments{"probe_entity_set": "Crm_Sales_Customers"}
	p.read("credentials_check", set).
		fails(t, "probe_entity_set Without probe_domain_api", "Set probe_domain_api = true")
	p.read("credentials_check", set.with(arguments{"probe_domain_api": tftypes.UnknownValue})).succeeds(t)
}

func changed(change func(*erpnettest.TrustedApplication)) func(*erpnettest.Server) {
	return func(s *erpnettest.Server) { s.ChangeApplication(sampleURI, change) }
}

func injected(endpoint erpnettest.Endpoint, faults ...erpnettest.Fault) func(*erpnettest.Server) {
	return func(s *erpnettest.Server) { s.Inject(endpoint, erpnettest.Together(faults...)) }
}

func all(defects ...func(*erpnettest.Server)) func(*erpnettest.Server) {
	return func(s *erpnettest.Server) {
		for _, defect := range defects {
			defect(s)
		}
	}
}

// One plan reports each defect with its own name and remedy, and independent defects together. A probe finds the
// defects of the API, and is never repeated.
func TestCredentialsCheckNamesEachDefect(t *testing.T) {
	const elsewhere = "https://other.my.erp.net"
	scopeRead := changed(func(a *erpnettest.TrustedApplication) { a.Scope = "read" })
	token, discovery, api := erpnettest.Token, erpnettest.Discovery, erpnettest.DomainAPI
	for name, test := range map[string]struct {
		defect func(*erpnettest.Server)
		failed string // names of all checks that fail; a semicolon separates checks with different causes
		want   []string
	}{
		"wrong secret": {
			defect: changed(func(a *erpnettest.TrustedApplication) { a.ApplicationSecretHash = erpnettest.SecretHash("another") }),
			failed: "token",
			want:   []string{"Client Credentials Refused", "ApplicationSecretHash", "begins with"},
		},
		"disabled": {
			defect: changed(func(a *erpnettest.TrustedApplication) { a.IsEnabled = false }),
			failed: "token",
			want:   []string{"IsEnabled is true"},
		},
		"no SystemUserAllowed": {
			defect: changed(func(a *erpnettest.TrustedApplication) { a.SystemUserAllowed = false }),
			failed: "token",
			want: []string{
				"Trusted Application Not Authorized",
				"SystemUserAllowed is true",
				"ImpersonateAsInternalUserAllowed is true",
			},
		},
		"missing scope": {
			defect: scopeRead,
			failed: "scopes",
			want:   []string{"Scope Not Allowed", "attribute Scope", `Granted when no scope is asked for: "read"`},
		},
		"narrower grant": {
			defect: injected(token, erpnettest.GrantedScopes("read")),
			failed: "scopes",
			want:   []string{"Scope Not Granted", `lacks "update"`},
		},
		"foreign issuer": {
			defect: injected(token, erpnettest.WrongIssuer()),
			failed: "issuer",
			want:   []string{"Token of Another Issuer", elsewhere + "/id"},
		},
		"no issuer": {
			defect: injected(token, erpnettest.WithoutClaim("iss")),
			failed: "issuer",
			want:   []string{"Token of Another Issuer"},
		},
		"bad signature": {
			defect: injected(token, erpnettest.BadSignature()),
			failed: "signature",
			want:   []string{"Bad Signature", "Do not use the token"},
		},
		"stranger's key": {
			defect: injected(token, erpnettest.ForeignKey()),
			failed: "signature",
			want:   []string{"Bad Signature"},
		},
		"unknown key ID": {
			defect: injected(token, erpnettest.UnknownKey()),
			failed: "key",
			want:   []string{"Unknown Signing Key"},
		},
		"unsigned": {
			defect: injected(token, erpnettest.Algorithm("none")),
			failed: "algorithm",
			want:   []string{"Wrong Signature Algorithm"},
		},
		"symmetric": {
			defect: injected(token, erpnettest.Algorithm("HS256")),
			failed: "algorithm",
			want:   []string{`signed by "HS256"`},
		},
		"other JWT type": {
			defect: injected(token, erpnettest.TokenType("JWT")),
			failed: "type",
			want:   []string{"Wrong JWT Type"},
		},
		"expired": {
			defect: injected(token, erpnettest.Expired()),
			failed: "expiry",
			want:   []string{"Token Already Expired"},
		},
		"no expiry": {
			defect: injected(token, erpnettest.WithoutClaim("exp")),
			failed: "expiry",
			want:   []string{"that names no expiry"},
		},
		"not yet valid": {
			defect: injected(token, erpnettest.NotYetValid()),
			failed: "not_before",
			want:   []string{"Token Not Yet Valid"},
		},
		"wrong audience": {
			defect: injected(token, erpnettest.WrongAudience()),
			failed: "audience",
			want:   []string{"Token for Another API", `"TableAPI"`},
		},
		"other client_id": {
			defect: injected(token, erpnettest.WrongClient()),
			failed: "client_id",
			want:   []string{"Token of Another Client", `"another.trusted.app/service"`},
		},
		"clocks apart": {
			defect: func(s *erpnettest.Server) { s.SetClock(inTwoHours) },
			failed: "not_before",
			want:   []string{"they are 2h0m"},
		},
		"no discovery": {
			defect: injected(discovery, erpnettest.Status(404)),
			failed: "discovery",
			want:   []string{"No Identity Service Here"},
		},
		"no keys": {
			defect: injected(erpnettest.JWKS, erpnettest.HTML(200)),
			failed: "keys",
			want: []string{"an HTML page " +
				"instead of JSON"},
		},
		"no jwks_uri": {
			defect: injected(discovery, erpnettest.WithoutField("jwks_uri")),
			failed: "keys",
			want:   []string{"No Signing Keys", `"jwks_uri" is missing`},
		},
		"keys elsewhere": {
			defect: injected(discovery, erpnettest.Field("jwks_uri", elsewhere+"/jwks")),
			failed: "keys",
			want:   []string{"is neither below the identity service's path nor on its origin"},
		},
		"foreign name": {
			defect: injected(discovery, erpnettest.Field("issuer", elsewhere)),
			failed: "discovery; issuer",
			want:   []string{"Identity Service of Another Name"},
		},
		"everything reset": {
			defect: injected(erpnettest.Any, erpnettest.Reset()),
			failed: "token, discovery",
			want:   []string{"Connection Lost"},
		},
		"a firewall": {
			defect: injected(erpnettest.Any, erpnettest.HTML(403)),
			failed: "token, discovery",
			want:   []string{"Refused by a Gateway"},
		},
		"foreign name, no keys": {
			defect: all(injected(discovery, erpnettest.Field("issuer", elsewhere)), injected(erpnettest.JWKS, erpnettest.Status(404))),
			failed: "discovery; keys; issuer",
		},
		"issuer, no discovery": {
			defect: all(injected(discovery, erpnettest.Status(404)), injected(token, erpnettest.WrongIssuer())),
			failed: "discovery; issuer",
		},
		"three at once": {
			defect: all(scopeRead, injected(token, erpnettest.WrongAudience(), erpnettest.UnknownKey())),
			failed: "audience; key; scopes",
			want:   []string{"Scope Not Allowed", "Token for Another API", "Unknown Signing Key"},
		},
		"API 401": {
			defect: injected(api, erpnettest.Status(401)),
			failed: "domain_api",
			want:   []string{"Token Rejected by the Domain API"},
		},
		"API 403": {
			defect: injected(api, erpnettest.DomainError(403, 14, "System.Exception", "No.")),
			failed: "domain_api",
			want:   []string{"Access Denied by the Domain API", "SystemUser"},
		},
		"API 404": {
			defect: injected(api, erpnettest.Status(404)),
			failed: "domain_api",
			want:   []string{"No Domain API Here", "domain_api_url"},
		},
		"API 429": {
			defect: injected(api, erpnettest.Status(429)),
			failed: "domain_api",
			want:   []string{"Too Many Calls of the Domain API"},
		},
		"API, no licence": {
			defect: injected(api, erpnettest.LicenceExhausted()),
			failed: "domain_api",
			want:   []string{"No Licence Free", "simultaneously connected users"},
		},
		"API 503 of a gateway": {
			defect: injected(api, erpnettest.HTML(503)),
			failed: "domain_api",
			want:   []string{"Instance Unavailable"},
		},
		"API 500": {
			defect: injected(api, erpnettest.DomainError(500, 0, "InvalidOperationException", "Something broke")),
			failed: "domain_api",
			want:   []string{"Domain API Failed", `"Something broke"`},
		},
		"API is a portal": {
			defect: injected(api, erpnettest.HTML(200)),
			failed: "domain_api",
			want:   []string{"Not a Domain API", "an HTML page instead of JSON"},
		},
		"API breaks off": {
			defect: injected(api, erpnettest.Reset()),
			failed: "domain_api",
			want:   []string{"Connection Lost"},
		},
		"API redirects": {
			defect: injected(api, erpnettest.Redirect(307, elsewhere+"/x")),
			failed: "domain_api",
			want:   []string{"Not a Domain API", elsewhere + "/x"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			instance, env := startInstance(t)
			test.defect(instance)
			probe := strings.HasPrefix(name, "API")
			if probe { // retries would reveal a repeated probe
				env = env.with("ERPNET_MAX_RETRIES", "2")
			}
			r := start(t, env, nil).read("credentials_check", arguments{
				"required_scopes": []string{"read", "update"}, "probe_domain_api": probe,
			})
			r.fails(
				t,
				append(test.want, "ERP.net Credentials Check Failed: These checks of client_id \""+sampleURI+"\"")...)
			r.hides(t, append(instance.IssuedTokens(), erpnettest.SampleSecret, "eyJ")...)
			if got := failedChecks(r.text()); got != test.failed {
				t.Errorf("failed are %q, want %q: %s", got, test.failed, r.text())
			}
			if n := instance.Count(api); n > 1 {
				t.Errorf("the probe was made %d times", n)
			}
		})
	}
}

func inTwoHours() time.Time { return time.Now().Add(2 * time.Hour) }

var failedCheck = regexp.MustCompile(`(?m)^([a-z_]+(?:, [a-z_]+)*): [A-Z]`)

// failedChecks returns the names of the checks that an error lists.
func failedChecks(text string) string {
	var names []string
	for _, match := range failedCheck.FindAllStringSubmatch(text, -1) {
		names = append(names, match[1])
	}
	return strings.Join(names, "; ")
}

// Someone who corrects the record applies again at once, and OpenTofu keeps the plan's process for the apply.
func TestCredentialsCheckAlwaysAsksAgain(t *testing.T) {
	instance, env := startInstance(t)
	right := maps.Clone(env)
	instance.ChangeApplication(
		sampleURI,
		func(a *erpnettest.TrustedApplication) { a.ApplicationSecretHash = erpnettest.SecretHash("another") },
	)
	p := start(t, right, nil)
	p.open("access_token", nil).fails(t, "Client Credentials Refused")
	for range 2 {
		r := p.read("credentials_check", nil)
		r.fails(t, "token: Client Credentials Refused", "IsEnabled is true")
	}
	if n := instance.Count(erpnettest.Token); n != 3 {
		t.Errorf("%d token requests", n)
	}
	instance.AddApplication(erpnettest.SampleApplication())
	p.read("credentials_check", nil).succeeds(t)
	p.open("access_token", nil).succeeds(t)
}

// A reverse proxy that ends TLS may correct only the issuer of an instance. The keys are then named by http://, and the
// provider reads them under the URL that it uses itself.
func TestBehindAReverseProxyThatCorrectsTheIssuer(t *testing.T) {
	instance, env := startInstance(t)
	instance.Inject(erpnettest.Discovery, erpnettest.Document(func(document map[string]any) {
		for name, value := range document {
			if text, ok := value.(string); ok && name != "issuer" {
				document[name] = strings.ReplaceAll(text, instance.URL, "http://erp.internal:8080")
			}
		}
	}))
	expectChecks(t, start(t, env, nil).read("credentials_check", nil).succeeds(t), "domain_api")
}
