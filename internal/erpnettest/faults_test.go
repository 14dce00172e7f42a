// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

func TestFaultsOfTheResponse(t *testing.T) {
	tests := []struct {
		name   string
		fault  Fault
		status int
		header string // such as "Retry-After: 7"
		body   string // part of the body
	}{
		{name: "status", fault: Status(500), status: 500, header: "Content-Type: "},
		{name: "rate limit", fault: Status(429).With("Retry-After", "7"), status: 429, header: "Retry-After: 7"},
		{
			name: "any body", fault: Response(418, "text/plain", "short and stout"),
			status: 418, header: "Content-Type: text/plain", body: "short and stout",
		},
		{
			name: "OAuth error", fault: OAuthError(403, "access_denied", "Not today"), status: 403,
			header: "Cache-Control: no-store", body: `{"error":"access_denied","error_description":"Not today"}`,
		},
		{
			name: "OAuth with 200", fault: OAuthError(200, "invalid_client", ""), status: 200,
			body: `{"error":"invalid_client"}`,
		},
		{name: "licence", fault: LicenceExhausted(), status: 503, header: "Retry-After: 60", body: `"code":8`},
		{
			name: "domain error", fault: DomainError(500, 2129, serverException, "Duplicate"),
			status: 500, body: `"message":"Duplicate"`,
		},
		{
			name: "page", fault: HTML(200), status: 200, header: "Content-Type: text/html; charset=utf-8",
			body: "<h1>OK</h1>",
		},
		{name: "error page", fault: HTML(502), status: 502, body: "<h1>Bad Gateway</h1>"},
		{
			name: "redirect", fault: Redirect(307, "https://elsewhere.example/"),
			status: 307, header: "Location: https://elsewhere.example/", body: "Moved",
		},
		{
			name: "error page of a CDN", fault: HTML(521), status: 521,
			header: "Content-Type: text/html; charset=utf-8",
			body:   "<h1>Web Server Is Down</h1>",
		},
		{
			name: "problem details", fault: Problem(400, "Bad", "No such thing"), status: 400,
			header: "Content-Type: application/problem+json; charset=utf-8",
			body:   `"errors":{"query":["No such thing"]}`,
		},
		{
			name: "message with a language", fault: ODataMessage(400, "No such thing"), status: 400,
			body: `"message":{"lang":"en","value":"No such thing"}`,
		},
		{
			name: "licence by its text", fault: LicenceText(), status: 500,
			body: "simultaneously connected users to this server",
		},
		{
			name: "no hurry", fault: Status(429).With("Retry-After", "86400"), status: 429,
			header: "Retry-After: 86400",
		},
		{name: "empty body", fault: EmptyBody(), status: 200, header: "Content-Length: 0"},
		{name: "invalid JSON", fault: InvalidJSON(), status: 200, header: "Content-Type: " + jsonType, body: ",,"},
		{
			name: "other type", fault: ContentType("text/plain"),
			status: 200, header: "Content-Type: text/plain", body: `"access_token"`,
		},
		{name: "slow body", fault: SlowBody(time.Nanosecond), status: 200, body: `"access_token"`},
		{name: "latency", fault: Latency(time.Nanosecond), status: 200, body: `"access_token"`},
		{name: "none", fault: None(), status: 200, body: `"access_token"`},
		{
			name:   "several",
			fault:  Together(Latency(time.Nanosecond), HTML(503), ContentType("text/x"), Latency(time.Nanosecond)),
			status: 503, header: "Content-Type: text/x", body: "<h1>",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			i := newInstance(t)
			i.Inject(Token, test.fault.Once())
			got := i.do(i.tokenRequest())
			got.expect(t, test.status, test.body)
			if name, want, _ := strings.Cut(test.header, ": "); got.header.Get(name) != want {
				t.Errorf("%s is %q", name, got.header.Get(name))
			}
			i.newToken() // the fault no longer strikes
		})
	}
}

