// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

import (
	"bytes"
	"context"
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
	i := &testInstance{Server: NewTLSServer(), t: t}
	t.Cleanup(i.Close)
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(i.CACertificatePEM()) {
		t.Fatal("no certificate in the PEM")
	}
	port := i.URL[strings.LastIndex(i.URL, ":"):]
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}, DisableKeepAlives: true}
	for _, host := range []string{"127.0.0.1", "localhost"} {
		request := newRequest(t, http.MethodGet, "https://"+host+port+"/tools/ver", "")
		response, err := (&http.Client{Transport: transport}).Do(request)
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
	}
	if requests := i.Requests(); len(requests) != 2 || !requests[0].TLS {
		t.Errorf("%d requests", len(requests))
	}
	i.get(i.IdentityURL()+"/.well-known/openid-configuration").expect(t, 200, `"issuer":"https://127.0.0.1`)
}

func TestBadCertificates(t *testing.T) {
	tests := []struct {
		name    string
		prepare func(*Server)
		client  *http.Client // nil means one that trusts the CA
		want    any          // for errors.As
	}{
		{
			name:    "unknown CA",
			prepare: func(*Server) {},
			want:    new(x509.UnknownAuthorityError),
			client:  &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: x509.NewCertPool()}}},
		},
		{
			name: "wrong name", want: new(x509.HostnameError),
			prepare: func(s *Server) { s.Certificate.Names = []string{"other.test"} },
		},
		{
			name: "expired", want: new(x509.CertificateInvalidError),
			prepare: func(s *Server) { s.Certificate.NotAfter = time.Now().Add(-time.Minute) },
		},
		{
			name: "not yet valid", want: new(x509.CertificateInvalidError),
			prepare: func(s *Server) { s.Certificate.NotBefore = time.Now().Add(time.Hour) },
		},
		{
			name: "TLS 1.1", want: new(*net.OpError),
			prepare: func(s *Server) {
				//nolint:gosec // what is tested
				s.TLS = &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}
			},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := NewUnstartedServer()
			test.prepare(s)
			s.StartTLS()
			t.Cleanup(s.Close)
			client := test.client
			if client == nil {
				client = s.Client()
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

func TestInstanceMayHaveAnotherPublicName(t *testing.T) {
	i := &testInstance{Server: NewUnstartedServer(), t: t}
	i.URL = "https://demo.erp.test"
	i.IdentityPath, i.APIPath = "/login", "/services/api"
	i.StartTLS()
	t.Cleanup(i.Close)
	i.read(salesCustomers).expect(t, http.StatusOK, "")
	if _, claims, err := i.verify(i.token); err != nil || claims["iss"] != "https://demo.erp.test/login" {
		t.Errorf("claims %v, error %v", claims, err)
	}
	discovered := i.get(i.URL + "/sys/auto-discovery")
	discovered.expect(t, http.StatusOK, `"Host":"demo.erp.test"`)
	discovered.expect(t, http.StatusOK, "https://demo.erp.test/services/api/domain/odata/")
}

func TestRequestsAreCountedAndKept(t *testing.T) {
	i := newInstance(t)
	i.freeze(0)
	i.read(salesCustomers + "?$top=1")
	for _, path := range []string{"/tools/ver", "/tools/server-info", "/nowhere", "/"} {
		i.get(i.URL + path)
	}
	for endpoint, want := range map[Endpoint]int{Token: 1, DomainAPI: 1, Version: 2, Other: 2, JWKS: 0, Any: 6} {
		if got := i.Count(endpoint); got != want {
			t.Errorf("%s: %d", endpoint, got)
		}
	}
	first, second := i.Requests()[0], i.Requests()[1]
	if first.Endpoint != Token || first.Method != http.MethodPost || first.Path != "/id/connect/token" ||
		first.TLS || !first.Time.Equal(frozen) || first.Form().Get("client_secret") != SampleSecret {
		t.Errorf("first is %s", first)
	}
	if second.RawQuery != "$top=1" || second.Header.Get("Authorization") != "Bearer "+i.token {
		t.Error("the query or header was not kept")
	}
	if issued := i.IssuedTokens(); len(issued) != 1 || issued[0] != i.token {
		t.Errorf("%d tokens issued", len(issued))
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		printed := fmt.Sprintf(verb, i.Requests())
		if !strings.Contains(printed, "POST /id/connect/token") || strings.Contains(printed, SampleSecret) {
			t.Errorf("%s prints more than method and path", verb)
		}
	}
}

func TestAccessLogHoldsNoSecret(t *testing.T) {
	var written bytes.Buffer
	s := NewUnstartedServer()
	s.AccessLog = &written
	i := start(t, s)
	request := i.tokenRequest()
	request.URL.RawQuery = "client_secret=" + SampleSecret
	i.do(request)
	i.get(i.URL + "/two%0Alines")
	i.Inject(Token, Reset())
	if _, err := i.try(i.tokenRequest()); err == nil {
		t.Error("no reset")
	}
	i.Close() // now the log is complete
	lines := strings.Split(strings.TrimSpace(written.String()), "\n")
	want := []string{"POST /id/connect/token 400 ", "GET /two%0Alines 404 ", "POST /id/connect/token - "}
	for n := range want {
		if len(lines) != len(want) || !strings.HasPrefix(lines[n], want[n]) ||
			strings.Contains(lines[n], SampleSecret) {
			t.Fatalf("log:\n%s", written.String())
		}
	}
}

func TestUnstartedServerCanBeClosed(*testing.T) {
	s := NewUnstartedServer()
	s.Close()
	s.Close()
}

func TestWaitForCountEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := newInstance(t).WaitForCount(ctx, Token, 1); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
