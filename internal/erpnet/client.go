// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnet

import (
	"cmp"
	"context"
	"crypto/x509"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync"
	"time"
)

// DefaultMaxRetries is how many times a request is retried after its first attempt.
const DefaultMaxRetries = 4

// LogFunc logs one event. The only fields are method, host, path, status, duration_ms, attempt, and failure.
type LogFunc func(ctx context.Context, event string, fields map[string]any)

// Options configures a [Client]. The zero value of every field is usable.
type Options struct {
	UserAgent      string            // the whole User-Agent header
	RootCAs        *x509.CertPool    // nil: the system's certificate authorities
	RequestTimeout time.Duration     // for one attempt; 0: DefaultRequestTimeout
	MaxRetries     int               // after the first attempt; 0: no retries
	Now            func() time.Time  // the clock; nil: time.Now
	Log            LogFunc           // nil: no log
	Transport      http.RoundTripper // replaces the network in tests
}

// Client sends requests to ERP.net instances. All requests share the TLS settings, the proxy, and the connections. A
// client redacts every secret that was passed to [Client.Protect]. It is safe for concurrent use.
type Client struct {
	options  Options
	network  *network // nil if Options.Transport is set
	redactor redactor

	unreachable NegativeCache // by origin

	mu   sync.Mutex
	hold map[string]heldOff // by site: the last response whose Retry-After still applies
}

// NewClient returns a client. It reads the proxy variables of the environment and sends no request.
func NewClient(o Options) *Client {
	o.RequestTimeout = cmp.Or(o.RequestTimeout, DefaultRequestTimeout)
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = func(context.Context, string, map[string]any) {}
	}
	c := &Client{options: o, hold: map[string]heldOff{}}
	if o.Transport == nil {
		c.network = newNetwork(o.RootCAs)
	}
	for _, secret := range proxySecrets() {
		c.Protect(secret)
	}
	return c
}

// Now returns the time of the client's clock without a monotonic reading, because the wall clock keeps running while a
// machine sleeps.
func (c *Client) Now() time.Time { return c.options.Now().Round(0) }

// RequestTimeout returns the time limit of one attempt of a request.
func (c *Client) RequestTimeout() time.Duration { return c.options.RequestTimeout }

// Request is an HTTP request. Its URL holds no user name or password.
type Request struct {
	Method string
	URL    string
	Header http.Header // sent in addition to User-Agent and Accept (which asks for JSON)
	Body   string
}

// Response is a complete HTTP response and the time at which it arrived.
type Response struct {
	Status int
	Header http.Header
	Body   []byte
	At     time.Time

	Limited bool // this attempt or an earlier one was rejected with 429 (too many requests)
}

// Send sends a request, retries it as the policy allows, and returns the last response, whatever its status. It returns
// an error if there was no response. Send does not follow redirects: a redirect is a response like any other.
//
// If a site sends Retry-After, no caller sends it another request before that time. If that is too late for this
// request, Send immediately returns the response that asked for the wait, or an error if that was another URL's.
func (c *Client) Send(ctx context.Context, r Request, p Policy) (*Response, *Error) {
	ctx, cancel := context.WithTimeout(ctx, cmp.Or(p.Whole, OperationLimit))
	defer cancel()
	if failed := c.unreachable.Recall(origin(r.URL), c.Now()); failed != nil && !p.AskAgain {
		failed.URL = WithoutQuery(r.URL)
		return nil, failed
	}
	limited := false
	for attempt := 1; ; attempt++ {
		if held, wait := c.held(r.URL); held.Response != nil {
			switch {
			case fits(ctx, wait):
			case held.url == r.URL:
				return held.Response, nil
			default:
				failed := c.refuse(r.URL, held)
				failed.unsent = attempt == 1
				return nil, failed
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
		wait, again := p.next(response, c.causeKind(err), attempt)
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

// causeKind returns what happened on the connection, to the server or to a proxy. Whether a retry may help depends on
// that.
func (c *Client) causeKind(err error) Kind {
	if err == nil {
		return ""
	}
	return c.explainCause(err).kind
}

// heldOff is a response that says when to retry, and the URL that it came from.
type heldOff struct {
	*Response

	url string
}

// refuse returns the error for a request that is not sent because of the response to another one.
func (c *Client) refuse(url string, h heldOff) *Error {
	e := &Error{Kind: Unavailable, URL: WithoutQuery(url), RetryAt: h.At.Add(h.retryAfter()).UTC()}
	if h.Status == http.StatusTooManyRequests {
		e.Kind = RateLimited
	}
	e.Happened = fmt.Sprintf(
		"was not sent, because %s responded with HTTP status %d and asked to wait",
		c.Message(WithoutQuery(h.url)),
		h.Status,
	)
	return e
}

// holdOff remembers a response that says when to retry.
func (c *Client) holdOff(url string, r *Response) {
	if !r.IsTransient() || r.retryAfter() == 0 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.hold[site(url)] = heldOff{r, url}
}

// held returns the response whose Retry-After still applies and the remaining wait, or nil if there is none.
func (c *Client) held(url string) (heldOff, time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	r := c.hold[site(url)]
	if r.Response == nil {
		return heldOff{}, 0
	}
	wait := r.At.Add(r.retryAfter()).Sub(c.Now())
	if wait <= 0 {
		delete(c.hold, site(url))
		return heldOff{}, 0
	}
	return r, wait
}

// sleep waits for the given time or until the context ends.
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
	request, err := http.NewRequestWithContext(ctx, r.Method, r.URL, strings.NewReader(r.Body))
	if err != nil {
		return nil, errInvalidURL
	}
	maps.Copy(request.Header, r.Header)
	request.Header.Set("Accept", "application/json")
	request.Header.Set("User-Agent", c.options.UserAgent)
	request, reached := c.traced(request)
	begin := c.Now()
	response, err := c.exchange(request, p)
	fields := map[string]any{
		"method":      request.Method,
		"host":        request.URL.Host,
		"path":        c.Message(request.URL.Path), // the server chooses the path of a link
		"duration_ms": c.Now().Sub(begin).Milliseconds(),
		"attempt":     number,
	}
	if err != nil {
		err = reached.failure(err)
		fields["failure"] = string(c.explain(err).kind)
	} else {
		fields["status"] = response.Status
	}
	c.options.Log(ctx, "ERP.net request", fields)
	return response, err
}

// traced makes a request record the phase that it reaches.
func (c *Client) traced(request *http.Request) (*http.Request, *progress) {
	reached := &progress{}
	if c.network == nil {
		reached.advance(waiting) // other transports don't report their phases
		return request, reached
	}
	reached.start(c.network.proxy(request))
	ctx := context.WithValue(request.Context(), progressKey{}, reached)
	return request.WithContext(httptrace.WithClientTrace(ctx, reached.trace())), reached
}

// exchange sends a request and reads the response. It uses the transport directly because the transport does not follow
// redirects: an http.Client would post the secret again to the target of a 307. It reads the body here so that the time
// limit of the attempt applies.
func (c *Client) exchange(request *http.Request, p Policy) (*Response, error) {
	response, err := c.roundTrip(request, p)
	if err != nil {
		return nil, err
	}
	// The body of a protocol switch ignores the context, and so may the body from another transport.
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
