// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnet

import (
	"cmp"
	"context"
	"crypto/x509"
	"io"
	"maps"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// DefaultMaxRetries is how often a request is sent again after its first attempt.
const DefaultMaxRetries = 4

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

// Client sends requests to ERP.net instances. They share TLS settings, proxy and connections. A client redacts every
// secret that it was told of; see [Client.Protect]. It is safe for concurrent use.
type Client struct {
	options  Options
	network  *network // nil where there is a transport instead
	redactor redactor

	unreachable NegativeCache // by origin

	mu   sync.Mutex
	hold map[string]*Response // by site: what asked to be left alone for a while
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
	c := &Client{options: o, hold: map[string]*Response{}}
	if o.Transport == nil {
		c.network = newNetwork(o.RootCAs)
	}
	for _, secret := range proxySecrets() {
		c.Protect(secret)
	}
	return c
}

// Now is the client's clock: the time of day, which goes on while a machine sleeps.
func (c *Client) Now() time.Time { return c.options.Now().Round(0) }

// RequestTimeout bounds one attempt of a request.
func (c *Client) RequestTimeout() time.Duration { return c.options.RequestTimeout }

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

	Limited bool // this or an earlier attempt was refused as one too many (429)
}

// Send sends a request, again where the policy allows it, and returns the last response, whatever its status. It
// returns an error when there is none. Redirects are not followed: a redirect is a response like any other.
//
// A site that says with Retry-After when to come back is not asked earlier, by any caller. If that is too late for this
// request, its response is returned at once.
func (c *Client) Send(ctx context.Context, r Request, p Policy) (*Response, *Error) {
	ctx, cancel := context.WithTimeout(ctx, cmp.Or(p.Whole, OperationLimit))
	defer cancel()
	if failed := c.unreachable.Recall(origin(r.URL), c.Now()); failed != nil && !p.AskAgain {
		failed.URL = withoutQuery(r.URL)
		return nil, failed
	}
	limited := false
	for attempt := 1; ; attempt++ {
		if held, wait := c.held(r.URL); held != nil {
			if !fits(ctx, wait) {
				return held, nil
			}
			if err := sleep(ctx, wait); err != nil {
				return nil, c.failedRequest(r.URL, attempt-1, err)
			}
		}
		response, err := c.attempt(ctx, r, p, attempt)
		if err == nil {
			limited = limited || response.Status == http.StatusTooManyRequests
			response.Limited = limited
			c.holdOff(r.URL, response)
		}
		wait, again := p.next(response, c.kindOf(err), attempt)
		if again && attempt <= c.options.MaxRetries && fits(ctx, wait) {
			if err := sleep(ctx, wait); err != nil {
				return nil, c.failedRequest(r.URL, attempt, err)
			}
			continue
		}
		if err == nil {
			return response, nil
		}
		failed := c.failedRequest(r.URL, attempt, err)
		if failed.Kind.neverOpened() {
			c.unreachable.Remember(origin(r.URL), failed, c.Now())
		}
		return nil, failed
	}
}

func (c *Client) kindOf(err error) Kind {
	if err == nil {
		return ""
	}
	return c.explain(err).kind
}

// holdOff remembers a response that says when to come back.
func (c *Client) holdOff(url string, r *Response) {
	if !r.IsTransient() || r.retryAfter() == 0 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.hold[site(url)] = r
}

// held is the response that asked not to be asked again yet, and the wait that is left; nil if there is none.
func (c *Client) held(url string) (*Response, time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	r := c.hold[site(url)]
	if r == nil {
		return nil, 0
	}
	wait := r.At.Add(r.retryAfter()).Sub(c.Now())
	if wait <= 0 {
		delete(c.hold, site(url))
		return nil, 0
	}
	return r, wait
}

// sleep waits, unless the context ends before.
func sleep(ctx context.Context, wait time.Duration) error {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// attempt sends the request once and logs it.
func (c *Client) attempt(ctx context.Context, r Request, p Policy, number int) (*Response, error) {
	ctx, cancel := context.WithTimeout(ctx, cmp.Or(p.Attempt, c.options.RequestTimeout))
	defer cancel()
	ctx, reached := tracePhases(ctx)
	if c.network == nil {
		reached.Store(int32(waiting)) // another transport tells nothing
	}
	request, err := http.NewRequestWithContext(ctx, r.Method, r.URL, strings.NewReader(r.Body))
	if err != nil {
		return nil, errInvalidURL
	}
	maps.Copy(request.Header, r.Header)
	request.Header.Set("Accept", "application/json")
	request.Header.Set("User-Agent", c.options.UserAgent)
	begin := c.Now()
	response, err := c.exchange(request, p)
	fields := map[string]any{
		"method":      request.Method,
		"host":        request.URL.Host,
		"path":        c.Message(request.URL.Path), // of a link, it is the server's
		"duration_ms": c.Now().Sub(begin).Milliseconds(),
		"attempt":     number,
	}
	if err != nil {
		err = &phaseError{phase(reached.Load()), err}
		fields["failure"] = string(c.kindOf(err))
	} else {
		fields["status"] = response.Status
	}
	c.options.Log(ctx, "ERP.net request", fields)
	return response, err
}

// tracePhases lets a request record how far it comes.
func tracePhases(ctx context.Context) (context.Context, *atomic.Int32) {
	reached := new(atomic.Int32)
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		ConnectStart:         func(string, string) { reached.CompareAndSwap(int32(resolving), int32(connecting)) },
		TLSHandshakeStart:    func() { reached.Store(int32(handshaking)) },
		GotConn:              func(httptrace.GotConnInfo) { reached.Store(int32(waiting)) },
		GotFirstResponseByte: func() { reached.Store(int32(waiting)) },
	}), reached
}

// exchange makes one exchange on the wire. It uses the transport itself, which follows no redirect: an http.Client
// would post the secret again to wherever a 307 points. The body is read here, within the attempt's time limit.
func (c *Client) exchange(request *http.Request, p Policy) (*Response, error) {
	response, err := c.roundTrip(request, p)
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
	encoding := response.Header.Get("Content-Encoding")
	switch {
	case request.Context().Err() != nil:
		return nil, request.Context().Err()
	case len(body) > MaxResponseSize:
		return nil, errOversized
	case err != nil:
		return nil, err
	case encoding != "" && !strings.EqualFold(encoding, "identity") && len(body) > 0:
		return nil, &encodingError{encoding}
	}
	return &Response{Status: response.StatusCode, Header: response.Header, Body: body, At: c.Now()}, nil
}

func (c *Client) roundTrip(request *http.Request, p Policy) (*http.Response, error) {
	switch {
	case c.options.Transport != nil:
		return c.options.Transport.RoundTrip(request)
	case p.Fresh:
		return c.network.roundTrip(request, c.network.fresh)
	}
	return c.network.roundTrip(request, c.network.kept)
}

// certificateRequested reports whether a server has asked for a client certificate.
func (c *Client) certificateRequested() bool {
	return c.network != nil && c.network.certificateRequested.Load()
}
