// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

// document is a page of ERP.net's documentation about service applications: the record that it prescribes, the requests
// that it prints, and the response.
type document struct {
	record       arguments
	tokenRequest string
	apiRequest   string
	response     documentedResponse
}

type documentedResponse struct {
	token    string // a file of testdata; empty if the page prints no token
	scope    string
	clientID string // of the token, which differs from that of the request
	at       int64  // a time when the token was valid, in seconds since 1970
}

func documents() map[string]document {
	record := func(uri string, more arguments) arguments {
		return arguments{
			"application_uri": uri, "is_enabled": true, "system_user_allowed": true, "system_user": "svc.integration",
			"client_type": "Confidential", "secret_hash": hashOfDEMO,
		}.with(more)
	}
	first := arguments{"name": "My first trusted app", "impersonate_as_internal_user_allowed": true}
	const header = "POST /id/connect/token HTTP/1.1\r\nHost: demodb.my.erp.net\r\nContent-Type: " +
		"application/x-www-form-urlencoded\r\n\r\n"
	return map[string]document{
		"basic example, 2022": {
			record:       record("my.trusted.app/first", first),
			tokenRequest: header + "client_id=my.trusted.app/first&client_secret=DEMO&grant_type=client_credentials",
			apiRequest:   "GET /api/domain/odata/Crm_Customers?$top=10 HTTP/1.1\r\nHost: demodb.my.erp.net\r\n\r\n",
			response:     documentedResponse{"documented-token-2022.jwt", "DomainApi", "pk", 1654075530},
		},
		"basic example": {
			record:       record("my.trusted.app/first", first),
			tokenRequest: header + "client_id=my.trusted.app/first&client_secret=DEMO&grant_type=client_credentials&scope=read",
			apiRequest:   "GET /api/domain/odata/Crm_Sales_Customers?$top=10 HTTP/1.1\r\nHost: demodb.my.erp.net\r\n\r\n",
			response:     documentedResponse{"documented-token-2022.jwt", "read", "pk", 1654075530},
		},
		"client credentials flow": {
			record:       record(sampleURI, arguments{"name": "Service", "scopes": []string{"read", "DomainApi"}}),
			tokenRequest: header + "grant_type=client_credentials&client_id=my.trusted.app/service&client_secret=DEMO&scope=read",
			apiRequest:   "GET /api/domain/odata/Crm_Customers?$top=10 HTTP/1.1\r\nHost: testdb.my.erp.net\r\n\r\n",
			response:     documentedResponse{},
		},
		"service applications": {
			record: record("my-service-app-id", arguments{
				"name":                                 "My Service Application",
				"impersonate_as_internal_user_allowed": true,
				"scopes":                               []string{"read", "update"},
			}),
			tokenRequest: header + "client_id=my-service-app-id&client_secret=DEMO&grant_type=client_credentials&scope=read%20update",
			apiRequest:   "GET /api/domain/odata/Crm_Sales_Customers?$top=10 HTTP/1.1\r\nHost: demodb.my.erp.net\r\n\r\n",
			response:     documentedResponse{"documented-token-2025.jwt", "read update", "PK", 1766505148},
		},
	}
}

