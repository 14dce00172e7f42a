// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

const (
	reportsURI    = "com.example/reports"
	reportsSecret = "a-secret-of-more-than-24-characters"
)

// service returns the configuration of a service with a secret, with more arguments.
func service(more arguments) arguments {
	return arguments{
		"name": "Reports", "application_uri": reportsURI, "system_user": "svc.integration", "scopes": []string{"read"},
		"client_secret_wo": reportsSecret, "client_secret_wo_version": "1", "deletion_protection": false,
	}.with(more)
}

// hashed returns the same configuration with a hash instead of the secret.
func hashed(more arguments) arguments {
	hash := arguments{"client_secret_wo": nil, "client_secret_wo_version": nil, "secret_hash": hashOfDEMO}
	return service(hash).with(more)
}

// recordOf returns the record with an ApplicationUri, or the zero value if there is none.
func recordOf(instance *erpnettest.Server, uri string) erpnettest.TrustedApplication {
	for _, application := range instance.Applications() {
		if application.ApplicationUri == uri {
			return application
		}
	}
	return erpnettest.TrustedApplication{}
}

// startService starts an instance, applies a service, and returns the resource that manages it.
func startService(t *testing.T, more arguments) (*erpnettest.Server, *managed) {
	t.Helper()
	instance, env := startInstance(t)
	m := start(t, env, nil).resource("trusted_application")
	m.apply(service(more)).succeeds(t)
	return instance, m
}

// settles expects a refresh and a plan of the same configuration to change nothing and report nothing.
func (m *managed) settles(t *testing.T, config arguments) {
	t.Helper()
	m.refresh().succeeds(t)
	p := m.plan(config)
	if p.succeeds(t); p.changes {
		t.Errorf("from %v to %v", m.values, p.values)
	}
}

func TestTrustedApplicationResource(t *testing.T) {
	instance, env := startInstance(t)
	m := start(t, env, nil).resource("trusted_application")
	planned := m.plan(service(nil))
	planned.succeeds(t).has(t, arguments{"client_id": tftypes.UnknownValue, "secret_hash": tftypes.UnknownValue})
	made := m.carryOut(planned).succeeds(t)
	record := recordOf(instance, reportsURI)
	made.has(t, arguments{
		"id":                  record.Id,
		"client_id":           reportsURI,
		"secret_hash":         erpnettest.SecretHash(reportsSecret),
		"client_secret_wo":    nil,
		"system_user_allowed": true,
		"is_enabled":          true,
		"client_type":         "Confidential",
	})
	m.settles(t, service(nil))
	changed := service(arguments{
		"name":          "Nightly reports",
		"scopes":        nil,
		"notes":         "Nightly",
		"redirect_uris": []string{"https://b.example/2", "https://a.example/1"},
	})
	m.apply(changed).
		succeeds(t).
		has(t, arguments{"scopes": nil, "redirect_uris": []any{"https://b.example/2", "https://a.example/1"}})
	m.settles(t, changed)
	const another = "another-of-more-than-24-characters"
	m.apply(service(arguments{"client_secret_wo": another, "client_secret_wo_version": "store-4f2c9a01"})).succeeds(t)
	now := recordOf(instance, reportsURI)
	if now.ApplicationSecretHash != erpnettest.SecretHash(another) || now.Scope != "read" {
		t.Error("the secret of the new version was not written")
	}
	m.destroy().succeeds(t)
	if recordOf(instance, reportsURI).Id != "" || len(instance.Users()) != 1 ||
		instance.Users()[0].Login != "svc.integration" {
		t.Error("destroy left the record, or the users have changed")
	}
}

// addByHand adds a record as if someone had created it by hand.
func addByHand(
	instance *erpnettest.Server,
	uri string,
	change func(*erpnettest.TrustedApplication),
) erpnettest.TrustedApplication {
	made := erpnettest.NewApplication(uri)
	made.Name, made.SystemUser, made.SystemUserAllowed, made.Scope = "Reports", "svc.integration", true, "update read"
	made.ApplicationSecretHash = erpnettest.SecretHash("x")
	if change != nil {
		change(&made)
	}
	instance.AddApplication(made)
	return recordOf(instance, uri)
}

