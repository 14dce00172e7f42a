// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnet

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const (
	minBackoff    = 500 * time.Millisecond
	maxBackoff    = 10 * time.Second
	maxRetryAfter = time.Minute
)

// repetition says when a request may be sent again.
type repetition int

const (
	repeatRead  repetition = iota // whenever it may help: the request changes nothing
	repeatWrite                   // only if the answer says that nothing was written
	repeatNever
)

type repetitionKey struct{}

// withRepetition returns a context for requests that are not simply read.
func withRepetition(ctx context.Context, r repetition) context.Context {
	return context.WithValue(ctx, repetitionKey{}, r)
}

// retryPolicy decides when a request is sent again, and after how long.
type retryPolicy struct{ now func() time.Time }

// check is a [retryablehttp.CheckRetry]: connections that failed or broke, 429,
// 502, 503 and 504 are tried again. An unknown host, a TLS failure, and an
// answer that a repetition would not change are not.
func (p retryPolicy) check(ctx context.Context, answer *http.Response, err error) (bool, error) {
	if err != nil && ctx.Err() != nil {
		return false, ctx.Err()
	}
	mode, _ := ctx.Value(repetitionKey{}).(repetition)
	switch {
	case mode == repeatNever, mode == repeatWrite && err != nil:
		return false, nil //nolint:nilerr // says that there is no repetition; the client returns err itself
	case mode == repeatWrite:
		return nothingWritten(answer) && p.waitFits(ctx, answer), nil
	case err != nil:
		kind, _ := explain(err)
		return kind == ConnectionRefused || kind == ConnectionLost || kind == Timeout, nil
	}
	switch answer.StatusCode {
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return p.waitFits(ctx, answer), nil
	}
	return false, nil
}

// nothingWritten knows the answers of the Domain API that say so: 429, and the
// shortage of licences, a 503 with Retry-After (protocol section 3.3). A 503 of a
// gateway says nothing of the kind.
func nothingWritten(answer *http.Response) bool {
	return answer.StatusCode == http.StatusTooManyRequests ||
		answer.StatusCode == http.StatusServiceUnavailable && answer.Header.Get("Retry-After") != ""
}

// waitFits reports whether the longest wait that may follow an answer ends
// before the operation does. If not, this answer is the last one, and worth
// more than the time-out that would take its place.
func (p retryPolicy) waitFits(ctx context.Context, answer *http.Response) bool {
	deadline, ok := ctx.Deadline()
	return !ok || max(maxBackoff, p.retryAfter(answer)) < time.Until(deadline)
}

// backoff is a [retryablehttp.Backoff]: what the server's Retry-After says, else
// a doubling wait.
func (p retryPolicy) backoff(shortest, longest time.Duration, attempt int, answer *http.Response) time.Duration {
	if wait := p.retryAfter(answer); wait > 0 {
		return wait
	}
	return min(longest, shortest<<min(attempt, 16))
}

// retryAfter reads the header Retry-After (RFC 9110 section 10.2.3), seconds or a
// date, as at most a minute. It is 0 where there is none to obey.
func (p retryPolicy) retryAfter(answer *http.Response) time.Duration {
	if answer == nil {
		return 0
	}
	return parseRetryAfter(answer.Header.Get("Retry-After"), p.now())
}

func parseRetryAfter(value string, now time.Time) time.Duration {
	value = strings.TrimSpace(value)
	if seconds, err := strconv.ParseInt(value, 10, 64); err == nil {
		// Compared as seconds: as a Duration, many of them overflow.
		return time.Duration(min(max(seconds, 0), int64(maxRetryAfter/time.Second))) * time.Second
	} else if errors.Is(err, strconv.ErrRange) && !strings.HasPrefix(value, "-") {
		return maxRetryAfter
	}
	if date, err := http.ParseTime(value); err == nil {
		return min(max(date.Sub(now), 0), maxRetryAfter)
	}
	return 0
}

// explain says what an error of net/http means, and in a clause what happened.
// The clause holds nothing of the error's own text, which may quote a proxy URL
// or a header.
func explain(err error) (Kind, string) {
	var (
		dns       *net.DNSError
		op        *net.OpError
		proxy     *proxyError
		timeout   interface{ Timeout() bool }
		authority x509.UnknownAuthorityError
		hostname  x509.HostnameError
		invalid   x509.CertificateInvalidError
		record    tls.RecordHeaderError
		verify    *tls.CertificateVerificationError
	)
	switch {
	case errors.Is(err, errOversized):
		return OversizedAnswer, "was answered with more than 1 MiB"
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
	case errors.As(err, &authority):
		return UnknownAuthority, "failed, since the server's certificate is signed by an authority that this machine does not trust"
	case errors.As(err, &hostname):
		return WrongHostName, "failed, since the server's certificate is for another host name"
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return CertificateDates, "failed, since the server's certificate has expired or is not valid yet"
	case errors.As(err, &invalid), errors.As(err, &verify):
		return UnknownAuthority, "failed, since the server's certificate cannot be verified"
	case errors.Is(err, http.ErrSchemeMismatch), errors.As(err, &record), op != nil && (op.Op == "remote error" || op.Op == "local error"), strings.Contains(err.Error(), "tls: "):
		return TLSFailed, "failed, since no TLS connection came about"
	case isRefused(err):
		return ConnectionRefused, "failed, since the connection was refused"
	}
	return ConnectionLost, "failed, since the connection broke off"
}

// isRefused knows the error number of Windows (WSAECONNREFUSED) too, which
// package syscall does not map to ECONNREFUSED.
func isRefused(err error) bool {
	return errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, syscall.Errno(10061))
}
