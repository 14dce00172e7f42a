// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnet

import (
	"context"
	"crypto/x509"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"
)

// LogFunc takes one event. Its fields are an allow-list: method, host, path,
// status, duration_ms, attempt, failure.
type LogFunc func(ctx context.Context, event string, fields map[string]any)

// Options configure a [Client]. The zero value of each field is usable.
type Options struct {
	UserAgent      string           // the whole User-Agent header
	RootCAs        *x509.CertPool   // nil: the system's certificate authorities
	RequestTimeout time.Duration    // of one try; 0: DefaultRequestTimeout
	MaxRetries     int              // after the first try; 0: none
	Now            func() time.Time // the clock; nil: time.Now
	Log            LogFunc          // nil: no log
	Secrets        []Secret         // what must not stand in what anonymous answers tell, if a server echoes it

	transport http.RoundTripper // in place of the network, for tests
}

// Client makes requests to ERP.net instances. All of them share one transport,
// and with it TLS settings, proxy, limits, retries and connections. It is safe
// for concurrent use.
type Client struct {
	http        *http.Client
	now         func() time.Time
	secrets     []string
	authorities sync.Once
}

// NewClient returns a client. It reads the proxy variables of the environment
// and makes no request.
func NewClient(o Options) *Client {
	if o.RequestTimeout == 0 {
		o.RequestTimeout = DefaultRequestTimeout
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = func(context.Context, string, map[string]any) {}
	}
	c := &Client{http: newHTTPClient(o), now: o.Now}
	for _, secret := range o.Secrets {
		if text := secret.Reveal(); len(text) >= minConcealed {
			c.secrets = append(c.secrets, text)
		}
	}
	return c
}

// readAuthorities has the system's certificate authorities read while a
// connection is opened: crypto/tls would begin once the server has answered, and
// take some 15 ms on a usual system.
func readAuthorities() {
	go func() { _, _ = x509.SystemCertPool() }()
}

// answer is a complete HTTP answer and the moment it came.
type answer struct {
	status int
	header http.Header
	body   []byte
	at     time.Time
}

// postForm sends a form and returns the last answer, as send does.
func (c *Client) postForm(ctx context.Context, url, form string) (*answer, *Error) {
	return c.send(ctx, http.MethodPost, url, http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}, form)
}

// get asks for a document without credentials and returns the last answer, as
// send does.
func (c *Client) get(ctx context.Context, url string) (*answer, *Error) {
	return c.send(ctx, http.MethodGet, url, http.Header{}, "")
}

// send makes a request and returns the last answer, or an error that names no
// client when there is none. With all retries it ends within [OperationLimit].
func (c *Client) send(ctx context.Context, method, url string, header http.Header, body string) (*answer, *Error) {
	ctx, cancel := context.WithTimeout(ctx, OperationLimit)
	defer cancel()
	ctx, attempts := withAttempts(ctx)

	request, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(body))
	if err != nil {
		return nil, &Error{Kind: UnknownHost, URL: url, Happened: "failed, since this is not a valid URL"}
	}
	request.Header = header
	request.Header.Set("Accept", "application/json")

	if request.URL.Scheme == "https" {
		c.authorities.Do(readAuthorities)
	}
	response, err := c.http.Do(request)
	if err != nil {
		return nil, failedExchange(url, *attempts, err)
	}
	defer func() { _ = response.Body.Close() }()
	content, err := io.ReadAll(response.Body) // already read within the limits of the transport
	if err != nil {
		return nil, failedExchange(url, *attempts, err)
	}
	return &answer{status: response.StatusCode, header: response.Header, body: content, at: c.now()}, nil
}
