// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

import (
	"net/http"
	"strings"
	"testing"
)

func TestLoginRedirectLeadsToTheIdentityService(t *testing.T) {
	i := newInstance(t)
	i.Inject(DomainAPI, LoginRedirect())
	got := i.read(salesCustomers)
	if !strings.HasPrefix(got.header.Get("Location"), i.IdentityURL()+"/Account/Login?ReturnUrl=%2Fapi") ||
		got.status != http.StatusFound {
		t.Errorf("status %d to %q", got.status, got.header.Get("Location"))
	}
}

func TestHiddenRecordsAreFoundByTheirKeyAtMost(t *testing.T) {
	for _, keyStatus := range []int{200, 403, 404} {
		i := newInstance(t)
		record := i.samplePath()
		i.Inject(DomainAPI, HiddenRecords(keyStatus))
		if page := i.readPage(trustedApplications + "?$count=true&$top=1"); len(page.Value) != 0 || *page.Count != 0 {
			t.Errorf("%d rows, count %d", len(page.Value), *page.Count)
		}
		i.read(trustedApplications+"/$count").expect(t, 200, "0")
		body := ""
		if keyStatus == 200 {
			body = SampleApplication().ApplicationUri
		}
		i.read(record).expect(t, keyStatus, body)
		i.call(http.MethodPatch, record, `{"Notes": "x"}`).expect(t, 204, "")
		i.call(http.MethodPost, trustedApplications, `{"Name": "N", "ApplicationUri": "x"}`).expect(t, 201, "x")
	}
}

func TestForeignLinksNameAnotherServer(t *testing.T) {
	for _, root := range []string{"", "http://erp.internal"} {
		i := newInstance(t)
		i.token = i.newToken()
		i.Inject(Any, ForeignLinks(root))
		want := root
		if root == "" {
			want = i.URL // which is http
		}
		i.get(i.IdentityURL()+discoveryPath).expect(t, 200, `"issuer":"`+want+`/id"`)
		i.get(i.URL+"/sys/auto-discovery").expect(t, 200, want+"/api/domain/odata/")
		if page := i.readPage(salesCustomers + "?$top=4"); !strings.HasPrefix(page.Next, want+"/api/") {
			t.Errorf("next link %s", page.Next)
		}
	}
}

// A public URL and an issuer change what the whole instance says of itself, and
// what it accepts.
func TestPublicURLAndIssuerAreTheInstancesOwn(t *testing.T) {
	tests := []struct {
		name, publicURL, issuer string
		wantIssuer, wantRoot    string // empty means that of the server
	}{
		{name: "neither"},
		{name: "issuer", issuer: "https://id.example.test", wantIssuer: "https://id.example.test"},
		{
			name: "public URL", publicURL: "http://erp.internal",
			wantIssuer: "http://erp.internal/id", wantRoot: "http://erp.internal",
		},
		{
			name: "both", publicURL: "http://erp.internal", issuer: "https://id.example.test",
			wantIssuer: "https://id.example.test", wantRoot: "http://erp.internal",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			i := newInstance(t, func(s *Settings) { s.PublicURL, s.Issuer = test.publicURL, test.issuer })
			issuer, root := test.wantIssuer, test.wantRoot
			if issuer == "" {
				issuer = i.IdentityURL()
			}
			if root == "" {
				root = i.URL
			}
			discovery := i.get(i.IdentityURL() + discoveryPath).object(t)
			if discovery["issuer"] != issuer || discovery["jwks_uri"] != root+"/id"+jwksPath {
				t.Errorf("discovery %v", discovery)
			}
			if _, claims, err := i.verify(i.newToken()); err != nil || claims["iss"] != issuer {
				t.Errorf("iss %v, error %v", claims["iss"], err)
			}
			page := i.readPage(salesCustomers + "?$top=4") // the API accepts the token
			if !strings.HasPrefix(page.Next, root+"/api/") || !strings.HasPrefix(page.Context, root+"/api/") {
				t.Errorf("next link %s, context %s", page.Next, page.Context)
			}
			i.get(i.URL+"/sys/auto-discovery").expect(t, 200, `"Url":"`+root+`/id"`)
		})
	}
}
