// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnet

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// serve starts a server of one handler and returns a URL of it.
func serve(t *testing.T, handler http.HandlerFunc) string {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server.URL
}

func TestAnswerLimits(t *testing.T) {
	large := func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.CopyN(w, zeros{}, 64<<20)
	}
	slow := func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, `{"access_token":`)
		w.(http.Flusher).Flush() //nolint:forcetypeassert // documented of net/http
		<-r.Context().Done()
	}
	for name, test := range map[string]struct {
		handler http.HandlerFunc
		want    Kind
	}{
		"64 MiB":          {large, OversizedResponse},
		"body never ends": {slow, Timeout},
		"exactly 1 MiB": {func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, object+strings.Repeat(" ", MaxResponseSize-len(object)))
		}, ""},
		"one byte more": {func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, object+strings.Repeat(" ", MaxResponseSize+1-len(object)))
		}, OversizedResponse},
		"header of 128 KiB":  {func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("X", strings.Repeat("x", 128<<10)) }, ConnectionLost},
		"connection dropped": {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, ConnectionLost},
	} {
		t.Run(name, func(t *testing.T) {
			r := serve(t, test.handler)
			err := ask(NewClient(Options{RequestTimeout: 200 * time.Millisecond}), r)
			if name == "64 MiB" { // may take longer under the race detector
				err = ask(NewClient(Options{}), r)
			}
			expectKind(t, err, test.want)
		})
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

func TestUnreachable(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // a port to close at once
	if err != nil {
		t.Fatal(err)
	}
	_ = listener.Close()
	err = ask(NewClient(Options{}), "http://"+listener.Addr().String())
	expectKind(t, err, ConnectionRefused)

	_, err = play(t, Options{MaxRetries: 4}, broken(&net.OpError{Op: "dial", Err: &net.DNSError{IsNotFound: true}}))
	expectKind(t, err, UnknownHost)
}

// authority is a certificate authority for a test.
type authority struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
	pem         []byte
}

func newAuthority(t *testing.T) authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test authority"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return authority{certificate, key, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})}
}

// issue makes a server certificate for an address or a name that ends at the given time.
func (a authority) issue(t *testing.T, host string, end time.Time) tls.Certificate {
	t.Helper()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(2), DNSNames: []string{host},
		NotBefore: end.Add(-2 * time.Hour), NotAfter: end, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	if ip := net.ParseIP(host); ip != nil {
		template.DNSNames, template.IPAddresses = nil, []net.IP{ip}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.certificate, a.key.Public(), a.key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: a.key}
}

func TestTLS(t *testing.T) {
	private := newAuthority(t)
	roots, err := RootCAs(private.pem)
	if err != nil {
		t.Fatal(err)
	}
	good := private.issue(t, "127.0.0.1", time.Now().Add(time.Hour))
	for name, test := range map[string]struct {
		config *tls.Config
		roots  *x509.CertPool
		want   Kind
	}{
		"private authority": {&tls.Config{Certificates: []tls.Certificate{good}}, roots, ""},
		"unknown authority": {&tls.Config{Certificates: []tls.Certificate{good}}, nil, UnknownAuthority},
		"wrong name":        {&tls.Config{Certificates: []tls.Certificate{private.issue(t, "127.0.0.2", time.Now().Add(time.Hour))}}, roots, WrongHostName},
		"expired":           {&tls.Config{Certificates: []tls.Certificate{private.issue(t, "127.0.0.1", time.Now().Add(-time.Hour))}}, roots, CertificateDates},
		"TLS 1.1 only":      {&tls.Config{Certificates: []tls.Certificate{good}, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}, roots, TLSFailed}, //nolint:gosec // that it is refused is the test
		"TLS 1.2 only":      {&tls.Config{Certificates: []tls.Certificate{good}, MinVersion: tls.VersionTLS12, MaxVersion: tls.VersionTLS12}, roots, ""},        //nolint:gosec // that it is taken is the test
	} {
		t.Run(name, func(t *testing.T) {
			tries := 0
			server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, object) }))
			server.Config.ErrorLog = log.New(io.Discard, "", 0)
			server.TLS = test.config
			server.StartTLS()
			defer server.Close()
			count := func(_ context.Context, _ string, _ map[string]any) { tries++ }
			err := ask(NewClient(Options{RootCAs: test.roots, MaxRetries: 4, Log: count}), server.URL)
			expectKind(t, err, test.want)
			if tries != 1 {
				t.Errorf("tried %d times; a TLS failure does not go away", tries)
			}
		})
	}
	t.Run("not TLS at all", func(t *testing.T) {
		r := serve(t, func(http.ResponseWriter, *http.Request) {})
		r = strings.Replace(r, "http:", "https:", 1)
		err := ask(NewClient(Options{}), r)
		expectKind(t, err, TLSFailed)
	})
}

