// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

import (
	"crypto/tls"
	"net"
	"net/http"
	"strconv"
	"time"
)

// Reset ends the connection with a TCP reset. It sends no response and skips
// the endpoint's work.
func Reset() Fault {
	return Fault{instead: nothing, deliver: reset}
}

// Disconnect closes the connection. It sends no response and skips the
// endpoint's work. To a client, this looks like a keep-alive connection that
// the server has dropped.
func Disconnect() Fault {
	return Fault{instead: nothing, deliver: func(*exchange, http.ResponseWriter, response) {
		panic(http.ErrAbortHandler)
	}}
}

// ResponseLost does the endpoint's work and then resets the connection. The
// client can't know that the work was done.
func ResponseLost() Fault { return Fault{deliver: reset} }

func nothing(*exchange) response { return emptyResponse(0) }

func reset(_ *exchange, w http.ResponseWriter, _ response) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if overTLS, ok := conn.(*tls.Conn); ok {
		conn = overTLS.NetConn() // closing the TLS connection would send a close_notify first
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}

// Truncated announces the full length of the normal response, but sends only
// half of it.
func Truncated() Fault {
	return Fault{deliver: func(_ *exchange, w http.ResponseWriter, r response) {
		w.Header().Set("Content-Length", strconv.Itoa(max(len(r.body), 1)))
		r.body = r.body[:len(r.body)/2]
		writeAndAbort(w, r)
	}}
}

// ChunkedCut sends half of the normal response as a chunk, but never sends the
// final chunk.
func ChunkedCut() Fault {
	return Fault{deliver: func(_ *exchange, w http.ResponseWriter, r response) {
		r.body = r.body[:len(r.body)/2]
		writeAndAbort(w, r)
	}}
}

func writeAndAbort(w http.ResponseWriter, r response) {
	r.stream = nil
	r.write(w)
	_ = http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}

// SlowBody sends the normal response byte by byte, with a pause on the real
// clock before each byte.
func SlowBody(pause time.Duration) Fault {
	return Fault{deliver: func(x *exchange, w http.ResponseWriter, r response) {
		r.writeHeader(w)
		for i := range r.body {
			_ = http.NewResponseController(w).Flush()
			if err := x.pause(pause); err != nil {
				panic(http.ErrAbortHandler)
			}
			_, _ = w.Write(r.body[i : i+1])
		}
	}}
}
