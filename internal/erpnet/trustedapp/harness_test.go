// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package trustedapp

import (
	"encoding/json"
	"testing"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet/domainapi"
	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet/identity"
	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

const testSecret = "Correct-Horse-Battery-Staple-0123456789"

var demo = erpnet.Instance{URL: "https://demodb.my.erp.net"}

// reports returns a service that works and has no violations and no advice.
func reports() Record {
	return Record{
		Name: "Reports", ApplicationURI: "my.trusted.app/reports", IsEnabled: true, ClientType: Confidential,
		ApplicationSecretHash: erpnet.SecretHash(testSecret), Scope: []string{"read"},
		SystemUserAllowed: true, SystemUser: erpnettest.SampleUser().Login, ReferenceTokens: ReferenceTokensNone,
	}
}

// with returns the value with the members that a JSON object changes.
func with[T any](t *testing.T, value T, change string) T {
	t.Helper()
	if change != "" {
		equal(t, "a change that is no JSON", json.Unmarshal([]byte(change), &value), nil)
	}
	return value
}

// lab is a simulated instance, and a store that manages its records with the credentials of the sample application.
type lab struct {
	*erpnettest.Server
	Store
}

// newLab starts an instance with the settings that a JSON object changes.
func newLab(t *testing.T, settings string) lab {
	t.Helper()
	server := erpnettest.NewServer()
	t.Cleanup(server.Close)
	server.Configure(func(s *erpnettest.Settings) { *s = with(t, *s, settings) })
	instance, err := erpnet.ParseInstance(server.URL)
	equal(t, "the instance's URL", err, nil)
	sample := identity.Credentials{
		ClientID: erpnettest.SampleApplication().ApplicationUri,
		Secret:   erpnet.NewSecret(erpnettest.SampleSecret),
	}
	return lab{server, Store{domainapi.API{
		Root: instance.DomainAPIURL, Limiter: &domainapi.Limiter{},
		Tokens: domainapi.TokenSource{
			Service: identity.NewService(erpnet.NewClient(erpnet.Options{MaxRetries: 1})),
			Request: identity.TokenRequest{Instance: instance, Credentials: sample},
		},
	}}}
}

// at restricts a fault to requests with the given method.
func at(method string, fault erpnettest.Fault) erpnettest.Fault {
	fault.When = func(r erpnettest.Request) bool { return r.Method == method }
	return fault
}

func equal[T comparable](t testing.TB, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

// kindOf returns the kind of a failure, or "" if there is none.
func kindOf(err error) erpnet.Kind {
	if failed := erpnet.AsError(err); failed != nil {
		return failed.Kind
	}
	return ""
}
