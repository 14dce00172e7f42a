// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"strings"
	"sync"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

// The configuration takes precedence over the environment. Empty and unknown values never fall back to the environment.
// An empty variable counts as unset, unless it sets the instance or the client credentials.
func TestSettingsAreResolvedInOnePlace(t *testing.T) {
	const unset = "\x00"
	for name, test := range map[string]struct {
		configured types.String
		env        string
		value      string
		problem    string // of client_secret
		optional   string // of identity_url, where it differs
	}{
		"null, unset":    {configured: types.StringNull(), env: unset, problem: "Missing"},
		"null, set":      {configured: types.StringNull(), env: "from-env", value: "from-env"},
		"null, empty":    {configured: types.StringNull(), env: "", problem: "Empty", optional: "Missing"},
		"set, unset":     {configured: types.StringValue("configured"), env: unset, value: "configured"},
		"set, set":       {configured: types.StringValue("configured"), env: "from-env", value: "configured"},
		"empty, unset":   {configured: types.StringValue(""), env: unset, problem: "Empty"},
		"empty, set":     {configured: types.StringValue(""), env: "from-env", problem: "Empty"},
		"unknown, unset": {configured: types.StringUnknown(), env: unset, problem: "Unknown"},
		"unknown, set":   {configured: types.StringUnknown(), env: "from-env", problem: "Unknown"},
	} {
		t.Run(name, func(t *testing.T) {
			lookup := func(name string) (string, bool) {
				if test.env == unset || name != "ERPNET_CLIENT_SECRET" && name != "ERPNET_IDENTITY_URL" {
					return "", false
				}
				return test.env, true
			}
			s := resolveSettings(providerModel{ClientSecret: test.configured, IdentityURL: test.configured}, lookup)
			for _, one := range []setting{s.clientSecret, s.identityURL} {
				want := test.problem
				if one.name == "identity_url" && test.optional != "" {
					want = test.optional
				}
				value, problem := one.required(func(string) error { return nil })
				switch {
				case value != test.value || (problem == nil) != (want == ""):
					t.Errorf("%s is %q, %v", one.name, value, problem)
				case problem == nil:
				case problem.summary != want+" "+one.name,
					!strings.Contains(problem.detail, one.name) && !strings.Contains(problem.detail, one.env):
					t.Errorf("%s: %s", problem.summary, problem.detail)
				case strings.Contains(problem.detail, "from-env"):
					t.Error("the problem holds a value")
				}
			}
		})
	}
}

func TestTimeoutsAndRetries(t *testing.T) {
	timeouts := map[string]bool{
		"30s": true, "1m30s": true, "3m": true, "1ms": true, "30": true,
		"0": false, "0s": false, "-1s": false, "4m": false, "181": false, "soon": false, "1e3": false,
	}
	for value, usable := range timeouts {
		if _, err := parseTimeout(value); (err == nil) != usable {
			t.Errorf("timeout %q: %v", value, err)
		}
	}
	for value, usable := range map[string]bool{
		"0":   true,
		"10":  true,
		"11":  false,
		"-1":  false,
		"x":   false,
		"1.5": false,
	} {
		if _, err := parseRetries(value); (err == nil) != usable {
			t.Errorf("retries %q: %v", value, err)
		}
	}
}

