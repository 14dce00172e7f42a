// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package domainapi

import (
	"context"
	"strings"
	"testing"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet/identity"
	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

const customers = "Crm_Sales_Customers" // the simulated instance has 15 of them

// lab is a simulated instance and its API, called with the credentials of the sample application.
type lab struct {
	*erpnettest.Server
	API
}

func newLab(t *testing.T, options erpnet.Options) *lab {
	t.Helper()
	l := &lab{Server: erpnettest.NewServer()}
	t.Cleanup(l.Close)
	instance, err := erpnet.ParseInstance(l.URL)
	wantError(t, err, "")
	sample := identity.Credentials{
		ClientID: erpnettest.SampleApplication().ApplicationUri,
		Secret:   erpnet.NewSecret(erpnettest.SampleSecret),
	}
	l.API = API{
		Root: instance.DomainAPIURL, Limiter: &Limiter{},
		Tokens: TokenSource{
			Service: identity.NewService(erpnet.NewClient(options)),
			Request: identity.TokenRequest{Instance: instance, Credentials: sample},
		},
	}
	return l
}

// readOne reads one customer.
func (l *lab) readOne() (*Page, *erpnet.Error) {
	return l.Read(context.Background(), Query{EntitySet: customers, Top: 1})
}

// addReferenceToken makes the lab call the API with a reference token.
func (l *lab) addReferenceToken(t *testing.T) string {
	t.Helper()
	application := erpnettest.SampleApplication().ApplicationUri
	allow := func(a *erpnettest.TrustedApplication) { a.ReferenceTokens = "AdministratorsOnly" }
	l.ChangeApplication(application, allow)
	value, err := l.AddReferenceToken(erpnettest.ReferenceToken{Application: application, Scopes: []string{"read"}})
	wantError(t, err, "")
	l.Tokens.ReferenceToken = erpnet.NewSecret(value)
	return value
}

// protecting returns a client that redacts the given secrets.
func protecting(secrets ...string) *erpnet.Client {
	client := erpnet.NewClient(erpnet.Options{})
	for _, secret := range secrets {
		client.Protect(erpnet.NewSecret(secret))
	}
	return client
}

// wantKind fails the test unless the error has the given kind. An empty kind expects no error.
func wantKind(t *testing.T, err error, kind erpnet.Kind) {
	t.Helper()
	got := erpnet.Kind("")
	if failed := erpnet.AsError(err); failed != nil {
		got = failed.Kind
	}
	if got != kind {
		t.Errorf("got %q, want %q: %v", got, kind, err)
	}
}

// wantError fails the test unless the error contains the given text. An empty text expects no error.
func wantError(t *testing.T, err error, text string) {
	t.Helper()
	switch {
	case text == "" && err != nil:
		t.Errorf("unexpected error: %v", err)
	case text != "" && (err == nil || !strings.Contains(err.Error(), text)):
		t.Errorf("got the error %v, want one with %q", err, text)
	}
}
