// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnet

import (
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
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// authority is a private certificate authority.
type authority struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
	roots       *x509.CertPool
}

func newAuthority(t *testing.T, changes ...func(*x509.Certificate)) authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	wantError(t, err, "")
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test authority"},
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	for _, change := range changes {
		change(template)
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	wantError(t, err, "")
	certificate, err := x509.ParseCertificate(der)
	wantError(t, err, "")
	roots, err := RootCAs(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	wantError(t, err, "")
	return authority{certificate, key, roots}
}

// issue makes a certificate for a server with the given host name or address, valid until the given end.
func (a authority) issue(
	t *testing.T, host string, end time.Time, changes ...func(*x509.Certificate),
) []tls.Certificate {
	t.Helper()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(2), DNSNames: []string{host},
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		NotBefore:   end.Add(-2 * time.Hour), NotAfter: end,
	}
	if ip := net.ParseIP(host); ip != nil {
		template.DNSNames, template.IPAddresses = nil, []net.IP{ip}
	}
	for _, change := range changes {
		change(template)
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.certificate, a.key.Public(), a.key)
	wantError(t, err, "")
	return []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: a.key}}
}

// serveTLS starts a server that responds with an empty object.
func serveTLS(t *testing.T, config *tls.Config) *httptest.Server {
	t.Helper()
	server := httptest.NewUnstartedServer(writes(2))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.TLS = config
	server.StartTLS()
	t.Cleanup(server.Close)
	return server
}

func TestTLS(t *testing.T) {
	private := newAuthority(t)
	soon, past := time.Now().Add(time.Hour), time.Now().Add(-time.Hour)
	good := private.issue(t, "127.0.0.1", soon)
	renewed, noAuthority := newAuthority(t), newAuthority(t, func(c *x509.Certificate) { c.IsCA = false })
	expired := newAuthority(t, func(c *x509.Certificate) {
		c.Subject.CommonName, c.NotAfter = "expired authority", time.Now().Add(-time.Minute)
	})
	withSHA1 := private.issue(t, "127.0.0.1", soon, func(c *x509.Certificate) {
		c.SignatureAlgorithm = x509.ECDSAWithSHA1
	})
	downloadable := private.issue(t, "127.0.0.1", soon, func(c *x509.Certificate) {
		c.IssuingCertificateURL = []string{"http://ca.test/ca.crt"}
	})
	for name, test := range map[string]struct {
		certificate    []tls.Certificate
		roots          *x509.CertPool
		oldest, newest uint16 // TLS version of the server; zero for its default
		want           Kind
		says           string // part of the error or its evidence
	}{
		"private authority": {certificate: good, roots: private.roots},
		"unknown authority": {certificate: good, want: UnknownAuthority},
		"TLS 1.2 only":      {certificate: good, roots: private.roots, newest: tls.VersionTLS12},
		"TLS 1.1 only": {
			certificate: good, roots: private.roots, oldest: tls.VersionTLS10, newest: tls.VersionTLS11,
			want: OldTLS,
		},
		"other address": {
			certificate: private.issue(t, "127.0.0.2", soon), roots: private.roots, want: WrongHostName,
		},
		"expired": {
			certificate: private.issue(t, "127.0.0.1", past), roots: private.roots, want: CertificateDates,
		},
		"expired authority": {
			certificate: expired.issue(t, "127.0.0.1", soon), roots: expired.roots, want: AuthorityDates,
			says: "CN=expired authority",
		},
		"renewed authority": {
			certificate: good, roots: renewed.roots, want: UnknownAuthority, says: "ECDSA verification failure",
		},
		"renewed authority, named in the certificate": {
			certificate: downloadable, roots: renewed.roots, want: UnknownAuthority,
			says: "ECDSA verification failure",
		},
		"authority that is none": {
			certificate: noAuthority.issue(t, "127.0.0.1", soon), roots: noAuthority.roots, want: UnknownAuthority,
			says: "parent certificate cannot sign",
		},
		"signed with SHA-1": {
			certificate: withSHA1, roots: private.roots, want: UnknownAuthority, says: "insecure algorithm",
		},
	} {
		t.Run(name, func(t *testing.T) {
			server := serveTLS(t, &tls.Config{
				Certificates: test.certificate, MinVersion: test.oldest, MaxVersion: test.newest,
			})
			begin := time.Now()
			got, err := post(NewClient(Options{RootCAs: test.roots, MaxRetries: 4}), server.URL)
			if got != test.want {
				t.Errorf("got %q: %v", got, err)
			}
			if err != nil && !strings.Contains(err.Error()+AsError(err).Evidence, test.says) {
				t.Errorf("%v\n%s", err, AsError(err).Evidence)
			}
			if err != nil && (strings.Contains(err.Error(), "attempts") || time.Since(begin) > 10*time.Second) {
				t.Errorf("tried again, though a TLS failure does not go away: %v", err)
			}
		})
	}
}