func TestRootCAsRefusesWhatIsNoCertificate(t *testing.T) {
	_, err := RootCAs([]byte("-----BEGIN PRIVATE KEY-----"))
	expectError(t, err, "no certificate in PEM form")
}

// TestProxyOfTheEnvironment asks for a name that only the proxy knows, since loopback addresses never go through an
// environment's proxy.
func TestProxyOfTheEnvironment(t *testing.T) {
	const password = "proxy-password-0123"
	private := newAuthority(t)
	roots, err := RootCAs(private.pem)
	if err != nil {
		t.Fatal(err)
	}
	instance := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, object) }))
	instance.TLS = &tls.Config{Certificates: []tls.Certificate{private.issue(t, "erp.test", time.Now().Add(time.Hour))}, MinVersion: tls.VersionTLS12}
	instance.StartTLS()
	defer instance.Close()

	for name, test := range map[string]struct {
		answer  int
		noProxy string
		want    Kind
		asked   string
	}{
		"refuses":            {http.StatusForbidden, "", ProxyFailed, "CONNECT erp.test:443"},
		"wants a login":      {http.StatusProxyAuthRequired, "", ProxyFailed, "CONNECT erp.test:443"},
		"opens a connection": {http.StatusOK, "", "", "CONNECT erp.test:443"},
		"named in NO_PROXY":  {http.StatusOK, "erp.test", UnknownHost, ""},
	} {
		t.Run(name, func(t *testing.T) {
			var asked, login atomic.Value
			asked.Store("")
			proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				asked.Store(r.Method + " " + r.Host)
				login.Store(r.Header.Get("Proxy-Authorization"))
				if test.answer == http.StatusOK {
					tunnel(t, w, instance.Listener.Addr().String())
					return
				}
				w.WriteHeader(test.answer)
			}))
			defer proxy.Close()
			u, err := url.Parse(proxy.URL)
			if err != nil {
				t.Fatal(err)
			}
			u.User = url.UserPassword("user", password)
			t.Setenv("HTTPS_PROXY", u.String())
			t.Setenv("NO_PROXY", test.noProxy)
			client := NewClient(Options{RootCAs: roots})
			defer client.options.Transport.(*http.Transport).CloseIdleConnections()
			err = ask(client, "https://erp.test/")
			expectKind(t, err, test.want)
			if err != nil && strings.Contains(err.Error(), password) {
				t.Error("the error holds the proxy's password")
			}
			if asked.Load() != test.asked {
				t.Errorf("the proxy was asked %q", asked.Load())
			}
			if want := "Basic " + base64.StdEncoding.EncodeToString([]byte("user:"+password)); test.asked != "" && login.Load() != want {
				t.Error("the proxy did not get its password")
			}
		})
	}
}

// tunnel answers a CONNECT by joining the client with the instance.
func tunnel(t *testing.T, w http.ResponseWriter, address string) {
	client, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		t.Error(err)
		return
	}
	defer func() { _ = client.Close() }()
	server, err := net.Dial("tcp", address) //nolint:noctx // loopback; ends when the client does
	if err != nil {
		t.Error(err)
		return
	}
	defer func() { _ = server.Close() }()
	_, _ = io.WriteString(client, "HTTP/1.1 200 Connection established\r\n\r\n")
	go func() { _, _ = io.Copy(server, client); _ = server.Close() }()
	_, _ = io.Copy(client, server)
}