// A record made by hand can be imported under each of its names. A configuration that repeats the record, without a
// secret, then changes nothing.
func TestImportPlansNoChange(t *testing.T) {
	const guid = "0f8fad5b-d9cb-469f-a165-70867728950e"
	for name, test := range map[string]struct {
		uri      string
		imported func(m *managed, instance, id string) result
	}{
		"ApplicationUri":         {reportsURI, func(m *managed, _, _ string) result { return m.importID(reportsURI) }},
		"GUID":                   {reportsURI, func(m *managed, _, id string) result { return m.importID(id) }},
		"ApplicationUri, a GUID": {guid, func(m *managed, _, _ string) result { return m.importID(guid) }},
		"identity": {
			reportsURI, func(m *managed, instance, id string) result { return m.importIdentity(instance, id) },
		},
		"identity, id alone": {
			reportsURI, func(m *managed, _, id string) result { return m.importIdentity("", id) },
		},
	} {
		t.Run(name, func(t *testing.T) {
			instance, env := startInstance(t)
			made := addByHand(instance, test.uri, func(a *erpnettest.TrustedApplication) {
				a.Notes, a.ImpersonateLoginUrl = "By hand", "https://a.example/1, https://b.example/2"
			})
			config := arguments{
				"name":            "Reports",
				"application_uri": test.uri,
				"system_user":     "svc.integration",
				"scopes":          []string{"read", "update"},
				"notes":           "By hand",
				"redirect_uris":   []string{"https://a.example/1", "https://b.example/2"},
			}
			host := strings.TrimPrefix(instance.URL, "http://")
			m := start(t, env, nil).resource("trusted_application")
			test.imported(m, host, made.Id).
				succeeds(t).
				has(t, arguments{"application_uri": test.uri, "deletion_protection": true})
			if identity := m.identityValues(); identity["id"] != made.Id || identity["instance"] != host {
				t.Errorf("the identity is %v", identity)
			}
			m.settles(t, config)
			m.destroy().fails(t, "Deletion Protected")
			if now := recordOf(instance, test.uri); now != made {
				t.Error("the record was written")
			}
		})
	}
}

// A record on the server is imported as it is, even if it breaks rules. A rule applies once someone changes an
// attribute that the rule is about.
func TestOldRecordsComeIn(t *testing.T) {
	instance, env := startInstance(t)
	instance.AddUser(erpnettest.User{Login: "admin", Active: true, IsAdmin: true})
	addByHand(instance, reportsURI, func(a *erpnettest.TrustedApplication) {
		a.Scope, a.SystemUser, a.ImpersonateAsInternalUserAllowed = "read update DomainApi", "admin", true
	})
	addByHand(instance, "impossible", func(a *erpnettest.TrustedApplication) {
		a.Scope, a.SystemUser, a.ImpersonateAsCommunityUserAllowed = "sec", "", true
	})
	p := start(t, env, nil)
	m := p.resource("trusted_application")
	m.importID(reportsURI).succeeds(t)
	asItIs := arguments{
		"name":                                 "Reports",
		"application_uri":                      reportsURI,
		"scopes":                               []string{"DomainApi", "read", "update"},
		"system_user":                          "admin",
		"impersonate_as_internal_user_allowed": true,
	}
	m.settles(t, asItIs)
	m.apply(asItIs.with(arguments{"notes": "Old"})).succeeds(t)
	m.plan(asItIs.with(arguments{"scopes": []string{"read", "sec"}})).
		fails(t, "Impossible Trusted Application", "The scope sec is reserved")
	p.resource("trusted_application").importID("impossible").succeeds(t)
}

func TestImportRefuses(t *testing.T) {
	instance, env := startInstance(t)
	p := start(t, env, nil)
	p.resource("trusted_application").
		importIdentity("other.my.erp.net", instance.Applications()[0].Id).
		fails(t, "Another Instance", `"other.my.erp.net"`)
	for _, id := range []string{"nowhere", "0f8fad5b-d9cb-469f-a165-70867728950e"} {
		p.resource("trusted_application").importID(id).fails(t, "No Such Trusted Application")
	}
}

// An instance can be renamed and keep its records. The next refresh records the new name.
func TestIdentityFollowsARenamedInstance(t *testing.T) {
	instance, m := startService(t, nil)
	renamed := strings.Replace(instance.URL, "127.0.0.1", "localhost", 1)
	env := environmentOf(instance).with("ERPNET_INSTANCE", renamed)
	m.process = start(t, env, arguments{"issuer": instance.IdentityURL()})
	m.settles(t, service(nil))
	m.apply(service(arguments{"notes": "Renamed"})).succeeds(t)
	if identity := m.identityValues(); identity["instance"] != strings.TrimPrefix(renamed, "http://") {
		t.Errorf("the identity is %v", identity)
	}
}