// connectionReset returns the operating system's error for a reset connection.
func connectionReset() error {
	if runtime.GOOS == "windows" {
		return syscall.Errno(10054) // WSAECONNRESET
	}
	return syscall.ECONNRESET
}

func TestFaultsThatCutTheConnection(t *testing.T) {
	tests := []struct {
		name   string
		fault  Fault
		want   error
		tokens int // how many are issued nevertheless
	}{
		{name: "reset", fault: Reset(), want: connectionReset()},
		{name: "disconnect", fault: Disconnect(), want: io.EOF},
		{name: "response lost", fault: ResponseLost(), want: connectionReset(), tokens: 1},
		{name: "truncated", fault: Truncated(), want: io.ErrUnexpectedEOF, tokens: 1},
		{name: "chunked cut", fault: ChunkedCut(), want: io.ErrUnexpectedEOF, tokens: 1},
	}
	for _, test := range tests {
		for scheme, start := range map[string]func() *Server{"http": NewServer, "https": NewTLSServer} {
			t.Run(test.name+" over "+scheme, func(t *testing.T) {
				i := &testInstance{Server: start(), t: t}
				t.Cleanup(i.Close)
				i.Inject(Token, test.fault.Once())
				got, err := i.try(i.tokenRequest())
				if err = errors.Join(err, got.readErr); !errors.Is(err, test.want) {
					t.Errorf("error %v after %q", err, got.body)
				}
				if issued := len(i.IssuedTokens()); issued != test.tokens {
					t.Errorf("%d tokens issued", issued)
				}
				i.newToken()
			})
		}
	}
}

func TestChangesWhoseResponseIsLostAreMadeAllTheSame(t *testing.T) {
	tests := []struct {
		name   string
		fault  Fault
		status int // 0 means that the connection ends
		made   bool
	}{
		{name: "response lost", fault: ResponseLost(), made: true},
		{name: "bad gateway", fault: ResponseReplaced(502), status: 502, made: true},
		{name: "unknown error", fault: ResponseReplaced(520), status: 520, made: true},
		{name: "error page", fault: ResponseReplaced(500), status: 500, made: true},
		{name: "gateway timeout", fault: ResponseReplaced(504), status: 504, made: true},
		{name: "reset", fault: Reset()},
		{name: "disconnect", fault: Disconnect()},
		{name: "gateway down", fault: HTML(502), status: 502},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			i := newInstance(t)
			path := i.samplePath()
			for _, change := range []struct {
				method, path, body string
				made               func(apps []TrustedApplication) bool
			}{
				{
					method: "POST", path: trustedApplications, body: `{"Name": "N", "ApplicationUri": "x"}`,
					made: func(apps []TrustedApplication) bool { return len(apps) == 2 },
				},
				{
					method: "PATCH", path: path, body: `{"Notes": "changed"}`,
					made: func(apps []TrustedApplication) bool { return apps[0].Notes == "changed" },
				},
				{
					method: "DELETE", path: path,
					made: func(apps []TrustedApplication) bool {
						return len(apps) == 0 || apps[0].ApplicationUri == "x"
					},
				},
			} {
				i.Inject(DomainAPI, test.fault.Once())
				got, err := i.try(i.apiRequest(change.method, change.path, change.body))
				if (test.status == 0) != (err != nil) || got.status != test.status {
					t.Errorf("%s: status %d, error %v", change.method, got.status, err)
				}
				if made := change.made(i.Applications()); made != test.made {
					t.Errorf("%s made: %t", change.method, made)
				}
			}
		})
	}
}

func TestOversizedBodiesAreStreamed(t *testing.T) {
	const size = 3<<20 + 17
	for name, fault := range map[string]Fault{"plain": Oversized(size), "gzip": GzipBomb(size)} {
		t.Run(name, func(t *testing.T) {
			i := newInstance(t)
			i.Inject(Any, fault)
			got := i.get(i.URL + "/sys/auto-discovery")
			if len(got.body) < size || !json.Valid([]byte(got.body)) || got.header.Get("Content-Length") != "" {
				t.Errorf("%d bytes, headers %v", len(got.body), got.header)
			}
		})
	}
}

