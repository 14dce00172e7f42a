// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnet

import (
	"compress/gzip"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// The kinds of failure of a request that got no response.
const (
	UnknownHost       Kind = "unknown_host"       // the name does not exist
	NameServerFailed  Kind = "name_server_failed" // the name could not be looked up
	ConnectionRefused Kind = "connection_refused"
	Unreachable       Kind = "unreachable"       // there is no route to the address
	ConnectTimeout    Kind = "connect_timeout"   // no connection in time
	HandshakeTimeout  Kind = "handshake_timeout" // connected, but no TLS handshake in time
	Timeout           Kind = "timeout"           // connected, but no complete response in time
	ConnectionLost    Kind = "connection_lost"
	NotHTTP           Kind = "not_http"
	InvalidHTTP       Kind = "invalid_http" // a response that breaks the rules of HTTP
	ProxyFailed       Kind = "proxy_failed"
	Canceled          Kind = "canceled"
	OversizedResponse Kind = "oversized_response"
	UnreadableContent Kind = "unreadable_content" // not in the encoding that it claims, or one not asked for

	UnknownAuthority    Kind = "unknown_authority"
	MissingIntermediate Kind = "missing_intermediate"
	WrongHostName       Kind = "wrong_host_name"
	NoHostNames         Kind = "no_host_names" // the certificate has no subject alternative names
	CertificateDates    Kind = "certificate_dates"
	AuthorityDates      Kind = "authority_dates" // like CertificateDates, of another certificate in the chain
	CertificateInvalid  Kind = "certificate_invalid"
	CertificateRequired Kind = "client_certificate_required"
	OldTLS              Kind = "old_tls"
	NotTLS              Kind = "not_tls"
	TLSFailed           Kind = "tls_failed"
)

var (
	errInvalidURL = errors.New("invalid URL")
	errOversized  = errors.New("response exceeds 1 MiB")
	errNotFinal   = errors.New("the final response is informational")
	errProxyURL   = errors.New("the proxy variable is not a URL")
)

// encodingError reports a content encoding (RFC 9110 section 8.4) that the client did not ask for.
type encodingError struct{ encoding string }

func (e *encodingError) Error() string { return "unexpected content encoding" }

// explanation describes an error of net/http. The field happened is the clause for [Error.Happened]. The field inGo is
// true if Go's own error text says more than the clause does.
type explanation struct {
	kind     Kind
	happened string
	inGo     bool
}

// failedRequest returns the error of a request that got no response in any attempt.
func (c *Client) failedRequest(url string, attempts int, cause error) *Error {
	x := c.explain(cause)
	if attempts > 1 {
		x.happened += fmt.Sprintf(", in %d attempts", attempts)
	}
	e := &Error{Kind: x.kind, URL: WithoutQuery(url), Happened: x.happened, cause: cause}
	if x.inGo {
		e.Evidence = "Cause: " + strings.TrimSuffix(c.Message(cause.Error()), ".") + godebug(cause) + "."
	}
	return e
}

// explain describes an error of net/http. Until a proxy has opened a connection, the server has no part in any error.
func (c *Client) explain(err error) explanation {
	x := c.explainCause(err)
	var failed *phaseError
	if x.kind == Canceled || x.kind == ProxyFailed || !errors.As(err, &failed) || !failed.atProxy() {
		return x
	}
	return explanation{
		ProxyFailed,
		"did not pass the proxy " + c.Message(failed.proxy) + " of the environment: it " + x.happened,
		!isTimeout(err),
	}
}

// explainCause describes an error of net/http as if there were no proxy. The clause never includes the error's own
// text, which may quote a proxy URL or a header. That text must be redacted first.
func (c *Client) explainCause(err error) explanation {
	var (
		proxy    *proxyError
		op       *net.OpError
		encoding *encodingError
		phase    *phaseError
	)
	switch {
	case errors.Is(err, errInvalidURL):
		return explanation{UnknownHost, "was not sent, since this is not a valid URL", false}
	case errors.Is(err, errNotFinal):
		return explanation{NotJSON, "was answered with an informational HTTP status (1xx) only", false}
	case errors.Is(err, errOversized):
		return explanation{OversizedResponse, "was answered with more than 1 MiB", false}
	case errors.As(err, &encoding):
		return explanation{UnreadableContent, fmt.Sprintf("was answered with content in the encoding %q, which was "+
			"not asked for", c.Message(encoding.encoding)), false}
	case errors.Is(err, gzip.ErrHeader):
		return explanation{
			UnreadableContent, "was answered with content that is not in gzip, though its header says so",
			false,
		}
	case errors.Is(err, context.Canceled):
		return explanation{Canceled, "was canceled", false}
	case errors.Is(err, errProxyURL):
		return explanation{ProxyFailed, "was not sent: the proxy variable of the environment is not a URL", false}
	case errors.As(err, &proxy):
		return explanation{
			ProxyFailed,
			"did not pass the proxy, which answered with HTTP status " + strconv.Itoa(proxy.status),
			false,
		}
	case errors.As(err, &op) && op.Op == "socks connect" && !isTimeout(err) && !isBroken(err):
		return explanation{ProxyFailed, "did not pass the SOCKS proxy of the environment", true}
	case errors.As(err, &phase) && isTimeout(err):
		return phase.timeout()
	}
	if x, ok := c.explainTLS(err); ok {
		return x
	}
	return explainConnection(err)
}

func explainConnection(err error) explanation {
	var dns *net.DNSError
	switch {
	case errors.As(err, &dns) && dns.IsNotFound:
		return explanation{UnknownHost, "found no such host", false}
	case errors.As(err, &dns):
		return explanation{NameServerFailed, "got no usable response of the name server", true}
	case isRefused(err):
		return explanation{ConnectionRefused, "was refused a connection", false}
	case isUnreachable(err):
		return explanation{Unreachable, "found no route", true}
	case isTimeout(err):
		return explanation{Timeout, "got no complete response in time", false}
	case strings.Contains(err.Error(), "malformed HTTP"):
		return explanation{NotHTTP, "got something that is not HTTP", false}
	case strings.Contains(err.Error(), "response headers exceeded"),
		strings.Contains(err.Error(), "header list larger than"):
		return explanation{OversizedResponse, "was answered with a header of more than 64 KiB", false}
	case breaksHTTP(err.Error()):
		return explanation{InvalidHTTP, "was answered with invalid HTTP", true}
	}
	return explanation{ConnectionLost, "lost its connection", true}
}

// breaksHTTP recognizes the errors of net/http for a response that breaks the rules of HTTP. It would be the same again.
// The types of these errors are not exported.
func breaksHTTP(text string) bool {
	return slices.ContainsFunc([]string{
		"malformed MIME header", "transfer encoding", "Content-Length", // HTTP/1.1: headers
		"chunked encoding", "chunk length", "chunked line", "header line too long", // chunks
		"looked like an HTTP/1.1 header", "connection error: ", "; PROTOCOL_ERROR", // HTTP/2
	}, func(part string) bool { return strings.Contains(text, part) }) &&
		!strings.Contains(text, "received from peer") // the server refuses the request
}

// explainTLS describes the errors of crypto/tls and crypto/x509.
func (c *Client) explainTLS(err error) (explanation, bool) {
	var (
		authority x509.UnknownAuthorityError
		hostname  x509.HostnameError
		invalid   x509.CertificateInvalidError
		record    tls.RecordHeaderError
		verify    *tls.CertificateVerificationError
	)
	errors.As(err, &verify)
	switch {
	case errors.As(err, &authority):
		// Go says why a trusted authority of the right name does not count.
		hint := strings.Contains(authority.Error(), "possibly because of")
		if !hint && verify != nil && lacksIntermediate(verify) {
			return explanation{MissingIntermediate, "failed in the TLS handshake", true}, true
		}
		return explanation{UnknownAuthority, "failed in the TLS handshake", hint}, true
	case errors.As(err, &hostname):
		if len(hostname.Certificate.DNSNames)+len(hostname.Certificate.IPAddresses) == 0 {
			return explanation{NoHostNames, "failed in the TLS handshake", false}, true
		}
		return explanation{WrongHostName, "failed in the TLS handshake", true}, true
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired && !isLeaf(invalid.Cert, verify):
		return explanation{AuthorityDates, fmt.Sprintf("failed in the TLS handshake because of the certificate of the "+
			"authority %q", c.Message(invalid.Cert.Subject.String())), true}, true
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return explanation{CertificateDates, "failed in the TLS handshake", true}, true
	case errors.As(err, &record):
		return explanation{NotTLS, "failed in the TLS handshake", false}, true
	case errors.As(err, &invalid), verify != nil, strings.Contains(err.Error(), "x509: "):
		return explanation{CertificateInvalid, "failed in the TLS handshake", true}, true
	}
	return explainAlert(err)
}

// explainAlert describes a TLS handshake that one side refused. The types of these errors are not exported.
func explainAlert(err error) (explanation, bool) {
	text := err.Error()
	var attempt *phaseError
	refused := (strings.Contains(text, "tls: handshake failure") || strings.Contains(text, "tls: bad certificate")) &&
		errors.As(err, &attempt) && attempt.certificateRequested
	switch {
	case !strings.Contains(text, "tls: "):
		return explanation{}, false
	case strings.Contains(text, "tls: certificate required"), refused:
		return explanation{CertificateRequired, "failed in the TLS handshake", false}, true
	case strings.Contains(text, "protocol version"):
		return explanation{OldTLS, "failed in the TLS handshake", false}, true
	case strings.Contains(text, "first record does not look like a TLS handshake"):
		return explanation{NotTLS, "failed in the TLS handshake", false}, true
	}
	return explanation{TLSFailed, "failed in the TLS handshake", true}, true
}

// isLeaf reports whether a certificate is the one that the server sent as its own.
func isLeaf(certificate *x509.Certificate, verify *tls.CertificateVerificationError) bool {
	return verify == nil || len(verify.UnverifiedCertificates) == 0 ||
		certificate.Equal(verify.UnverifiedCertificates[0])
}

// lacksIntermediate reports whether a server sent a single certificate without the certificate that signed it.
func lacksIntermediate(verify *tls.CertificateVerificationError) bool {
	sent := verify.UnverifiedCertificates
	return len(sent) == 1 && !sent[0].IsCA && sent[0].Issuer.String() != sent[0].Subject.String() &&
		len(sent[0].IssuingCertificateURL) > 0
}

// godebug names the GODEBUG setting that makes Go accept a certificate that it rejects by default, if there is one.
func godebug(err error) string {
	for words, setting := range map[string]string{
		"negative serial number": "x509negativeserial=1",
		"RSA key larger than":    "tlsmaxrsasize=16384",
		"keys are insecure":      "rsa1024min=0",
	} {
		if strings.Contains(err.Error(), words) {
			return "; until the certificate is replaced, the environment variable GODEBUG=" + setting +
				" makes Go take it"
		}
	}
	return ""
}

func isTimeout(err error) bool {
	var timeout interface{ Timeout() bool }
	return errors.As(err, &timeout) && timeout.Timeout()
}

// isBroken reports whether the other side ended a connection.
func isBroken(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.ECONNRESET) ||
		errors.Is(err, wsaeConnReset)
}

