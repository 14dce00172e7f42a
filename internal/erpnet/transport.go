// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnet

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/hashicorp/go-retryablehttp"
	"golang.org/x/net/http/httpproxy"
)

const (
	// MaxAnswerSize bounds, in bytes, the decompressed body of an answer.
	MaxAnswerSize = 1 << 20

	// OperationLimit bounds one operation with all its retries and waits.
	OperationLimit = 3 * time.Minute

	// DefaultRequestTimeout bounds one try of a request, its body included.
	DefaultRequestTimeout = 30 * time.Second

	// DefaultMaxRetries is how often a request is repeated after its first try.
	DefaultMaxRetries = 4

	maxHeaderSize = 64 << 10
)

// errOversized is the error of an answer that exceeds [MaxAnswerSize].
var errOversized = errors.New("answer exceeds 1 MiB")

// newHTTPClient returns the one client that every request goes through: TLS 1.2
// or newer, the environment's proxy, bounded answers, retries, no redirects.
func newHTTPClient(o Options) *http.Client {
	if o.transport == nil {
		o.transport = newTransport(o.RootCAs)
	}
	retrying := &retryablehttp.Client{
		HTTPClient: &http.Client{
			Transport:     &recorder{next: o.transport, now: o.Now, log: o.Log, userAgent: o.UserAgent},
			CheckRedirect: refuseRedirect,
			Timeout:       o.RequestTimeout,
		},
		RetryMax:     o.MaxRetries,
		RetryWaitMin: minBackoff,
		RetryWaitMax: maxBackoff,
		CheckRetry:   retryPolicy{now: o.Now}.check,
		Backoff:      retryPolicy{now: o.Now}.backoff,
		ErrorHandler: retryablehttp.PassthroughErrorHandler,
	}
	outer := retrying.StandardClient()
	// On both clients: either one alone posts the body again where a 307 points to.
	outer.CheckRedirect = refuseRedirect
	return outer
}

func newTransport(roots *x509.CertPool) *http.Transport {
	transport := http.DefaultTransport.(*http.Transport).Clone() //nolint:forcetypeassert // the standard library's documented type
	transport.Proxy = environmentProxy()
	transport.OnProxyConnectResponse = checkProxyAnswer
	transport.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots}
	transport.MaxResponseHeaderBytes = maxHeaderSize
	return transport
}

func refuseRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// environmentProxy reads the proxy variables now; the standard library's own
// function reads them once per process.
func environmentProxy() func(*http.Request) (*url.URL, error) {
	proxy := httpproxy.FromEnvironment().ProxyFunc()
	return func(r *http.Request) (*url.URL, error) { return proxy(r.URL) }
}

// proxyError is a proxy's refusal to open a connection.
type proxyError struct{ status int }

func (e *proxyError) Error() string { return "proxy refused the connection" }

func checkProxyAnswer(_ context.Context, _ *url.URL, _ *http.Request, answer *http.Response) error {
	if answer.StatusCode != http.StatusOK {
		return &proxyError{status: answer.StatusCode}
	}
	return nil
}

// recorder makes one try: it sets the user agent, reads the whole answer within
// the try's time limit, so that a body cut short counts as a lost connection,
// and logs an allow-list of fields.
type recorder struct {
	next      http.RoundTripper
	now       func() time.Time
	log       LogFunc
	userAgent string
}

func (r *recorder) RoundTrip(request *http.Request) (*http.Response, error) {
	ctx := request.Context()
	request = request.Clone(ctx)
	request.Header.Set("User-Agent", r.userAgent)
	if mode, _ := ctx.Value(repetitionKey{}).(repetition); mode == repeatNever {
		// net/http by itself repeats a GET on a kept connection that broke, but
		// for one whose body it could not rewind.
		request.Body, request.GetBody = io.NopCloser(strings.NewReader("")), nil
	}
	begin := r.now()
	answer, err := r.next.RoundTrip(request)
	if err == nil {
		dropUnreadableLocation(answer)
		err = readAll(answer)
	}
	fields := map[string]any{
		"method":      request.Method,
		"host":        request.URL.Host,
		"path":        request.URL.Path,
		"duration_ms": r.now().Sub(begin).Milliseconds(),
		"attempt":     countAttempt(ctx),
	}
	if err != nil {
		kind, _ := explain(err)
		fields["failure"] = string(kind)
		answer = nil
	} else {
		fields["status"] = answer.StatusCode
	}
	r.log(ctx, "ERP.net request", fields)
	return answer, err
}

// dropUnreadableLocation lets a redirect to what is no URL count as a redirect:
// net/http takes it for a failed connection.
func dropUnreadableLocation(answer *http.Response) {
	if _, err := url.Parse(answer.Header.Get("Location")); err != nil {
		answer.Header.Del("Location")
	}
}

// readAll replaces the answer's body by its content, at most [MaxAnswerSize].
func readAll(answer *http.Response) error {
	content, err := io.ReadAll(io.LimitReader(answer.Body, MaxAnswerSize+1))
	closeErr := answer.Body.Close()
	switch {
	case len(content) > MaxAnswerSize:
		return errOversized
	case err != nil:
		return err
	case closeErr != nil:
		return closeErr
	}
	answer.Body = io.NopCloser(bytes.NewReader(content))
	answer.ContentLength = int64(len(content))
	return nil
}

type attemptsKey struct{}

// withAttempts returns a context in which the tries of one request are counted.
// They are made one after the other.
func withAttempts(ctx context.Context) (context.Context, *int) {
	attempts := new(int)
	return context.WithValue(ctx, attemptsKey{}, attempts), attempts
}

func countAttempt(ctx context.Context) int {
	attempts, ok := ctx.Value(attemptsKey{}).(*int)
	if !ok {
		return 0
	}
	*attempts++
	return *attempts
}

// RootCAs returns the system's certificate authorities and those of the given
// PEM text. The error says what is wrong with the text.
func RootCAs(pem []byte) (*x509.CertPool, error) {
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool() // a system without a store of its own
	}
	if !pool.AppendCertsFromPEM(pem) {
		return nil, errors.New("it holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)")
	}
	return pool, nil
}
