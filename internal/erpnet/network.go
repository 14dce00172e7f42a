// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnet

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/net/http/httpproxy"
)

// The kinds of a request that got no response.
const (
	UnknownHost       Kind = "unknown_host"
	ConnectionRefused Kind = "connection_refused"
	ConnectionLost    Kind = "connection_lost"
	ProxyFailed       Kind = "proxy_failed"
	UnknownAuthority  Kind = "unknown_authority"
	WrongHostName     Kind = "wrong_host_name"
	CertificateDates  Kind = "certificate_dates"
	TLSFailed         Kind = "tls_failed"
	Timeout           Kind = "timeout"
	Canceled          Kind = "canceled"
	OversizedResponse Kind = "oversized_response"
)

const maxHeaderSize = 64 << 10

// newTransport returns the transport of every request: TLS 1.2 or newer, the environment's proxy, bounded headers.
func newTransport(roots *x509.CertPool) *http.Transport {
	transport := http.DefaultTransport.(*http.Transport).Clone() //nolint:forcetypeassert // the standard library's documented type
	transport.Proxy = environmentProxy()
	transport.OnProxyConnectResponse = checkProxyResponse
	transport.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots}
	transport.MaxResponseHeaderBytes = maxHeaderSize
	return transport
}

// environmentProxy reads the proxy variables now; the standard library's own function reads them once per process.
func environmentProxy() func(*http.Request) (*url.URL, error) {
	proxy := httpproxy.FromEnvironment().ProxyFunc()
	return func(r *http.Request) (*url.URL, error) { return proxy(r.URL) }
}

// proxyError is a proxy's refusal to open a connection.
type proxyError struct{ status int }

func (e *proxyError) Error() string { return "proxy refused the connection" }

func checkProxyResponse(_ context.Context, _ *url.URL, _ *http.Request, response *http.Response) error {
	if response.StatusCode != http.StatusOK {
		return &proxyError{status: response.StatusCode}
	}
	return nil
}

// readAuthorities reads the system's certificate authorities while a connection opens. crypto/tls would begin once
// the server has responded, and take some 15 ms on a usual system (measured for the first request of a process).
func readAuthorities() {
	go func() { _, _ = x509.SystemCertPool() }()
}

// RootCAs returns the system's certificate authorities and those of a PEM text. The error says what is wrong with the
// text.
func RootCAs(pem []byte) (*x509.CertPool, error) {
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool() // a system without a store
	}
	if !pool.AppendCertsFromPEM(pem) {
		return nil, errors.New("it holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)")
	}
	return pool, nil
}

// failedRequest is the error of a request that got no response in all its attempts.
func failedRequest(url string, attempts int, cause error) *Error {
	kind, happened := explain(cause)
	if attempts > 1 {
		happened += fmt.Sprintf(", in %d attempts", attempts)
	}
	return &Error{Kind: kind, URL: withoutQuery(url), Happened: happened, cause: cause}
}

// explain says what an error of net/http means, and in a clause what happened. The clause holds nothing of the
// error's own text, which may quote a proxy URL or a header.
func explain(err error) (Kind, string) {
	var (
		dns     *net.DNSError
		op      *net.OpError
		proxy   *proxyError
		timeout interface{ Timeout() bool }
	)
	switch {
	case errors.Is(err, errInvalidURL):
		return UnknownHost, "failed, since this is not a valid URL"
	case errors.Is(err, errNotFinal):
		return NotJSON, "was answered with an informational HTTP status (1xx) only"
	case errors.Is(err, errOversized):
		return OversizedResponse, "was answered with more than 1 MiB"
	case errors.Is(err, context.Canceled):
		return Canceled, "was canceled"
	case errors.As(err, &proxy):
		return ProxyFailed, "did not pass the proxy, which answered with HTTP status " + strconv.Itoa(proxy.status)
	case errors.As(err, &op) && op.Op == "proxyconnect":
		return ProxyFailed, "did not reach the proxy of the environment"
	case errors.As(err, &timeout) && timeout.Timeout():
		return Timeout, "was not answered in time"
	case errors.As(err, &dns):
		return UnknownHost, "failed, since this host name could not be resolved"
	case isRefused(err):
		return ConnectionRefused, "failed, since the connection was refused"
	}
	return explainTLS(err, op)
}

func explainTLS(err error, op *net.OpError) (Kind, string) {
	var (
		authority x509.UnknownAuthorityError
		hostname  x509.HostnameError
		invalid   x509.CertificateInvalidError
		record    tls.RecordHeaderError
		verify    *tls.CertificateVerificationError
	)
	switch {
	case errors.As(err, &authority):
		return UnknownAuthority, "failed, since the server's certificate is signed by an authority that this machine does not trust"
	case errors.As(err, &hostname):
		return WrongHostName, "failed, since the server's certificate is for another host name"
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return CertificateDates, "failed, since the server's certificate has expired or is not valid yet"
	case errors.As(err, &invalid), errors.As(err, &verify):
		return UnknownAuthority, "failed, since the server's certificate cannot be verified"
	case errors.As(err, &record), op != nil && (op.Op == "remote error" || op.Op == "local error"),
		errors.Is(err, http.ErrSchemeMismatch), strings.Contains(err.Error(), "tls: "):
		return TLSFailed, "failed, since no TLS connection came about"
	}
	return ConnectionLost, "failed, since the connection broke off"
}

// isRefused knows the error number of Windows (WSAECONNREFUSED) too, which package syscall does not map to
// ECONNREFUSED.
func isRefused(err error) bool {
	return errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, syscall.Errno(10061))
}
