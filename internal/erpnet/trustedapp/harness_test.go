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

// reports is a service that works, and that nothing is to be said against.
func reports() Record {
	return Record{
		Name: "Reports", ApplicationURI: "my.trusted.app/reports", IsEnabled: true, ClientType: Confidential,
		ApplicationSecretHash: erpnet.SecretHash(testSecret), Scope: []string{"read"},
		SystemUserAllowed: true, SystemUser: erpnettest.SampleUser().Login, ReferenceTokens: ReferenceTokensNone,
	}
}

// with changes the members that a JSON object names.
func with[T any](t *testing.T, value T, change string) T {
	t.Helper()
	if change != "" {
		equal(t, "a change that is no JSON", json.Unmarshal([]byte(change), &value), nil)
	}
	return value
}

// lab is a simulated instance, and its records as the sample application manages them.
type lab struct {
	*erpnettest.Server
	Store
}

// newLab starts an instance whose settings differ from the usual ones as a JSON object says.
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

// at is a fault of the requests of one method only.
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

// kindOf is the kind of a failure; empty for none.
func kindOf(err error) erpnet.Kind {
	if failed := erpnet.AsError(err); failed != nil {
		return failed.Kind
	}
	return ""
}
