// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnet

import (
	"cmp"
	"context"
	"crypto/x509"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"
)

const (
	// MaxResponseSize bounds, in bytes, the decompressed body of a response.
	MaxResponseSize = 1 << 20

	// DefaultRequestTimeout bounds one attempt of a request, its body included.
	DefaultRequestTimeout = 30 * time.Second

	// DefaultMaxRetries is how often a request is sent again after its first attempt.
	DefaultMaxRetries = 4
)

// LogFunc takes one event. Its fields are an allow-list: method, host, path, status, duration_ms, attempt, failure.
type LogFunc func(ctx context.Context, event string, fields map[string]any)

// Options configure a [Client]. The zero value of each field is usable.
type Options struct {
	UserAgent      string            // the whole User-Agent header
	RootCAs        *x509.CertPool    // nil: the system's certificate authorities
	RequestTimeout time.Duration     // of one attempt; 0: DefaultRequestTimeout
	MaxRetries     int               // after the first attempt; 0: none
	Now            func() time.Time  // the clock; nil: time.Now
	Log            LogFunc           // nil: no log
	Transport      http.RoundTripper // instead of the network, for tests
}

// Client sends requests to ERP.net instances. They share one transport, and with it TLS settings, proxy and
// connections. A client redacts every secret that it was told of; see [Client.Protect]. It is safe for concurrent use.
type Client struct {
	options     Options
	redactor    redactor
	authorities sync.Once
}

// NewClient returns a client. It reads the proxy variables of the environment and sends nothing.
func NewClient(o Options) *Client {
	o.RequestTimeout = cmp.Or(o.RequestTimeout, DefaultRequestTimeout)
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = func(context.Context, string, map[string]any) {}
	}
	if o.Transport == nil {
		o.Transport = newTransport(o.RootCAs)
	}
	return &Client{options: o}
}

// Now is the client's clock.
func (c *Client) Now() time.Time { return c.options.Now() }

// Request is one HTTP request. Its URL has no user name or password.
type Request struct {
	Method string
	URL    string
	Header http.Header // sent besides Accept, which asks for JSON, and User-Agent
	Body   string
}

// Response is a complete HTTP response and the moment it came.
type Response struct {
	Status int
	Header http.Header
	Body   []byte
	At     time.Time
}

// Send sends a request, again where the policy allows it, and returns the last response, whatever its status. It
// returns an error when there is none. Redirects are not followed: a redirect is a response like any other.
func (c *Client) Send(ctx context.Context, r Request, p Policy) (*Response, *Error) {
	ctx, cancel := context.WithTimeout(ctx, cmp.Or(p.Whole, OperationLimit))
	defer cancel()
	for attempt := 1; ; attempt++ {
		response, err := c.attempt(ctx, r, p, attempt)
		wait, again := p.next(response, err, attempt, c.Now())
		if !again || attempt > c.options.MaxRetries || !fits(ctx, wait) {
			if err == nil {
				return response, nil
			}
			return nil, failedRequest(r.URL, attempt, err)
		}
		if !sleep(ctx, wait) {
			return nil, failedRequest(r.URL, attempt, ctx.Err())
		}
	}
}

// sleep waits, and reports whether it did so to the end.
func sleep(ctx context.Context, wait time.Duration) bool {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// attempt sends the request once and logs it.
func (c *Client) attempt(ctx context.Context, r Request, p Policy, number int) (*Response, error) {
	ctx, cancel := context.WithTimeout(ctx, cmp.Or(p.Attempt, c.options.RequestTimeout))
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, r.Method, r.URL, strings.NewReader(r.Body))
	if err != nil {
		return nil, errInvalidURL
	}
	for name, values := range r.Header {
		request.Header[name] = values
	}
	request.Header.Set("Accept", "application/json")
	request.Header.Set("User-Agent", c.options.UserAgent)
	if request.URL.Scheme == "https" {
		c.authorities.Do(readAuthorities)
	}
	begin := c.Now()
	response, err := c.roundTrip(request)
	fields := map[string]any{
		"method":      request.Method,
		"host":        request.URL.Host,
		"path":        request.URL.Path,
		"duration_ms": c.Now().Sub(begin).Milliseconds(),
		"attempt":     number,
	}
	if err != nil {
		kind, _ := explain(err)
		fields["failure"] = string(kind)
	} else {
		fields["status"] = response.Status
	}
	c.options.Log(ctx, "ERP.net request", fields)
	return response, err
}

var (
	errInvalidURL = errors.New("invalid URL")
	errOversized  = errors.New("response exceeds 1 MiB")
	errNotFinal   = errors.New("the final response is informational")
)

// roundTrip makes one exchange on the wire. It uses the transport itself, which follows no redirect: an http.Client
// would post the secret again to wherever a 307 points. The body is read here, within the attempt's time limit.
func (c *Client) roundTrip(request *http.Request) (*Response, error) {
	response, err := c.options.Transport.RoundTrip(request)
	if err != nil {
		return nil, err
	}
	// The body of a protocol switch knows nothing of the context, and neither may another transport's.
	stop := context.AfterFunc(request.Context(), func() { _ = response.Body.Close() })
	defer func() {
		stop()
		_ = response.Body.Close()
	}()
	if response.StatusCode < http.StatusOK {
		return nil, errNotFinal
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, MaxResponseSize+1))
	switch {
	case request.Context().Err() != nil:
		return nil, request.Context().Err()
	case len(body) > MaxResponseSize:
		return nil, errOversized
	case err != nil:
		return nil, err
	}
	return &Response{Status: response.StatusCode, Header: response.Header, Body: body, At: c.Now()}, nil
}
