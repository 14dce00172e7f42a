// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

// reportsRequest returns the arguments of a registration request, with more arguments.
func reportsRequest(more arguments) arguments {
	return arguments{"name": "Reports", "application_uri": "my.trusted.app/reports"}.with(more)
}

func TestRegistrationRequestOfAService(t *testing.T) {
	instance, env := startInstance(t)
	r := start(t, env, nil).read("registration_request", reportsRequest(arguments{
		"secret_hash": hashOfDEMO,
		"scopes":      []string{"read", "update"},
		"system_user": "svc.reports",
		"instance":    "https://DEMODB.my.erp.net/",
	})).succeeds(t)
	r.has(t, arguments{
		"client_type": nil,
		"record_json": `{"Name":"Reports","ApplicationUri":"my.trusted.app/reports","ClientType":"Confidential","ApplicationSecretHash":"` +
			hashOfDEMO + `","Scope":"read update","SystemUser":{"@erpnet.action":"find","Login":"svc.reports"},"SystemUserAllowed":true,` +
			`"ImpersonateAsInternalUserAllowed":false,"ImpersonateAsCommunityUserAllowed":false,"BasicAuthenticationAllowed":false,"IsEnabled":true}`,
		"install_url": "https://demodb.my.erp.net/manage/apps/install?applicationName=Reports&applicationUri=my.trusted.app%2Freports" +
			"&clientType=Confidential&impersonate=none&referenceTokens=none&scope=read%20update&serviceAccess=clientCredentials",
	})
	for _, want := range []string{
		"# Register the trusted application `my.trusted.app/reports`", "instance `https://demodb.my.erp.net`",
		"| ApplicationSecretHash | `" + hashOfDEMO + "` |", "| SystemUser | `svc.reports` |",
		"Take read alone if it only reads",
	} {
		if !strings.Contains(fmt.Sprint(r.values["ticket"]), want) {
			t.Errorf("the ticket lacks %q", want)
		}
	}
	if n := instance.Count(erpnettest.Any); n != 0 {
		t.Errorf("%d requests were sent", n)
	}
}

// The environment names an instance, which must not change the result.
func TestRegistrationRequestOfAPlaceholderAndOfAllAttributes(t *testing.T) {
	p := start(t, environment{"ERPNET_INSTANCE": "demodb.my.erp.net"}, nil)
	p.read("registration_request", reportsRequest(arguments{"client_type": "None"})).succeeds(t).has(t, arguments{
		"install_url": nil,
		"record_json": `{"Name":"Reports","ApplicationUri":"my.trusted.app/reports","ClientType":"None","SystemUserAllowed":false,` +
			`"ImpersonateAsInternalUserAllowed":false,"ImpersonateAsCommunityUserAllowed":false,"BasicAuthenticationAllowed":false,"IsEnabled":true}`,
	})
	p.read("registration_request", reportsRequest(arguments{
		"client_type":                           "Public",
		"scopes":                                []string{"profile", "openid"},
		"system_user_allowed":                   false,
		"system_user":                           "svc.reports",
		"impersonate_as_internal_user_allowed":  true,
		"impersonate_as_community_user_allowed": true,
		"redirect_uris":                         []string{"https://b.example.com/", "https://a.example.com/"},
		"post_logout_redirect_uris":             []string{"https://c.example.com/"},
		"reference_tokens":                      "AuthenticatedUsers",
		"is_enabled":                            false,
		"notes":                                 "For tests.",
		"instance":                              "demodb.my.erp.net",
	})).succeeds(t).has(t, arguments{
		"install_url": nil,
		"record_json": `{"Name":"Reports","ApplicationUri":"my.trusted.app/reports","ClientType":"Public","Scope":"openid profile",` +
			`"SystemUser":{"@erpnet.action":"find","Login":"svc.reports"},"SystemUserAllowed":false,` +
			`"ImpersonateLoginUrl":"https://b.example.com/,https://a.example.com/","ImpersonateLogoutUrl":"https://c.example.com/",` +
			`"ImpersonateAsInternalUserAllowed":true,"ImpersonateAsCommunityUserAllowed":true,"BasicAuthenticationAllowed":false,` +
			`"ReferenceTokens":"AuthenticatedUsers","Notes":"For tests.","IsEnabled":false}`,
	})
}

// Each fault is an error at its attribute, and no error repeats a value. That includes a secret instead of its hash,
// whose error has no path, because the CLI would print the source line.
func TestImpossibleRegistrationsAreRefused(t *testing.T) {
	r := start(t, nil, nil).read("registration_request", arguments{
		"name":                      " ",
		"application_uri":           "",
		"client_type":               "Confidental",
		"secret_hash":               "hunter2-hunter2-hunter2-hunter2",
		"scopes":                    []string{"sec"},
		"system_user_allowed":       true,
		"post_logout_redirect_uris": []string{"/out"},
		"reference_tokens":          "hunter2",
	})
	var got []string
	for _, d := range r.diagnostics {
		got = append(got, d.Attribute.String()+" "+d.Detail)
	}
	slices.Sort(got)
	for i, want := range []string{
		" secret_hash: The secret hash cannot be used",
		`AttributeName("application_uri") application_uri: The application URI cannot be used`,
		`AttributeName("client_type") client_type: The client type must be Confidential, Public or None, not "Confidental". ` +
			`Did you mean "Confidential"?`,
		`AttributeName("name") name: Give`,
		`AttributeName("post_logout_redirect_uris") post_logout_redirect_uris: The URIs`,
		`AttributeName("reference_tokens") reference_tokens: The policy of reference tokens must be`,
		`AttributeName("scopes") scopes: The scope sec`,
		`AttributeName("system_user") system_user: An application`,
	} {
		if i >= len(got) || !strings.HasPrefix(got[i], want) {
			t.Errorf("error %d is not %q: %s", i, want, r.text())
		}
	}
	r.hides(t, "hunter2")
}

// Known values are checked at once, and unknown values as soon as they are known.
func TestRegistrationRequestWaitsForUnknownValues(t *testing.T) {
	p := start(t, nil, nil)
	unknown := tftypes.UnknownValue
	kind := schemas().DataSourceSchemas["erpnet_registration_request"].ValueType()
	for name, test := range map[string]struct {
		values arguments
		want   string // a part of the one error; empty for none
	}{
		"hash": {reportsRequest(arguments{"secret_hash": unknown, "system_user": "svc.reports"}), ""},
		"hash and a wrong rest": {
			reportsRequest(arguments{"secret_hash": unknown, "scopes": []string{"sec"}}), "The scope sec is reserved",
		},
		"hash and type": {reportsRequest(arguments{"secret_hash": unknown, "client_type": unknown}), ""},
		"no hash, though": {
			reportsRequest(arguments{"system_user": unknown}),
			"A Confidential application cannot authenticate without a secret",
		},
		"a wrong instance": {
			reportsRequest(arguments{"secret_hash": unknown, "instance": "id.erp.net"}), "it is the global authority",
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := p.validateData("erpnet_registration_request", encode(kind, test.values))
			if test.want == "" {
				r.succeeds(t)
			} else {
				r.fails(t, test.want)
			}
		})
	}
}