// The object that needs a value reports each fault of it in the provider's configuration as one error, and sends no
// request.
func TestConfigurationFaultsAreReportedByTheObject(t *testing.T) {
	const secret = "hunter2-hunter2-hunter2"
	unknown := tftypes.UnknownValue
	clientless := []string{"ERPNET_CLIENT_ID", "ERPNET_CLIENT_SECRET"}
	for name, test := range map[string]struct {
		provider arguments
		set      environment
		unset    []string
		want     []string
		hides    []string
	}{
		"nothing set": {
			unset: append(clientless, "ERPNET_INSTANCE"),
			want: []string{
				"Incomplete ERP.net Configuration",
				"ERPNET_INSTANCE",
				"ERPNET_CLIENT_ID",
				"ERPNET_CLIENT_SECRET",
			},
		},
		"secret missing": {unset: clientless[1:], want: []string{"Missing client_secret"}},
		"secret empty": {
			set:  environment{"ERPNET_CLIENT_SECRET": ""},
			want: []string{"Empty client_secret: The environment variable ERPNET_CLIENT_SECRET is set, but empty"},
		},
		"secret empty in HCL": {
			provider: arguments{"client_secret": ""},
			want:     []string{"Empty client_secret: The provider's client_secret is set, but empty"},
		},
		"secret with a line break": {
			set:  environment{"ERPNET_CLIENT_SECRET": secret + "\n"},
			want: []string{"Invalid client_secret", "it ends with a line break", "; remove it."},
		},
		"secret with a line break in HCL": {
			provider: arguments{"client_secret": secret + "\n"},
			want:     []string{"Invalid client_secret", "it ends with a line break", "with trimspace()."},
		},
		"client_id with a space": {
			provider: arguments{"client_id": " my.app"},
			want:     []string{"Invalid client_id", "begins or ends with a space"},
		},
		"instance with a path": {
			provider: arguments{"instance": "demodb.my.erp.net/id"},
			want:     []string{"Invalid instance", "it has a path"},
		},
		"global authority": {
			provider: arguments{"instance": "https://id.erp.net"},
			want:     []string{"Invalid instance", "global authority"},
		},
		"http elsewhere": {
			provider: arguments{"instance": "http://demodb.my.erp.net"},
			want:     []string{"Invalid instance", "https only"},
		},
		"identity_url without //": {
			provider: arguments{"identity_url": "login.example.com"}, want: []string{"Invalid identity_url"},
		},
		"issuer no URL": {provider: arguments{"issuer": "erp.example.com"}, want: []string{"Invalid issuer"}},
		"timeout in words": {
			provider: arguments{"request_timeout": "soon"},
			want:     []string{"Invalid request_timeout", "500ms, 30s and 1m30s"},
		},
		"too many retries": {
			provider: arguments{"max_retries": 11}, want: []string{"Invalid max_retries", "from 0 to 10"},
		},
		"CA file not there": {
			provider: arguments{"ca_certificate_file": "nowhere.pem"},
			want:     []string{"Invalid ca_certificate_file", `the file "nowhere.pem" cannot be read`},
		},
		"CA file's text as its path": {
			provider: arguments{"ca_certificate_file": "-----BEGIN " + secret},
			want: []string{
				"Invalid ca_certificate_file", "PEM text instead of the path of a file",
				"ca_certificate_pem (ERPNET_CA_CERTIFICATE_PEM)",
			},
		},
		"CA file with a line break": {
			set:  environment{"ERPNET_CA_CERTIFICATE_FILE": "/" + secret + ".pem\r"},
			want: []string{"Invalid ca_certificate_file", "ends with a line break"},
		},
		"CA PEM is no PEM": {
			provider: arguments{"ca_certificate_pem": "x"},
			want:     []string{"Invalid ca_certificate_pem", "no certificate in PEM form"},
		},
		"both CA attributes": {
			provider: arguments{"ca_certificate_pem": "x", "ca_certificate_file": "y"},
			want:     []string{"Conflicting CA Certificates", "Remove one of them"},
		},
		"both CA variables": {
			set:  environment{"ERPNET_CA_CERTIFICATE_PEM": "x", "ERPNET_CA_CERTIFICATE_FILE": "y"},
			want: []string{"ERPNET_CA_CERTIFICATE_PEM and ERPNET_CA_CERTIFICATE_FILE are both set"},
		},
		"unknown secret": {
			provider: arguments{"client_secret": unknown},
			want: []string{"Unknown client_secret", "with -target", "its own instance, client_id and " +
				"client_secret"},
		},
		"unknown timeout": {
			provider: arguments{"request_timeout": unknown},
			want:     []string{"Unknown request_timeout", "with -target", "set ERPNET_REQUEST_TIMEOUT"},
			hides:    []string{"its own instance", "another identity"}, // neither helps here
		},
		"two unknown values": {
			provider: arguments{"instance": unknown, "client_id": unknown, "request_timeout": unknown},
			want: []string{
				"Incomplete ERP.net Configuration",
				"Unknown instance",
				"Unknown client_id",
				"Unknown request_timeout",
			},
		},
		"unknown and unset": {
			provider: arguments{"client_id": unknown}, unset: clientless[:1], want: []string{"Unknown client_id"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			instance, env := startInstance(t)
			for variable, value := range test.set {
				env = env.with(variable, value)
			}
			p := start(t, env.without(test.unset...), test.provider)
			var all sync.WaitGroup // several faults are reported to each of many objects
			for range 5 {
				all.Go(func() {
					r := p.open("access_token", nil)
					r.fails(t, test.want...)
					r.hides(t, append(test.hides, "hunter2", erpnettest.SampleSecret)...)
				})
			}
			all.Wait()
			if n := instance.Count(erpnettest.Any); n != 0 {
				t.Errorf("%d requests were sent", n)
			}
		})
	}
}

