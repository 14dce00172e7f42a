// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnet

import (
	"crypto/tls"
	"errors"
	"net"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"
)

// phase is how far an attempt got.
type phase int32

const (
	resolving     phase = iota
	connecting          // directly to the server
	securingProxy       // up to the TLS handshake with an https:// proxy
	proxying            // until the proxy has opened a connection to the server
	handshaking
	waiting
)

// progress records the phase that an attempt reaches.
type progress struct {
	reached atomic.Int32
	proxy   string // host and port of the proxy; empty for none

	// certificateRequested is set if the last TLS handshake asked for a client certificate.
	certificateRequested atomic.Bool
}

// progressKey is the key of the progress in the context of an attempt. The context is all that crypto/tls says about
// the connection when a server asks for a client certificate.
type progressKey struct{}

// noClientCertificate records that a server asks for a client certificate. The client never has one.
func noClientCertificate(info *tls.CertificateRequestInfo) (*tls.Certificate, error) {
	if p, ok := info.Context().Value(progressKey{}).(*progress); ok {
		p.certificateRequested.Store(true)
	}
	return &tls.Certificate{}, nil
}

// advance records a phase. The phase never goes back, because net/http may go on to connect after another connection
// has become free for the request.
func (p *progress) advance(to phase) {
	for {
		reached := p.reached.Load()
		if reached >= int32(to) || p.reached.CompareAndSwap(reached, int32(to)) {
			return
		}
	}
}

// start records the proxy, if there is one.
func (p *progress) start(proxy *url.URL, err error) {
	if err != nil || proxy == nil {
		return
	}
	p.proxy = proxy.Host
	if proxy.Scheme == "https" {
		p.advance(securingProxy)
	} else {
		p.advance(proxying)
	}
}

func (p *progress) trace() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		ConnectStart: func(string, string) { p.advance(connecting) },
		TLSHandshakeStart: func() {
			p.certificateRequested.Store(false)
			if !p.reached.CompareAndSwap(int32(securingProxy), int32(proxying)) {
				p.advance(handshaking)
			}
		},
		GotConn: func(httptrace.GotConnInfo) { p.advance(waiting) },
	}
}

// failure returns the error of the attempt.
func (p *progress) failure(cause error) error {
	return &phaseError{phase(p.reached.Load()), p.proxy, p.certificateRequested.Load(), cause}
}

// phaseError is the error of an attempt with its progress.
type phaseError struct {
	phase phase
	proxy string

	certificateRequested bool

	cause error
}

func (e *phaseError) Error() string { return e.cause.Error() }
func (e *phaseError) Unwrap() error { return e.cause }

// atProxy reports whether the proxy had not opened a connection yet. net/http names the proxy in an error only if it
// could not reach the proxy, or if SOCKS failed.
func (e *phaseError) atProxy() bool {
	var op *net.OpError
	return e.phase == securingProxy || e.phase == proxying ||
		errors.As(e.cause, &op) && (op.Op == "proxyconnect" || op.Op == "socks connect")
}

// timeout describes an attempt that ran out of time.
func (e *phaseError) timeout() explanation {
	switch e.phase {
	case resolving:
		return explanation{NameServerFailed, "got no response of the name server in time", false}
	case connecting, securingProxy, proxying:
		return explanation{ConnectTimeout, "got no connection in time", false}
	case handshaking:
		return explanation{HandshakeTimeout, "got a connection, but no TLS handshake in time", false}
	}
	return explanation{Timeout, "got no complete response in time", false}
}
