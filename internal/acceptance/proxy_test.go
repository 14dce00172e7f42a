// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package acceptance

import (
	"encoding/base64"
	"encoding/pem"
	"flag"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

// recordingProxy is an HTTP proxy that connects every host to the instance, and records the requests that it gets.
type recordingProxy struct {
	*httptest.Server
	instance *erpnettest.Server
	login    string // the Proxy-Authorization that it requires; empty for any
	sent     string // the Proxy-Authorization that it should get
	refuses  int    // the status to refuse every connection with; 0 for none

	mu     sync.Mutex
	asked  []string // methods and hosts
	logins []string
}

// proxy [-tls] [-demand LOGIN] [-send LOGIN] [-refuse STATUS] starts a proxy that can reach the instance, and names it
// in the environment. A login is USER:PASSWORD.
func proxy(ts *testscript.TestScript, neg bool, args []string) {
	noNegation(ts, neg)
	w, flags := worldOf(ts), flag.NewFlagSet("proxy", flag.ContinueOnError)
	tls := flags.Bool("tls", false, "")
	demand := flags.String("demand", "", "")
	send := flags.String("send", "", "")
	refuses := flags.Int("refuse", 0, "")
	ts.Check(flags.Parse(args))
	p := &recordingProxy{
		instance: w.server, refuses: *refuses, login: authorization(*demand), sent: authorization(*send),
	}
	p.Server = httptest.NewUnstartedServer(p)
	ts.Defer(p.Close)
	authorities := ts.Getenv("CA_PEM")
	if *tls {
		p.StartTLS()
		authorities += string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: p.Certificate().Raw}))
	} else {
		p.Start()
	}
	ts.Setenv("ERPNET_CA_CERTIFICATE_PEM", authorities)
	address, err := url.Parse(p.URL)
	ts.Check(err)
	if user, password, given := strings.Cut(*send, ":"); given {
		address.User = url.UserPassword(user, password)
		w.secrets = append(w.secrets, password, address.User.String(), strings.TrimPrefix(p.sent, "Basic "))
	}
	w.proxy = p
	ts.Setenv("HTTPS_PROXY", address.String())
}

// authorization returns the header value that a client sends for a login.
func authorization(login string) string {
	if login == "" {
		return ""
	}
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(login))
}

// proxied [N] checks that the proxy was asked only for connections to the instance, each time with the right login. It
// must have been asked N times or, without N, at least once and at most half as often as there were requests, because
// requests share connections.
func proxied(ts *testscript.TestScript, neg bool, args []string) {
	noNegation(ts, neg)
	p := worldOf(ts).proxy
	p.mu.Lock()
	defer p.mu.Unlock()
	for i, asked := range p.asked {
		if asked != "CONNECT erp.test:443" || p.logins[i] != p.sent {
			ts.Fatalf("%s, or not the right login", asked)
		}
	}
	n, requests := len(p.asked), p.instance.Count(erpnettest.Any)
	if len(args) > 0 && strconv.Itoa(n) != args[0] || len(args) == 0 && (n == 0 || 2*n > requests) {
		ts.Fatalf("the proxy was asked %d times for %d requests", n, requests)
	}
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

// tunnel connects the client with the instance until one of them disconnects.
func (p *recordingProxy) tunnel(w http.ResponseWriter) {
	client, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer func() { _ = client.Close() }()
	//nolint:noctx // loopback; ends when the client does
	instance, err := net.Dial("tcp", p.instance.Listener.Addr().String())
	if err != nil {
		return
	}
	_, _ = io.WriteString(client, "HTTP/1.1 200 Connection established\r\n\r\n")
	go func() { _, _ = io.Copy(instance, client); _ = instance.Close() }()
	_, _ = io.Copy(client, instance)
	_ = instance.Close()
}