// Only a server that asked for a client certificate can have refused the client for the lack of one.
func TestClientCertificateIsRequiredOnlyWhereItWasRequested(t *testing.T) {
	private := newAuthority(t)
	client := NewClient(Options{RootCAs: private.roots})
	for _, server := range []struct {
		asks   tls.ClientAuthType
		newest uint16 // TLS version; zero for the default
		cipher uint16 // zero for those that the client offers
		want   Kind
	}{
		{asks: tls.RequestClientCert},
		{asks: tls.RequireAnyClientCert, newest: tls.VersionTLS12, want: CertificateRequired},
		{cipher: tls.TLS_RSA_WITH_AES_128_CBC_SHA, newest: tls.VersionTLS12, want: TLSFailed},
	} {
		config := &tls.Config{
			Certificates: private.issue(t, "127.0.0.1", time.Now().Add(time.Hour)), ClientAuth: server.asks,
			MinVersion: tls.VersionTLS12, MaxVersion: server.newest,
		}
		if server.cipher != 0 {
			config.CipherSuites = []uint16{server.cipher}
		}
		if got, err := post(client, serveTLS(t, config).URL); got != server.want {
			t.Errorf("got %q, want %q: %v", got, server.want, err)
		}
	}
}

func TestUnreachable(t *testing.T) {
	server := httptest.NewServer(writes(2))
	notTLS := strings.Replace(server.URL, "http:", "https:", 1)
	if got, err := post(NewClient(Options{}), notTLS); got != NotTLS {
		t.Errorf("no TLS: %v", err)
	}
	server.Close()
	if got, err := post(NewClient(Options{}), server.URL); got != ConnectionRefused {
		t.Errorf("no server: %v", err)
	}
	if got, err := post(NewClient(Options{}), "https://demodb.my.erp.net\x00"); got != UnknownHost {
		t.Errorf("no URL: %v", err)
	}
}

// A server or gateway that breaks the rules of HTTP does so again, so there is one attempt. A response that ends too
// early is another matter.
func TestInvalidResponses(t *testing.T) {
	const ok, gzipped = "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 25\r\n\r\n"
	const chunked = ok + "Transfer-Encoding: chunked\r\n\r\n"
	for name, test := range map[string]struct {
		response string
		want     Kind
	}{
		"not HTTP":                  {response: "220 mail.test ESMTP\r\n", want: NotHTTP},
		"header without a colon":    {response: ok + "Server\r\n\r\n", want: InvalidHTTP},
		"header of 70 KB":           {response: ok + "X: " + strings.Repeat("x", 70_000), want: OversizedResponse},
		"header cut short":          {response: ok + "Server: x", want: ConnectionLost},
		"two lengths":               {response: ok + "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}", want: InvalidHTTP},
		"length in words":           {response: ok + "Content-Length: two\r\n\r\n{}", want: InvalidHTTP},
		"unknown transfer encoding": {response: ok + "Transfer-Encoding: gzip\r\n\r\n", want: InvalidHTTP},
		"chunk without a length":    {response: chunked + "zz\r\n{}\r\n0\r\n\r\n", want: InvalidHTTP},
		"chunk longer than said":    {response: chunked + "2\r\n{}{}0\r\n\r\n", want: InvalidHTTP},
		"chunk cut short":           {response: chunked + "9\r\n{", want: ConnectionLost},
		"not gzip":                  {response: gzipped + `{"access_token":"abcdef"}`, want: UnreadableContent},
		"gzip cut short":            {response: gzipped + "\x1f\x8b\x08", want: ConnectionLost},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				client := NewClient(Options{MaxRetries: 1})
				dialed := client.dials(t, writesAndCloses(test.response))
				got, err := post(client, "http://127.0.0.1/")
				if got != test.want || (dialed.Load() == 1) != (test.want != ConnectionLost) {
					t.Errorf("got %q in %d connections: %v", got, dialed.Load(), err)
				}
			})
		})
	}
}