func TestDriftIsShownAndRepaired(t *testing.T) {
	instance, m := startService(t, nil)
	before := m.values
	instance.ChangeApplication(reportsURI, func(a *erpnettest.TrustedApplication) {
		a.Name, a.Notes, a.Scope = "Hacked", "x", "read update"
		a.IsEnabled, a.SystemUserAllowed, a.BasicAuthenticationAllowed = false, false, true
		a.ReferenceTokens, a.ImpersonateLoginUrl = "AuthenticatedUsers", "https://evil.example"
	})
	m.refresh().succeeds(t)
	for _, name := range []string{
		"name", "is_enabled", "scopes", "system_user_allowed", "reference_tokens", "basic_authentication_allowed",
		"redirect_uris", "notes",
	} {
		if text, ok := m.values[name].(string); ok && text == before[name] || m.values[name] == nil {
			t.Errorf("drift of %s is not shown", name)
		}
	}
	m.apply(service(nil)).succeeds(t)
	m.settles(t, service(nil))
	if now := recordOf(instance, reportsURI); now.Name != "Reports" || now.BasicAuthenticationAllowed ||
		now.Notes != "" {
		t.Errorf("drift is not repaired: %s", now.Name)
	}
}

// A secret that was rotated elsewhere is a warning. Other changes don't remove the warning, but a new version does.
func TestASecretThatWasRotatedElsewhereIsAWarning(t *testing.T) {
	instance, m := startService(t, nil)
	instance.ChangeApplication(reportsURI, func(a *erpnettest.TrustedApplication) {
		a.ApplicationSecretHash, a.SystemUser = erpnettest.SecretHash("rotated elsewhere"), "SVC.Integration"
	})
	for _, config := range []arguments{service(nil), service(arguments{"notes": "x"})} {
		if r := m.refresh(); len(r.warnings()) != 1 || !strings.HasPrefix(r.text(), "Secret Changed Elsewhere") {
			t.Error(r.text())
		}
		m.apply(config).succeeds(t)
	}
	m.apply(service(arguments{"client_secret_wo_version": "2"})).succeeds(t)
	m.settles(t, service(arguments{"client_secret_wo_version": "2"}))
	if recordOf(instance, reportsURI).ApplicationSecretHash != erpnettest.SecretHash(reportsSecret) {
		t.Error("the secret was not written again")
	}
}

// If the instance hides hashes, the state keeps the hash that was written. A new version is always written, because
// nobody can tell whether the secret is a different one.
func TestNewVersionIsWrittenWhereHashesAreHidden(t *testing.T) {
	for name, form := range map[string]erpnettest.SecretHashes{
		"null":     erpnettest.SecretHashesNull,
		"left out": erpnettest.SecretHashesOmitted,
	} {
		t.Run(name, func(t *testing.T) {
			instance, env := startInstance(t)
			instance.Configure(func(s *erpnettest.Settings) { s.SecretHashes = form })
			m := start(t, env, nil).resource("trusted_application")
			m.apply(service(nil)).succeeds(t)
			m.settles(t, service(nil))
			instance.ChangeApplication(
				reportsURI,
				func(a *erpnettest.TrustedApplication) { a.ApplicationSecretHash = hashOfDEMO },
			)
			m.refresh().succeeds(t)
			m.apply(service(arguments{"client_secret_wo_version": "2"})).succeeds(t)
			if recordOf(instance, reportsURI).ApplicationSecretHash != erpnettest.SecretHash(reportsSecret) {
				t.Error("the hash was not sent")
			}
		})
	}
}

// A store that records a new version although its write failed returns the old secret again.
func TestNewVersionOfTheSecretThatTheRecordHasIsAWarning(t *testing.T) {
	_, m := startService(t, nil)
	r := m.apply(service(arguments{"client_secret_wo_version": "2"}))
	if len(r.diagnostics) != 1 ||
		!strings.HasPrefix(r.text(), "Secret Not Rotated: client_secret_wo_version has changed") {
		t.Error(r.text())
	}
	m.settles(t, service(arguments{"client_secret_wo_version": "2"}))
}

