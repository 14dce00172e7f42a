// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package trustedapp

import (
	"slices"
	"strings"
	"testing"
	"testing/quick"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
)

func TestViolations(t *testing.T) {
	long := strings.Repeat("x", 255)
	uris := func(length int) string { // two URIs with the given total length
		return `["https://a.x/` + strings.Repeat("x", 200) + `","https://b.x/` + strings.Repeat("x", length-225) + `"]`
	}
	for name, test := range map[string]struct {
		change    string // change to a service that works
		attribute string // empty for no violation
		message   string // of the only violation
	}{
		"service":                        {},
		"placeholder without hash":       {change: `{"ClientType":"None","ApplicationSecretHash":""}`},
		"server without ReferenceTokens": {change: `{"ReferenceTokens":""}`},
		"no scope":                       {change: `{"Scope":null}`},
		"user without grant":             {change: `{"SystemUserAllowed":false}`},
		"native application":             {change: interactive(`["com.example.app:/in","http://127.0.0.1:7000/"]`)},
		"longest URIs":                   {change: interactive(uris(500))},

		"no name":            {change: `{"Name":" \t"}`, attribute: "Name", message: "Give"},
		"no application URI": {change: `{"ApplicationURI":""}`, attribute: "ApplicationUri", message: "empty"},
		"long application URI": {
			change: `{"ApplicationURI":"` + long + `"}`, attribute: "ApplicationUri", message: "254",
		},
		"client type in small": {
			change: `{"ClientType":"public"}`, attribute: "ClientType", message: "Public or None",
		},
		"no client type": {
			change: `{"ClientType":""}`, attribute: "ClientType", message: "Public or None",
		},
		"unknown reference tokens": {
			change: `{"ReferenceTokens":"All"}`, attribute: "ReferenceTokens", message: "AdministratorsOnly",
		},
		"Public with a secret": {
			change: `{"ClientType":"Public"}`, attribute: "ApplicationSecretHash", message: "remove the hash",
		},
		"secret in place of its hash": {
			change: `{"ApplicationSecretHash":"hunter2"}`, attribute: "ApplicationSecretHash",
			message: "Was the secret itself given",
		},
		"grant without user": {
			change: `{"SystemUser":""}`, attribute: "SystemUser", message: "client credentials",
		},
		"user of spaces": {
			change: `{"SystemUser":"  "}`, attribute: "SystemUser", message: "client credentials",
		},
		"internal users without URI": {
			change:    `{"ImpersonateAsInternalUserAllowed":true,"SystemUserAllowed":false,"SystemUser":""}`,
			attribute: "ImpersonateLoginUrl", message: "redirect URI",
		},
		"external users without URI": {
			change:    `{"ImpersonateAsCommunityUserAllowed":true,"SystemUserAllowed":false,"SystemUser":""}`,
			attribute: "ImpersonateLoginUrl", message: "redirect URI",
		},
		"a service that internal users are allowed for": {change: `{"ImpersonateAsInternalUserAllowed":true}`},
		"reserved scope": {change: `{"Scope":["read","SEC"]}`, attribute: "Scope", message: "reserved"},
		"obsolete scope": {change: `{"Scope":["DomainApi"]}`},
		"two scopes in one": {
			change: `{"Scope":["read update"]}`, attribute: "Scope", message: "as its own element",
		},
		"the same bad scope thrice": {change: `{"Scope":["","",""]}`, attribute: "Scope", message: "empty"},
		"relative redirect URI": {
			change: interactive(`["/signed-in"]`), attribute: "ImpersonateLoginUrl", message: "absolute",
		},
		"redirect URIs in one": {
			change: interactive(`["https://a.x,https://b.x"]`), attribute: "ImpersonateLoginUrl", message: "comma",
		},
		"redirect URI of a script": {
			change: interactive(`["javascript:x"]`), attribute: "ImpersonateLoginUrl", message: "scheme",
		},
		"long redirect URIs": {
			change: interactive(uris(501)), attribute: "ImpersonateLoginUrl", message: "500",
		},
		"logout URI with a fragment": {
			change: `{"ImpersonateLogoutURL":["https://a.x/#"]}`, attribute: "ImpersonateLogoutUrl",
			message: "fragment",
		},
		"logout URI with a space": {
			change: `{"ImpersonateLogoutURL":["https://a.x/ "]}`, attribute: "ImpersonateLogoutUrl", message: "space",
		},
	} {
		t.Run(name, func(t *testing.T) {
			found := with(t, reports(), test.change).Violations()
			if len(found) != min(1, len(test.attribute)) {
				t.Fatalf("violations %q", found)
			}
			for _, violation := range found {
				equal(t, "the attribute", violation.Attribute, test.attribute)
				equal(t, "that it is told: "+violation.Message, strings.Contains(violation.Message, test.message), true)
			}
		})
	}
}