// The error numbers of Windows (Winsock). The syscall package does not map them to those of POSIX.
const (
	wsaeNetUnreach  = syscall.Errno(10051)
	wsaeConnReset   = syscall.Errno(10054)
	wsaeConnRefused = syscall.Errno(10061)
	wsaeHostUnreach = syscall.Errno(10065)
)

func isRefused(err error) bool {
	return errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, wsaeConnRefused)
}

func isUnreachable(err error) bool {
	for _, number := range []syscall.Errno{
		syscall.EHOSTUNREACH,
		syscall.ENETUNREACH,
		syscall.EADDRNOTAVAIL,
		wsaeHostUnreach,
		wsaeNetUnreach,
	} {
		if errors.Is(err, number) {
			return true
		}
	}
	return false
}

// mayPass reports whether a retry may help after a request that got no response.
func (k Kind) mayPass() bool {
	switch k {
	case ConnectionRefused, ConnectionLost, ConnectTimeout, HandshakeTimeout, Timeout, Unreachable,
		NameServerFailed:
		return true
	}
	return false
}

// neverOpened reports whether no connection was established that could carry the request, so it cannot have reached a
// server.
func (k Kind) neverOpened() bool {
	switch k {
	case UnknownHost, NameServerFailed, ConnectionRefused, Unreachable, ConnectTimeout, HandshakeTimeout,
		ProxyFailed:
		return true
	}
	return false
}

// NotSent reports whether the failed request cannot have reached the server.
func (e *Error) NotSent() bool { return e.unsent || e.Status == 0 && e.Kind.neverOpened() }