// TestProxyOfTheEnvironment requests a host name that only the proxy can resolve, because requests to loopback
// addresses never use the proxy of the environment.
func TestProxyOfTheEnvironment(t *testing.T) {
	const password = "proxy-password-0123"
	private := newAuthority(t)
	instance := serveTLS(t, &tls.Config{
		Certificates: private.issue(t, "erp.test", time.Now().Add(time.Hour)),
	})
	for name, test := range map[string]struct {
		status  int
		noProxy string
		want    Kind
	}{
		"refuses":            {status: http.StatusForbidden, want: ProxyFailed},
		"wants a login":      {status: http.StatusProxyAuthRequired, want: ProxyFailed},
		"opens a connection": {status: http.StatusOK},
		"named in NO_PROXY":  {status: http.StatusOK, noProxy: "erp.test", want: UnknownHost},
	} {
		t.Run(name, func(t *testing.T) {
			asked := make(chan string, 2)
			proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				asked <- r.Method + " " + r.Host + " " + r.Header.Get("Proxy-Authorization")
				if test.status != http.StatusOK {
					w.WriteHeader(test.status)
					return
				}
				tunnel(t, w, instance.Listener.Addr().String())
			}))
			defer proxy.Close()
			t.Setenv("HTTPS_PROXY", strings.Replace(proxy.URL, "http://", "http://user:"+password+"@", 1))
			t.Setenv("NO_PROXY", test.noProxy)
			client := NewClient(Options{RootCAs: private.roots})
			defer client.network.kept.http2.CloseIdleConnections()
			got, err := post(client, "https://erp.test/")
			if got != test.want || err != nil && strings.Contains(err.Error(), password) {
				t.Errorf("got %q: %v", got, err)
			}
			want := "CONNECT erp.test:443 Basic " + base64.StdEncoding.EncodeToString([]byte("user:"+password))
			if test.noProxy != "" {
				want = ""
			}
			asked <- "" // after any request that the proxy received
			if got := <-asked; got != want {
				t.Errorf("the proxy was asked %q", got)
			}
		})
	}
}

// A CGI program gets the header Proxy of its own requests as HTTP_PROXY, so Go refuses to use it there.
func TestNoProxyForLoopback(t *testing.T) {
	t.Setenv("REQUEST_METHOD", "GET")
	t.Setenv("HTTP_PROXY", "http://127.0.0.1:9")
	server := httptest.NewServer(writes(2))
	defer server.Close()
	_, err := post(NewClient(Options{}), server.URL)
	wantError(t, err, "")
}

// tunnel connects the client of a CONNECT request to the instance.
func tunnel(t *testing.T, w http.ResponseWriter, address string) {
	client, _, err := http.NewResponseController(w).Hijack()
	wantError(t, err, "")
	defer func() { _ = client.Close() }()
	server, err := net.Dial("tcp", address) //nolint:noctx // loopback; ends when the client does
	wantError(t, err, "")
	defer func() { _ = server.Close() }()
	_, _ = io.WriteString(client, "HTTP/1.1 200 Connection established\r\n\r\n")
	go func() { _, _ = io.Copy(server, client); _ = server.Close() }()
	_, _ = io.Copy(client, server)
}