// First a configured hash, then a secret instead of it, then neither.
func TestSecretChangesItsSource(t *testing.T) {
	instance, env := startInstance(t)
	m := start(t, env, nil).resource("trusted_application")
	m.apply(hashed(nil)).succeeds(t)
	written := service(arguments{"client_secret_wo_version": nil})
	m.apply(written).succeeds(t)
	m.settles(t, written)
	if recordOf(instance, reportsURI).ApplicationSecretHash != erpnettest.SecretHash(reportsSecret) {
		t.Error("the secret was not written in place of the hash")
	}
	public := arguments{
		"name":                "Reports",
		"application_uri":     reportsURI,
		"client_type":         "Public",
		"deletion_protection": false,
	}
	m.apply(public).succeeds(t)
	m.settles(t, public)
	if now := recordOf(instance, reportsURI); now.ApplicationSecretHash != "" || now.ClientType != "Public" {
		t.Error("a Public application kept its hash")
	}
}

// Two secrets that are both unknown, or that may both turn out to be null, are no error until their values are known.
func TestUnknownSecretsAreJudgedOnceTheyAreKnown(t *testing.T) {
	_, env := startInstance(t)
	unknown := tftypes.UnknownValue
	both := service(
		arguments{
			"secret_hash":              unknown,
			"client_secret_wo":         unknown,
			"client_secret_wo_version": unknown,
			"client_type":              unknown,
		},
	)
	m := start(t, env, nil).resource("trusted_application")
	m.plan(both).succeeds(t)
	m.plan(both.with(arguments{"client_secret_wo": nil, "scopes": unknown, "system_user": unknown})).succeeds(t)
	m.plan(both.with(arguments{"secret_hash": hashOfDEMO, "client_secret_wo": reportsSecret, "client_type": nil})).
		fails(t, "Two Secrets")
	none := arguments{"secret_hash": nil, "client_secret_wo": nil, "client_secret_wo_version": nil, "client_type": nil}
	m.plan(both.with(none)).fails(t, "A Confidential application cannot authenticate without a secret")
	m.apply(hashed(nil)).succeeds(t)
}

// A replacement deletes the record without a plan that reports it.
func TestDeletionProtectionStopsReplacement(t *testing.T) {
	instance, m := startService(t, arguments{"deletion_protection": true})
	nothing := plan{config: encodeAs(m.kind(), nil), planned: m.plan(service(nil)).planned}
	nothing.planned.PlannedState = nothing.config
	m.carryOut(nothing).fails(t, "Deletion Protected")
	if recordOf(instance, reportsURI).Id == "" {
		t.Error("the record was deleted")
	}
}

// If a record was changed both here and elsewhere, the version that was read reveals the conflict.
func TestConcurrentChangeIsAConflict(t *testing.T) {
	instance, m := startService(t, nil)
	mine := m.plan(service(arguments{"notes": "mine"}))
	instance.ChangeApplication(reportsURI, func(a *erpnettest.TrustedApplication) { a.Notes = "theirs" })
	m.carryOut(mine).fails(t, "Record Changed Elsewhere")
	if recordOf(instance, reportsURI).Notes != "theirs" {
		t.Error("somebody else's change was overwritten")
	}
}

// A record that the caller may no longer see stays in the state: otherwise, the next apply would create a second one.
func TestAnInvisibleRecordIsNotForgotten(t *testing.T) {
	emptyList := erpnettest.Field("value", []any{})
	emptyList.When = func(r erpnettest.Request) bool { return !strings.Contains(r.Path, "(") }
	forbidden := erpnettest.DomainError(403, 14, "System.Exception", "No.")
	forbidden.When = func(r erpnettest.Request) bool { return strings.Contains(r.Path, "(") }
	for name, test := range map[string]struct {
		protected bool
		byKey     bool // the instance returns it by its key
		gone      bool
		want      string // title of the error; empty if the record leaves the state
	}{
		"refused by its key":          {want: "Access Denied by the Domain API"},
		"shown by its key":            {byKey: true, want: "found"},
		"gone":                        {gone: true},
		"gone, though it's protected": {gone: true, protected: true, want: "Trusted Application Not Visible"},
	} {
		t.Run(name, func(t *testing.T) {
			instance, m := startService(t, arguments{"deletion_protection": test.protected})
			switch {
			case test.gone:
				instance.RemoveApplication(reportsURI)
			case !test.byKey:
				instance.Inject(erpnettest.DomainAPI, forbidden)
				fallthrough
			default:
				instance.Inject(erpnettest.DomainAPI, emptyList)
			}
			if r := m.refresh(); test.want == "found" || test.want == "" {
				r.succeeds(t)
			} else {
				r.fails(t, test.want)
			}
			if (m.values == nil) != (test.want == "") {
				t.Errorf("the state is %v", m.values)
			}
		})
	}
}

