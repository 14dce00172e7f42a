// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestHTTPSIsTrustedThroughTheCA(t *testing.T) {
	s := NewTLSServer()
	t.Cleanup(s.Close)
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(s.CACertificatePEM()) {
		t.Fatal("no certificate in the PEM")
	}
	port := s.URL[strings.LastIndex(s.URL, ":"):]
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}, DisableKeepAlives: true}
	for _, host := range []string{"127.0.0.1", "localhost"} {
		response, err := (&http.Client{Transport: transport}).Do(newRequest(t, http.MethodGet, "https://"+host+port+"/tools/ver", ""))
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
	}
	if requests := s.Requests(); len(requests) != 2 || !requests[0].TLS {
		t.Errorf("%d requests", len(requests))
	}
	if got := get(t, s, s.IdentityURL()+"/.well-known/openid-configuration"); !strings.Contains(got.body, `"issuer":"https://127.0.0.1`) {
		t.Error(got.body)
	}
}

func TestBadCertificates(t *testing.T) {
	for name, test := range map[string]struct {
		prepare func(*Server)
		want    any // for errors.As
	}{
		"unknown CA": {func(*Server) {}, new(x509.UnknownAuthorityError)},
		"wrong name": {func(s *Server) { s.Certificate.Names = []string{"other.test"} }, new(x509.HostnameError)},
		"expired":    {func(s *Server) { s.Certificate.NotAfter = time.Now().Add(-time.Minute) }, new(x509.CertificateInvalidError)},
		"TLS 1.1":    {outdated, new(*net.OpError)},
	} {
		t.Run(name, func(t *testing.T) {
			s := NewUnstartedServer()
			test.prepare(s)
			s.StartTLS()
			t.Cleanup(s.Close)
			client := s.Client()
			if name == "unknown CA" {
				client = &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: x509.NewCertPool()}}}
			}
			response, err := client.Do(newRequest(t, http.MethodGet, s.URL, ""))
			if err == nil {
				_ = response.Body.Close()
			}
			if !errors.As(err, test.want) {
				t.Errorf("error %T %v", err, err)
			}
			if s.Count(Any) != 0 {
				t.Error("the request arrived")
			}
		})
	}
}

func outdated(s *Server) {
	s.TLS = &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11} //nolint:gosec // what is tested
}

func TestInstanceMayHaveAnotherPublicName(t *testing.T) {
	s := NewUnstartedServer()
	s.URL = "https://demo.erp.test"
	s.IdentityPath, s.APIPath = "/login", "/services/api"
	s.StartTLS()
	t.Cleanup(s.Close)
	token := sampleToken(t, s)
	if _, claims, err := readToken(t, s, token); err != nil || claims["iss"] != "https://demo.erp.test/login" {
		t.Errorf("claims %v, error %v", claims, err)
	}
	if got := callAPI(t, s, token, "Crm_Sales_Customers"); got.status != 200 {
		t.Errorf("status %d", got.status)
	}
	discovered := get(t, s, s.URL+"/sys/auto-discovery").body
	for _, want := range []string{`"Host":"demo.erp.test"`, "https://demo.erp.test/login", "https://demo.erp.test/services/api/domain/odata/"} {
		if !strings.Contains(discovered, want) {
			t.Errorf("no %s in %s", want, discovered)
		}
	}
}

func TestDiscoveryNamesTheEndpoints(t *testing.T) {
	s := newServer(t)
	var document struct {
		Issuer string   `json:"issuer"`
		Token  string   `json:"token_endpoint"`
		JWKS   string   `json:"jwks_uri"`
		Grants []string `json:"grant_types_supported"`
	}
	decode(t, get(t, s, s.IdentityURL()+"/.well-known/openid-configuration").body, &document)
	if document.Issuer != s.IdentityURL() || document.Token != s.IdentityURL()+"/connect/token" || len(document.Grants) != 3 {
		t.Errorf("%+v", document)
	}
	if got := get(t, s, document.JWKS); !strings.Contains(got.body, s.SigningKeyID()) || strings.Contains(got.body, `"d":`) {
		t.Errorf("keys %s", got.body)
	}
	if got := mustDo(t, s, newRequest(t, http.MethodPost, document.JWKS, "")); got.status != http.StatusMethodNotAllowed {
		t.Errorf("POST: status %d", got.status)
	}
}