func TestClientThatLeavesAnEndlessBodyEndsIt(t *testing.T) {
	i := newInstance(t)
	i.Inject(Any, Oversized(1<<50))
	response, err := i.Client().Do(newRequest(t, http.MethodGet, i.URL+"/", ""))
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	i.Close() // goleak then finds nothing
}

func TestWhatHangsEnds(t *testing.T) {
	faults := map[string]Fault{
		"hang":      Hang(),
		"latency":   Latency(time.Hour),
		"slow body": SlowBody(time.Hour),
		"blocked":   Blocked(make(chan struct{})),
	}
	for name, fault := range faults {
		for _, end := range []string{"the client leaves", "the server closes"} {
			t.Run(name+" until "+end, func(t *testing.T) {
				i := newInstance(t)
				i.Inject(Token, fault)
				ctx, leave := context.WithCancel(t.Context())
				request, failed := i.tokenRequest().WithContext(ctx), make(chan error)
				go func() {
					got, err := i.try(request)
					failed <- errors.Join(err, got.readErr)
				}()
				if err := i.WaitForCount(t.Context(), Token, 1); err != nil {
					t.Fatal(err)
				}
				if end == "the server closes" {
					i.Close()
				} else {
					leave()
				}
				if err := <-failed; err == nil {
					t.Error("there is a response")
				}
				leave()
				i.handlers.Wait() // the server has noticed
			})
		}
	}
}

func TestBlockedRequestsAreUnderWayTogether(t *testing.T) {
	i := newInstance(t)
	held := make(chan struct{})
	i.Inject(Token, Blocked(held))
	const clients = 8
	var all sync.WaitGroup
	for range clients {
		request := i.tokenRequest()
		all.Go(func() {
			if got, err := i.try(request); err != nil || got.status != http.StatusOK {
				t.Errorf("status %d, error %v", got.status, err)
			}
		})
	}
	if err := i.WaitForCount(t.Context(), Token, clients); err != nil {
		t.Fatal(err)
	}
	close(held)
	all.Wait()
}

func TestFaultsQueueUpAndChooseTheirRequests(t *testing.T) {
	i := newInstance(t)
	third, onlyVersion := Status(404), Status(418)
	third.Every = 3
	onlyVersion.When = func(r Request) bool { return r.Path == "/tools/ver" }
	for _, queued := range []struct {
		endpoint Endpoint
		fault    Fault
	}{
		{endpoint: Any, fault: onlyVersion},
		{endpoint: Any, fault: Status(599)},
		{endpoint: AutoDiscovery, fault: third},
		{endpoint: Token, fault: Status(503).For(2)},
		{endpoint: Token, fault: None().Once()},
		{endpoint: Token, fault: Status(500).Once()},
	} {
		i.Inject(queued.endpoint, queued.fault)
	}
	tests := []struct {
		path string
		want []int
	}{
		{path: "/id/connect/token", want: []int{503, 503, 400, 500, 599, 599}}, // 400 is the response to a GET
		{path: "/sys/auto-discovery", want: []int{200, 200, 404, 200, 200, 404}},
		{path: "/tools/ver", want: []int{418, 418}},
		{path: "/tools/server-info", want: []int{599}},
	}
	for _, test := range tests {
		var got []int
		for range test.want {
			got = append(got, i.get(i.URL+test.path).status)
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%s: statuses %v, want %v", test.path, got, test.want)
		}
	}
	i.ClearFaults()
	i.newToken()
}

func TestLatencyDelaysEveryEndpoint(t *testing.T) {
	const latency = 5 * time.Millisecond
	i := newInstance(t)
	i.SetLatency(latency)
	for _, path := range []string{"/", "/tools/ver", "/id/.well-known/openid-configuration"} {
		started := time.Now()
		i.get(i.URL + path)
		if took := time.Since(started); took < latency {
			t.Errorf("%s took %s", path, took)
		}
	}
}
