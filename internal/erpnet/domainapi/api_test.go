// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package domainapi

import (
	"context"
	"strings"
	"sync"
	"testing"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

// The session's limit, one running and five queued, is never tripped.
func TestCallsAreMadeOneAtATime(t *testing.T) {
	l := newLab(t)
	var group sync.WaitGroup
	for range 50 {
		group.Go(func() {
			if _, err := l.api().Query(context.Background(), Query{EntitySet: "Crm_Sales_Customers", Top: 1}); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if sessions := l.Sessions(); sessions.Opened != 1 || sessions.LongestQueue != 0 {
		t.Errorf("%+v", sessions)
	}
}

func TestReferenceTokenIsABearer(t *testing.T) {
	l := newLab(t)
	l.ChangeApplication(erpnettest.SampleApplication().ApplicationUri, func(a *erpnettest.TrustedApplication) { a.ReferenceTokens = "AdministratorsOnly" })
	value, err := l.AddReferenceToken(erpnettest.ReferenceToken{Application: erpnettest.SampleApplication().ApplicationUri, Scopes: []string{"read"}})
	if err != nil {
		t.Fatal(err)
	}
	api := l.api()
	api.Tokens.ReferenceToken = erpnet.NewSecret(value)
	if _, err := api.Query(context.Background(), Query{EntitySet: "Crm_Sales_Customers", Top: 1}); err != nil {
		t.Error(err)
	}
	l.RevokeReferenceToken(value)
	_, err = api.Query(context.Background(), Query{EntitySet: "Crm_Sales_Customers", Top: 1})
	expectKind(t, err, TokenRejected)
	if err != nil && strings.Contains(err.Error(), value) {
		t.Error("the error holds the token")
	}
}