// What ERP.net prescribes works: the registration request and the resource accept the record without an error, and the
// requests sent are those that the pages print.
func TestWhatTheDocumentsPrescribeWorks(t *testing.T) {
	for name, d := range documents() {
		t.Run(name, func(t *testing.T) {
			instance, env := startInstance(t)
			admin := erpnettest.NewApplication("admin")
			admin.ApplicationSecretHash, admin.Scope = hashOfDEMO, "read update"
			admin.SystemUserAllowed, admin.SystemUser = true, "svc.integration"
			instance.AddApplication(admin)
			instance.RemoveApplication(sampleURI)
			p := start(t, env, arguments{"client_id": "admin", "client_secret": "DEMO"})
			p.read("registration_request", d.record).succeeds(t)
			if r := p.resource("trusted_application").
				apply(d.record.with(arguments{"deletion_protection": false})); r.failed() {
				t.Fatal(r.text())
			}
			uri := fmt.Sprint(d.record["application_uri"])
			if d.record["scopes"] == nil { // the page leaves the scopes to the reader
				instance.ChangeApplication(uri, func(a *erpnettest.TrustedApplication) { a.Scope = "read" })
			}
			want := readSample(t, d.tokenRequest)
			scopes := arguments{}
			if scope := want.Form.Get("scope"); scope != "" {
				scopes["scopes"] = strings.Fields(scope)
			}
			own := start(t, env, arguments{"client_id": uri, "client_secret": "DEMO"})
			own.open("access_token", scopes).succeeds(t)
			own.read(
				"domain_query",
				arguments{
					"entity_set": strings.TrimPrefix(readSample(t, d.apiRequest).URL.Path, "/api/domain/odata/"),
					"top":        10,
				},
			)
			own.read("credentials_check", arguments{"probe_domain_api": true}).succeeds(t)
			expectSent(t, instance, want, uri)
			expectSent(t, instance, readSample(t, d.apiRequest), uri)
		})
	}
}

// readSample parses a request that a page prints.
func readSample(t *testing.T, text string) *http.Request {
	t.Helper()
	_, body, _ := strings.Cut(text, "\r\n\r\n")
	request := must(http.ReadRequest(bufio.NewReader(strings.NewReader(text))))
	request.Form = must(url.ParseQuery(body))
	return request
}

// expectSent expects a request to have been sent as a page prints it: the method, path, content type, decoded form and
// each query parameter.
func expectSent(t *testing.T, instance *erpnettest.Server, want *http.Request, clientID string) {
	t.Helper()
	for _, got := range instance.Requests() {
		sent := must(url.ParseQuery(got.RawQuery))
		for name := range sent {
			if !want.URL.Query().Has(name) {
				delete(sent, name)
			}
		}
		form := got.Form()
		if got.Method == want.Method && got.Path == want.URL.Path && reflect.DeepEqual(sent, want.URL.Query()) &&
			got.Header.Get("Content-Type") == want.Header.Get("Content-Type") && reflect.DeepEqual(form, want.Form) {
			return
		}
	}
	t.Errorf("%s %s for %s was not sent as it is documented", want.Method, want.URL, clientID)
}

// The provider reads the responses that ERP.net prints: the function decodes their tokens, and a client of the instance
// that issued them accepts the responses at the time they were valid.
func TestDocumentedResponsesAreRead(t *testing.T) {
	for name, d := range documents() {
		if d.response.token == "" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			token := strings.TrimSpace(string(must(os.ReadFile("testdata/" + d.response.token))))
			body := must(json.Marshal(map[string]any{
				"access_token": token, "expires_in": 3600, "token_type": "Bearer", "scope": d.response.scope,
			}))
			service := httptest.NewServer(
				http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(body) }),
			)
			t.Cleanup(service.Close)
			provider := newProvider(nil)
			provider.now = func() time.Time { return time.Unix(d.response.at, 0) }
			p := startProvider(t, provider, arguments{
				"instance":      service.URL,
				"issuer":        "https://e1-dev.local/id",
				"client_id":     d.response.clientID,
				"client_secret": "DEMO",
			})
			scopes := arguments{"scopes": strings.Fields(d.response.scope)}
			if d.response.scope == "read" { // printed with the token of another request, which lacks this scope
				scopes = nil
			}
			r := p.open("access_token", scopes).succeeds(t)
			r.has(
				t,
				arguments{
					"access_token": token,
					"expires_at":   time.Unix(d.response.at+3599, 0).UTC().Format(time.RFC3339),
				},
			)
			p.call("decode_access_token", token).succeeds(t).has(t, arguments{
				"issuer":    "https://e1-dev.local/id",
				"client_id": d.response.clientID,
				"algorithm": "RS256",
				"type":      "at+jwt",
			})
		})
	}
}