// interactive returns the change that lets internal users sign in to an application.
func interactive(uris string) string {
	return `{"ImpersonateAsInternalUserAllowed":true,"ImpersonateLoginURL":` + uris + `}`
}

// attributes returns the attributes of violations, in order.
func attributes(found []Violation) string {
	var names []string
	for _, violation := range found {
		names = append(names, violation.Attribute)
	}
	return strings.Join(names, " ")
}

func TestAllViolationsAreFoundAtOnce(t *testing.T) {
	record := with(t, Record{}, `{"ClientType":"Public","ApplicationSecretHash":"hunter2","Scope":["DomainApi","sec"],
		"SystemUserAllowed":true,"ImpersonateLoginURL":["x"],"ImpersonateLogoutURL":["x"]}`)
	const want = "Name ApplicationUri ApplicationSecretHash ApplicationSecretHash SystemUser Scope " +
		"ImpersonateLoginUrl ImpersonateLogoutUrl"
	equal(t, "violations", attributes(record.Violations()), want)
}

func TestOnlyAConfidentialApplicationMissesItsSecret(t *testing.T) {
	equal(t, "Confidential", attributes(Record{ClientType: Confidential}.MissingSecret()), "ApplicationSecretHash")
	equal(t, "Public", attributes(Record{ClientType: Public}.MissingSecret()), "")
	equal(t, "None", attributes(Record{ClientType: NoClient}.MissingSecret()), "")
	equal(t, "with a hash", attributes(reports().MissingSecret()), "")
}

func TestAdvice(t *testing.T) {
	for change, want := range map[string]string{
		`{"SystemUser":"svc.admin","Scope":["read"]}`:     "",
		`{"SystemUser":" admin"}`:                         "SystemUser",
		`{"SystemUser":"Administrator","Scope":["read"]}`: "SystemUser",
		`{"SystemUser":"svc","Scope":["read","update"]}`:  "Scope",
		`{"SystemUser":"ADMIN","Scope":["update"]}`:       "SystemUser Scope",
		`{"SystemUser":"SYSTEM_APPLICATION_USER"}`:        "SystemUser",
		`{"SystemUser":"svc","Scope":["DomainApi"]}`:      "Scope",
		`{"SystemUser":"svc","Scope":["exec","read"]}`:    "Scope",
	} {
		equal(t, change, attributes(with(t, Record{}, change).Advice()), want)
	}
}

// The hash of any secret makes a valid record. The secret itself, given instead of its hash, does not.
func TestTheHashOfAnySecretIsAHashAndNoSecretIs(t *testing.T) {
	equal(t, "a secret that shows otherwise", quick.Check(func(secret string) bool {
		hashed, plain := reports(), reports()
		hashed.ApplicationSecretHash = erpnet.SecretHash(secret)
		plain.ApplicationSecretHash = "-" + secret // never base64
		return len(hashed.Violations()) == 0 && len(plain.Violations()) == 1
	}, nil), nil)
}

// wantNothingRepeated fails the test if a message repeats any part of a value.
func wantNothingRepeated(t *testing.T, r Record) {
	t.Helper()
	const canary = "hunter2-hunter2"
	for _, text := range []*string{
		&r.Name, &r.ApplicationURI, (*string)(&r.ClientType), &r.ApplicationSecretHash, &r.SystemUser,
		&r.ReferenceTokens, &r.Notes,
	} {
		*text += canary
	}
	r.ApplicationURI += " "
	for _, list := range []*[]string{&r.Scope, &r.ImpersonateLoginURL, &r.ImpersonateLogoutURL} {
		*list = append(slices.Clone(*list), canary, canary+" "+canary)
	}
	found := slices.Concat(r.Violations(), r.MissingSecret(), r.Advice())
	equal(t, "that a secret in the place of the hash is told", len(found) > 0, true)
	for _, v := range found {
		if strings.Contains(v.Message, "hunter2") || v.Attribute == "" ||
			!strings.ContainsAny(v.Message[len(v.Message)-1:], ".?") {
			t.Errorf("violation %q", v)
		}
	}
}