// withReferenceToken starts an instance with a reference token of the sample application.
func withReferenceToken(t *testing.T) (instance *erpnettest.Server, env environment, token string) {
	t.Helper()
	instance, env = startInstance(t)
	instance.ChangeApplication(
		sampleURI,
		func(a *erpnettest.TrustedApplication) { a.ReferenceTokens = "AdministratorsOnly" },
	)
	return instance, env, must(instance.AddReferenceToken(erpnettest.ReferenceToken{Application: sampleURI}))
}

func TestReferenceTokenRules(t *testing.T) {
	instance, env, token := withReferenceToken(t)
	const other = "enrt_0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	clientless := env.without("ERPNET_CLIENT_ID", "ERPNET_CLIENT_SECRET")
	customers := func(p *process) result { return p.read("domain_query", arguments{"entity_set": "Crm_Sales_Customers"}) }
	check := func(more arguments) func(*process) result {
		return func(p *process) result { return p.read("credentials_check", more) }
	}
	for name, test := range map[string]struct {
		provider arguments
		env      environment
		use      func(*process) result
		want     []string // of the one error; none for success
	}{
		"both in the environment": {
			env: env.with("ERPNET_REFERENCE_TOKEN", token),
			use: customers,
			want: []string{
				"Conflicting Credentials",
				"in the environment",
				"ERPNET_REFERENCE_TOKEN",
				"ERPNET_CLIENT_SECRET",
			},
		},
		"both in the configuration": {
			provider: arguments{"client_id": "x", "client_secret": "y", "reference_token": other}, env: clientless,
			use:  customers,
			want: []string{"Conflicting Credentials", "in the provider's configuration"},
		},
		"one of them and an id": {
			env: env.without("ERPNET_CLIENT_SECRET").with("ERPNET_REFERENCE_TOKEN", token), use: customers,
			want: []string{"Conflicting Credentials"},
		},
		"credentials configured": {
			provider: arguments{"client_id": sampleURI, "client_secret": erpnettest.SampleSecret},
			env:      clientless.with("ERPNET_REFERENCE_TOKEN", "nonsense"), use: customers,
		},
		"token configured": {
			provider: arguments{"reference_token": token}, env: env.with("ERPNET_CLIENT_SECRET", "nonsense"),
			use: customers,
		},
		"empty beside credentials": {env: env.with("ERPNET_REFERENCE_TOKEN", ""), use: customers},
		"token objects refuse it": {
			provider: arguments{"reference_token": token},
			env:      env,
			use:      func(p *process) result { return p.open("access_token", nil) },
			want:     []string{"Reference Token Not Usable Here", "which only the Domain API takes"},
		},
		"check without probe": {
			provider: arguments{"reference_token": token}, env: env, use: check(nil),
			want: []string{"Missing probe_domain_api", "opaque", "set probe_domain_api = true"},
		},
		"revoked": {
			provider: arguments{"reference_token": other},
			env:      env,
			use:      customers,
			want:     []string{"Token Rejected by the Domain API"},
		},
		"revoked, checked": {
			provider: arguments{"reference_token": other}, env: env, use: check(arguments{"probe_domain_api": true}),
			want: []string{"These checks of the reference token", "domain_api: Token Rejected"},
		},
		"not one": {
			provider: arguments{"reference_token": "hunter2"}, env: env, use: customers,
			want: []string{"Invalid reference_token", "enrt_"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			before := instance.Count(erpnettest.Token)
			r := test.use(start(t, test.env, test.provider))
			if test.want == nil {
				r.succeeds(t)
			} else {
				r.fails(t, test.want...)
			}
			r.hides(t, token, other, "hunter2", erpnettest.SampleSecret)
			if name == "token configured" && instance.Count(erpnettest.Token) != before {
				t.Error("the environment's client was asked for a token")
			}
		})
	}
}
