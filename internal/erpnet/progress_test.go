// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnet

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
)

// dials makes the client connect to a function that plays the server, with pipes instead of sockets, so that time-outs
// take no real time. Without a function, every connection is refused. It returns the number of connections.
func (c *Client) dials(t *testing.T, server func(net.Conn)) *atomic.Int32 {
	t.Helper()
	n := new(atomic.Int32)
	dial := func(context.Context, string, string) (net.Conn, error) {
		n.Add(1)
		if server == nil {
			return nil, &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
		}
		ours, theirs := net.Pipe()
		go server(theirs)
		return ours, nil
	}
	for _, transport := range []*http.Transport{c.network.kept.http2, c.network.kept.http1} {
		transport.DialContext = dial
		t.Cleanup(transport.CloseIdleConnections)
	}
	return n
}

// hangs takes a connection and whatever is sent, and never responds.
func hangs(conn net.Conn) { _, _ = io.Copy(io.Discard, conn) }

// writesAndCloses returns a server that responds with a text to the first bytes of a connection.
func writesAndCloses(text string) func(net.Conn) {
	return func(conn net.Conn) {
		_, _ = conn.Read(make([]byte, 4096))
		_, _ = io.WriteString(conn, text)
		_ = conn.Close()
	}
}

// opensTunnel returns a proxy that connects each client to the server.
func opensTunnel(server func(net.Conn)) func(net.Conn) {
	return func(conn net.Conn) {
		_, _ = http.ReadRequest(bufio.NewReader(conn))
		_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\n\r\n")
		server(conn)
	}
}

// Whatever happens before the proxy has opened a connection is the proxy's failure, and whatever happens afterwards is
// the server's.
func TestFailureOfTheProxyIsNotBlamedOnTheServer(t *testing.T) {
	const behindIt = ""
	for name, test := range map[string]struct {
		scheme string
		proxy  func(net.Conn)
		want   string // what happened at the proxy
		once   bool   // there is only one attempt
	}{
		"hangs":              {scheme: "http", proxy: hangs, want: "it got no connection in time"},
		"closes":             {scheme: "http", proxy: writesAndCloses(""), want: "it lost its connection"},
		"does not run":       {scheme: "http", want: "it was refused a connection"},
		"is an SSH server":   {scheme: "http", proxy: writesAndCloses("SSH-2.0\r\n"), want: "not HTTP", once: true},
		"hangs, TLS":         {scheme: "https", proxy: hangs, want: "it got no connection in time"},
		"closes, TLS":        {scheme: "https", proxy: writesAndCloses(""), want: "it lost its connection"},
		"has no TLS":         {scheme: "https", proxy: writesAndCloses("HTTP/1.1 400 \r\n"), want: "TLS", once: true},
		"hangs, SOCKS":       {scheme: "socks5", proxy: hangs, want: "it got no connection in time"},
		"closes, SOCKS":      {scheme: "socks5", proxy: writesAndCloses(""), want: "it lost its connection"},
		"wants a login":      {scheme: "socks5", proxy: writesAndCloses("\x05\xff"), want: "SOCKS proxy", once: true},
		"no server behind":   {scheme: "http", proxy: opensTunnel(hangs), want: behindIt},
		"broken link behind": {scheme: "http", proxy: opensTunnel(writesAndCloses("")), want: behindIt},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("HTTPS_PROXY", test.scheme+"://user:proxy-password@proxy.test:3128")
			t.Setenv("NO_PROXY", "")
			synctest.Test(t, func(t *testing.T) {
				client := NewClient(Options{MaxRetries: 1})
				dialed := client.dials(t, test.proxy)
				got, err := post(client, "https://erp.test/")
				if (got == ProxyFailed) != (test.want != behindIt) || !strings.Contains(err.Error(), test.want) ||
					test.want != behindIt && !test.once && !strings.Contains(err.Error(), "proxy proxy.test:3128") ||
					strings.Contains(err.Error(), "proxy-password") {
					t.Errorf("got %q: %v", got, err)
				}
				if (dialed.Load() == 1) != test.once {
					t.Errorf("%d connections", dialed.Load())
				}
			})
		})
	}
}

// A server that takes the connection but doesn't respond to the TLS handshake has a right address, and is not behind a
// firewall.
func TestHangingHandshakeIsNotAMissingConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := NewClient(Options{MaxRetries: 1})
		dialed := client.dials(t, hangs)
		got, err := post(client, "https://127.0.0.1/")
		if got != HandshakeTimeout || dialed.Load() != 2 || !AsError(err).NotSent() {
			t.Errorf("got %q in %d connections: %v", got, dialed.Load(), err)
		}
	})
}
