// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package acceptance

import (
	"encoding/base64"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"sync"
	"testing"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

const (
	proxyUser     = "proxy-user"
	proxyPassword = "proxy+pass/word-0123"
)

// proxyLogin is what a client sends of them.
var proxyLogin = "Basic " + base64.StdEncoding.EncodeToString([]byte(proxyUser+":"+proxyPassword))

// recordingProxy is an HTTP proxy that takes every host for the instance, and
// keeps what it was asked.
type recordingProxy struct {
	*httptest.Server
	instance *erpnettest.Server
	login    string // the Proxy-Authorization that it demands; empty for any
	refuses  int    // the status to refuse every connection with; 0 for none

	mu     sync.Mutex
	asked  []string // methods and hosts
	logins []string
}

// newProxy starts a proxy; the caller chooses Start or StartTLS.
func newProxy(t *testing.T, instance *erpnettest.Server) *recordingProxy {
	t.Helper()
	p := &recordingProxy{instance: instance}
	p.Server = httptest.NewUnstartedServer(p)
	t.Cleanup(p.Close)
	return p
}

// address is the proxy's URL with or without the password.
func (p *recordingProxy) address(user *url.Userinfo) string {
	u, _ := url.Parse(p.URL)
	u.User = user
	return u.String()
}

func (p *recordingProxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	login := r.Header.Get("Proxy-Authorization")
	p.mu.Lock()
	p.asked, p.logins = append(p.asked, r.Method+" "+r.Host), append(p.logins, login)
	p.mu.Unlock()
	switch {
	case p.login != "" && login != p.login:
		w.Header().Set("Proxy-Authenticate", "Basic")
		w.WriteHeader(http.StatusProxyAuthRequired)
	case p.refuses != 0:
		w.WriteHeader(p.refuses)
	case r.Method != http.MethodConnect:
		w.WriteHeader(http.StatusMethodNotAllowed)
	default:
		p.tunnel(w)
	}
}

// tunnel joins the client with the instance until one of them leaves.
func (p *recordingProxy) tunnel(w http.ResponseWriter) {
	client, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer func() { _ = client.Close() }()
	instance, err := net.Dial("tcp", p.instance.Listener.Addr().String()) //nolint:noctx // loopback; ends when the client does
	if err != nil {
		return
	}
	_, _ = io.WriteString(client, "HTTP/1.1 200 Connection established\r\n\r\n")
	go func() { _, _ = io.Copy(instance, client); _ = instance.Close() }()
	_, _ = io.Copy(client, instance)
	_ = instance.Close()
}

// seen are the requests to the proxy, and the different logins of them.
func (p *recordingProxy) seen() (asked, logins []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	logins = slices.Clone(p.logins)
	slices.Sort(logins)
	return slices.Clone(p.asked), slices.Compact(logins)
}
