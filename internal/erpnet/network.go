// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnet

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync/atomic"

	"golang.org/x/net/http/httpproxy"
)

// network is the transport of every request: TLS 1.2 or newer, the environment's proxy, bounded headers, and HTTP/2
// unless a server asks for HTTP/1.1.
type network struct {
	proxy      func(*http.Request) (*url.URL, error)
	kept       transports
	fresh      transports  // for requests that net/http must not resend when a kept connection breaks
	needsHTTP1 atomic.Bool // a server has sent HTTP_1_1_REQUIRED (RFC 9113 section 7)
}

// transports holds one transport for each version of HTTP.
type transports struct{ http2, http1 *http.Transport }

func newNetwork(roots *x509.CertPool) *network {
	n := &network{proxy: environmentProxy()}
	base := http.DefaultTransport.(*http.Transport).Clone() //nolint:forcetypeassert // as documented
	base.Proxy = n.proxy
	base.OnProxyConnectResponse = checkProxyResponse
	base.MaxResponseHeaderBytes = MaxHeaderSize
	base.TLSClientConfig = &tls.Config{
		MinVersion: tls.VersionTLS12, RootCAs: roots,
		GetClientCertificate: noClientCertificate,
	}
	n.kept = newTransports(base)
	base.DisableKeepAlives = true
	n.fresh = newTransports(base)
	return n
}

func newTransports(base *http.Transport) transports {
	t := transports{http2: base.Clone(), http1: base.Clone()}
	t.http1.ForceAttemptHTTP2 = false
	t.http1.Protocols = new(http.Protocols)
	t.http1.Protocols.SetHTTP1(true)
	return t
}

// roundTrip sends a request once. If the server requires HTTP/1.1, it did not process the request, so roundTrip resends
// the request over HTTP/1.1.
func (n *network) roundTrip(r *http.Request, t transports) (*http.Response, error) {
	if n.needsHTTP1.Load() {
		return t.http1.RoundTrip(r)
	}
	response, err := t.http2.RoundTrip(r)
	// net/http does not export the type of this error.
	if err == nil || !strings.Contains(err.Error(), "HTTP_1_1_REQUIRED") {
		return response, err
	}
	n.needsHTTP1.Store(true)
	again := r.Clone(r.Context())
	if r.GetBody != nil {
		if again.Body, err = r.GetBody(); err != nil {
			return nil, err
		}
	}
	return t.http1.RoundTrip(again)
}

// environmentProxy reads the proxy variables when it is called. In contrast, http.ProxyFromEnvironment reads them once
// per process. Neither that function nor httpproxy reports a variable that is not a URL, so the returned function does.
func environmentProxy() func(*http.Request) (*url.URL, error) {
	config := httpproxy.FromEnvironment()
	config.HTTPProxy = "" // http is only for loopback hosts, which need no proxy
	proxy := config.ProxyFunc()
	return func(r *http.Request) (*url.URL, error) {
		chosen, err := proxy(r.URL)
		invalid := config.HTTPSProxy != "" && !isProxyURL(config.HTTPSProxy)
		if err != nil || chosen == nil && invalid && !isExempt(config, r.URL) {
			return nil, errProxyURL
		}
		return chosen, nil
	}
}

// isProxyURL reports whether a proxy variable is a URL, or a host with a port.
func isProxyURL(value string) bool {
	for _, text := range []string{value, "http://" + value} {
		if u, err := url.Parse(text); err == nil && u.Scheme != "" && u.Host != "" {
			return true
		}
	}
	return false
}

// isExempt reports whether a URL bypasses every proxy, because of NO_PROXY or because it points to this machine.
func isExempt(config *httpproxy.Config, u *url.URL) bool {
	other := *config
	other.HTTPSProxy = "http://proxy.invalid"
	chosen, err := other.ProxyFunc()(u)
	return err == nil && chosen == nil
}

// proxySecrets returns the passwords in the proxy variables of the environment.
func proxySecrets() []Secret {
	var secrets []Secret
	for _, name := range []string{"HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"} {
		u, err := url.Parse(os.Getenv(name))
		if err != nil || u.User == nil {
			continue
		}
		if password, set := u.User.Password(); set {
			secrets = append(secrets, NewSecret(password))
		}
	}
	return secrets
}

// proxyError reports that a proxy refused to open a connection.
type proxyError struct{ status int }

func (e *proxyError) Error() string { return "proxy refused the connection" }

func checkProxyResponse(_ context.Context, _ *url.URL, _ *http.Request, response *http.Response) error {
	if response.StatusCode != http.StatusOK {
		return &proxyError{status: response.StatusCode}
	}
	return nil
}