func TestAutoDiscovery(t *testing.T) {
	s := newServer(t)
	type discovered struct {
		Host, DbName string
		WebSites     []struct {
			Type, Status, Url    string
			AdditionalProperties map[string]string
		}
	}
	read := func(path string) (reply, discovered) {
		got := get(t, s, s.URL+path)
		var document discovered
		if got.status == http.StatusOK {
			decode(t, got.body, &document)
		}
		return got, document
	}
	for _, path := range []string{"/sys/auto-discovery", "/tools/auto-discovery"} {
		_, document := read(path)
		if document.Host != "127.0.0.1" || document.DbName != "DEMODB" || document.WebSites[0].Url != s.IdentityURL() {
			t.Errorf("%s: %+v", path, document)
		}
		if root := document.WebSites[3].AdditionalProperties["ODataServiceRoot"]; root != s.DomainAPIURL() {
			t.Errorf("OData root %q", root)
		}
	}
	s.Configure(func(settings *Settings) {
		settings.AutoDiscoveryPaths = []string{"/tools/auto-discovery"}
		settings.AutoDiscoverySitesOnly = true
		settings.WebSites = []WebSite{{Type: "ID", Status: "Working", Url: "https://sso.example/id"}, {Type: "Holodeck"}}
	})
	if got, _ := read("/sys/auto-discovery"); got.status != http.StatusNotFound {
		t.Errorf("status %d", got.status)
	}
	got, document := read("/tools/auto-discovery")
	if strings.Contains(got.body, "Host") || len(document.WebSites) != 2 || document.WebSites[0].Url != "https://sso.example/id" {
		t.Errorf("%s", got.body)
	}
	if s.Count(AutoDiscovery) != 4 {
		t.Errorf("%d requests", s.Count(AutoDiscovery))
	}
}

func TestRequestsAreCountedAndKept(t *testing.T) {
	s := newServer(t)
	s.SetClock(func() time.Time { return at })
	token := sampleToken(t, s)
	callAPI(t, s, token, "Crm_Sales_Customers?$top=1")
	get(t, s, s.URL+"/tools/ver")
	get(t, s, s.URL+"/tools/server-info")
	get(t, s, s.URL+"/nowhere")
	get(t, s, s.URL+"/")
	for endpoint, want := range map[Endpoint]int{Token: 1, DomainAPI: 1, Version: 2, Other: 2, JWKS: 0, Any: 6} {
		if got := s.Count(endpoint); got != want || false {
			t.Errorf("%s: %d", endpoint, got)
		}
	}
	requests := s.Requests()
	first, second := requests[0], requests[1]
	if first.Endpoint != Token || first.Method != http.MethodPost || first.Path != "/id/connect/token" || first.TLS || !first.Time.Equal(at) {
		t.Errorf("first is %s", first)
	}
	if first.Form().Get("client_secret") != SampleSecret || first.Header.Get("Content-Type") != "application/x-www-form-urlencoded" {
		t.Error("the form was not kept")
	}
	if second.RawQuery != "$top=1" || second.Header.Get("Authorization") != "Bearer "+token {
		t.Error("the query or header was not kept")
	}
	if issued := s.IssuedTokens(); len(issued) != 1 || issued[0] != token {
		t.Errorf("%d tokens issued", len(issued))
	}
}

func TestPrintedRequestHoldsNoSecret(t *testing.T) {
	s := newServer(t)
	sampleToken(t, s)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		if printed := fmt.Sprintf(verb, s.Requests()); !strings.Contains(printed, "POST /id/connect/token") || strings.Contains(printed, SampleSecret) {
			t.Errorf("%s prints %s", verb, printed)
		}
	}
}

func TestHistoryCanBeDiscarded(t *testing.T) {
	s := NewUnstartedServer()
	s.DiscardHistory = true
	s.Start()
	t.Cleanup(s.Close)
	sampleToken(t, s)
	if len(s.Requests()) != 0 || len(s.IssuedTokens()) != 0 || s.Count(Token) != 1 {
		t.Errorf("%d requests, %d tokens, count %d", len(s.Requests()), len(s.IssuedTokens()), s.Count(Token))
	}
}

func TestAccessLogHoldsNoSecret(t *testing.T) {
	s := NewUnstartedServer()
	var written bytes.Buffer
	s.AccessLog = &written
	s.Start()
	request := tokenRequest(t, s, sampleForm())
	request.URL.RawQuery = "client_secret=" + SampleSecret
	mustDo(t, s, request)
	get(t, s, s.URL+"/two%0Alines")
	s.Inject(Token, Reset())
	if _, err := do(t, s, tokenRequest(t, s, sampleForm())); err == nil {
		t.Error("no reset")
	}
	s.Close() // now the log is complete
	lines := strings.Split(strings.TrimSpace(written.String()), "\n")
	for i, want := range []string{"POST /id/connect/token 400 ", "GET /two%0Alines 404 ", "POST /id/connect/token - "} {
		if len(lines) != 3 || !strings.HasPrefix(lines[i], want) || strings.Contains(lines[i], SampleSecret) {
			t.Fatalf("log:\n%s", written.String())
		}
	}
}

func TestUnstartedServerCanBeClosed(t *testing.T) {
	s := NewUnstartedServer()
	s.Close()
	s.Close()
}