// What works but has a better alternative is a warning only in the plan that creates or changes it.
func TestAdviceIsGivenOnce(t *testing.T) {
	instance, env := startInstance(t)
	instance.AddUser(erpnettest.User{Login: "Administrator", Active: true, IsAdmin: true})
	m := start(t, env, nil).resource("trusted_application")
	advised := hashed(
		arguments{"system_user": "Administrator", "scopes": []string{"read", "update", "DomainApi", "exec"}},
	)
	about := func(r result) (names []string) {
		for _, d := range r.diagnostics {
			names = append(names, strings.TrimPrefix(d.Summary, "Check "))
		}
		return slices.Sorted(slices.Values(names))
	}
	p := m.plan(advised)
	if got := about(p.result); !slices.Equal(got, []string{"scopes", "scopes", "scopes", "system_user"}) {
		t.Errorf("the first plan is about %q", got)
	}
	if r := m.carryOut(p); r.failed() {
		t.Fatal(r.text())
	}
	m.settles(t, advised)
	if got := about(m.plan(advised.with(arguments{"scopes": []string{"update"}})).result); !slices.Equal(
		got,
		[]string{"scopes"},
	) {
		t.Errorf("the plan that changes the scopes is about %q", got)
	}
}

// Impossible combinations are refused in the plan, and nothing is sent for them.
func TestTrustedApplicationRefuses(t *testing.T) {
	const secret = "hunter2-hunter2-hunter2"
	instance, env := startInstance(t)
	for name, test := range map[string]struct {
		config arguments
		want   []string
	}{
		"Public with a hash": {
			hashed(arguments{"client_type": "Public"}), []string{"Impossible Trusted Application", "secret_hash: "},
		},
		"service without a user": {
			config: service(arguments{"system_user": nil, "system_user_allowed": true}),
			want:   []string{"system_user: "},
		},
		"Confidential without a secret": {
			hashed(arguments{"secret_hash": nil}), []string{"secret_hash: "},
		},
		"interactive without URIs": {
			config: service(arguments{"system_user": nil, "impersonate_as_internal_user_allowed": true}),
			want:   []string{"redirect_uris: "},
		},
		"reserved scope": {service(arguments{"scopes": []string{"sec"}}), []string{"scopes: ", "reserved"}},
		"secret as hash": {hashed(arguments{"secret_hash": secret}), []string{"secret_hash: "}},
		"Public with a written secret": {service(arguments{"client_type": "Public"}), []string{"Impossible Trusted " +
			"Application", "client_secret_wo"}},
		"version without a secret": {
			config: hashed(arguments{"client_secret_wo_version": "1"}),
			want:   []string{"Version Without Secret"},
		},
		"two secrets": {service(arguments{"secret_hash": hashOfDEMO}), []string{"Two Secrets"}},
		"secret with a line break": {
			config: service(arguments{"client_secret_wo": secret + "\n"}),
			want:   []string{"it ends with a line break"},
		},
		"empty system user": {service(arguments{"system_user": ""}), []string{"system_user", "at least 1"}},
	} {
		t.Run(name, func(t *testing.T) {
			r := start(t, env, nil).resource("trusted_application").plan(test.config)
			r.fails(t, test.want...)
			r.hides(t, secret)
		})
	}
	if n := instance.Count(erpnettest.Any); n != 0 {
		t.Errorf("%d requests were sent", n)
	}
}

// An instance may block access to trusted applications through the Domain API. The ticket still works.
func TestARefusedSecuritySetNamesTheTicket(t *testing.T) {
	instance, env := startInstance(t)
	instance.Configure(func(s *erpnettest.Settings) {
		s.SecurityAccess, s.SecurityRefusalStatus = erpnettest.SecurityRefused, 500
	})
	m := start(t, env, nil).resource("trusted_application")
	m.apply(service(nil)).fails(t, "Domain API Failed", "Access to the security namespace is denied.")
	instance.Inject(erpnettest.DomainAPI, erpnettest.DomainError(403, 14, "System.Exception", "No."))
	m.apply(service(nil)).fails(t, "Access Denied by the Domain API", "erpnet_registration_request")
}
