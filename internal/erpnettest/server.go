// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

import (
	"cmp"
	"context"
	"crypto/tls"
	"io"
	"log"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"
)

// Server is an ERP.net instance that listens on a loopback port. Call its
// methods at any time and from any goroutine, but set its fields only before
// Start or StartTLS.
type Server struct {
	// URL is the root of the instance, without a trailing slash. By default,
	// Start and StartTLS set it to the address of the listener. Set it
	// beforehand to give the instance another public name, such as
	// https://erp.test behind a proxy. The issuer, the links and the
	// certificate then use that name.
	URL string

	// Listener accepts the connections; nil means a free port on 127.0.0.1.
	Listener net.Listener

	// TLS is the base of the configuration that StartTLS uses; nil means the
	// defaults of crypto/tls. To simulate an outdated server, set MinVersion
	// and MaxVersion.
	TLS *tls.Config

	// Certificate describes the certificate that StartTLS creates.
	Certificate Certificate

	// IdentityPath and APIPath are the paths of the two sites, "/id" and "/api"
	// by default. An instance may host them elsewhere (protocol 1.1).
	IdentityPath string
	APIPath      string

	// AccessLog, if set, gets one line for each request: method, path, status
	// and duration. It never gets queries, headers or bodies.
	AccessLog io.Writer

	// DiscardHistory makes the server count requests without keeping them or
	// the tokens that it issues. Use it for a server that runs for days.
	DiscardHistory bool

	registry registry
	keys     keyring
	faults   faultQueues
	history  history
	limiter  limiter

	started time.Time // on the server's clock

	currentMu sync.Mutex
	current   behaviour

	accessLogMu sync.Mutex

	http      *http.Server
	client    *http.Client
	serving   sync.WaitGroup // the accept loop
	conns     sync.WaitGroup // connections that net/http manages
	handlers  sync.WaitGroup // requests in progress, including hijacked ones
	closed    chan struct{}
	closeOnce sync.Once
}

// NewServer starts an instance over http.
func NewServer() *Server {
	s := NewUnstartedServer()
	s.Start()
	return s
}

// NewTLSServer starts an instance over https. The CA that CACertificatePEM
// returns signs its certificate.
func NewTLSServer() *Server {
	s := NewUnstartedServer()
	s.StartTLS()
	return s
}

// NewUnstartedServer returns an instance whose fields you can still set. Call
// Start or StartTLS next.
func NewUnstartedServer() *Server {
	s := &Server{
		IdentityPath: "/id",
		APIPath:      "/api",
		registry:     registry{customers: sampleCustomers()},
		history:      history{counts: map[Endpoint]int{}, responses: map[Endpoint]map[int]int{}},
		limiter:      limiter{open: map[tokenSum]*session{}},
		current:      behaviour{Settings: defaultSettings(), clock: time.Now},
		closed:       make(chan struct{}),
	}
	s.keys.rotate()
	s.AddUser(SampleUser())
	s.AddApplication(SampleApplication())
	return s
}

// Start serves over http. Like httptest, it panics if it can't listen.
func (s *Server) Start() {
	s.listen()
	s.setURL("http")
	s.serve(s.Listener)
}

// StartTLS serves over https. It offers only HTTP/1.1, because several faults
// hijack the connection, which HTTP/2 doesn't allow.
func (s *Server) StartTLS() {
	s.listen()
	s.setURL("https")
	s.serve(tls.NewListener(s.Listener, s.tlsConfig()))
}

func (s *Server) listen() {
	if s.http != nil {
		panic("erpnettest: server already started")
	}
	if s.Listener != nil {
		return
	}
	listener, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		panic("erpnettest: no free loopback port: " + err.Error())
	}
	s.Listener = listener
}

func (s *Server) setURL(scheme string) {
	if s.URL == "" {
		s.URL = scheme + "://" + s.Listener.Addr().String()
	}
}

func (s *Server) serve(listener net.Listener) {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	s.http = &http.Server{
		Handler:           http.HandlerFunc(s.handle),
		Protocols:         protocols,
		ReadHeaderTimeout: 30 * time.Second,
		ErrorLog:          log.New(io.Discard, "", 0), // tests cause handshake failures on purpose
		ConnState:         s.countConnection,
	}
	s.client = s.newClient()
	s.started = s.now()
	s.serving.Go(func() { _ = s.http.Serve(listener) })
}

func (s *Server) countConnection(_ net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		s.conns.Add(1)
	case http.StateClosed, http.StateHijacked:
		s.conns.Done()
	}
}

// Close ends every connection, including hanging ones, and returns when the
// last goroutine of the server has ended. You can call it more than once.
func (s *Server) Close() {
	s.closeOnce.Do(func() {
		close(s.closed)
		if s.http == nil {
			if s.Listener != nil {
				_ = s.Listener.Close()
			}
			return
		}
		s.client.CloseIdleConnections()
		_ = s.http.Close()
		s.serving.Wait() // no connection is counted after this
		s.conns.Wait()
		s.handlers.Wait()
	})
}

// Client returns a client that trusts the server's CA, uses no proxy, and
// reaches the server under the host name of URL.
func (s *Server) Client() *http.Client { return s.client }

func (s *Server) newClient() *http.Client {
	host := ""
	if u, err := url.Parse(s.URL); err == nil {
		host = u.Hostname()
	}
	dialer := &net.Dialer{Timeout: 30 * time.Second}
	return &http.Client{Transport: &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: caPool(), MinVersion: tls.VersionTLS12},
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			if name, _, err := net.SplitHostPort(address); err == nil && name == host && net.ParseIP(name) == nil {
				address = s.Listener.Addr().String()
			}
			return dialer.DialContext(ctx, network, address)
		},
	}}
}

// IdentityURL returns the URL of the identity service, without a trailing slash
// (protocol 1.3). It is also the issuer of tokens unless the settings say
// otherwise.
func (s *Server) IdentityURL() string { return s.URL + s.IdentityPath }

// DomainAPIURL returns the OData root of the Domain API, with a trailing slash
// (protocol 5).
func (s *Server) DomainAPIURL() string { return s.URL + s.APIPath + "/domain/odata/" }

// The functions below return the URLs that the instance gives for itself.
// Clients can't necessarily reach them.

func (s *Server) publicURL(settings Settings) string { return cmp.Or(settings.PublicURL, s.URL) }

func (s *Server) publicIdentityURL(settings Settings) string {
	return s.publicURL(settings) + s.IdentityPath
}

func (s *Server) publicDomainAPIURL(settings Settings) string {
	return s.publicURL(settings) + s.APIPath + "/domain/odata/"
}

func (s *Server) issuer(settings Settings) string {
	return cmp.Or(settings.Issuer, s.publicIdentityURL(settings))
}
