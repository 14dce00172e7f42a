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
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

func TestFaultsThatReplaceTheAnswer(t *testing.T) {
	for name, test := range map[string]struct {
		fault  Fault
		status int
		header map[string]string
		body   string // contained
	}{
		"status":          {Status(500), 500, map[string]string{"Content-Type": ""}, ""},
		"rate limit":      {Status(429).With("Retry-After", "7"), 429, map[string]string{"Retry-After": "7"}, ""},
		"any body":        {Answer(418, "text/plain", "short and stout"), 418, map[string]string{"Content-Type": "text/plain"}, "short and stout"},
		"OAuth error":     {OAuthError(403, "access_denied", "Not today"), 403, map[string]string{"Cache-Control": "no-store"}, `{"error":"access_denied","error_description":"Not today"}`},
		"OAuth, no words": {OAuthError(401, "invalid_client", ""), 401, nil, `{"error":"invalid_client"}`},
		"OAuth with 200":  {OAuthError(200, "invalid_client", ""), 200, nil, `{"error":"invalid_client"}`},
		"licence":         {LicenceExhausted(), 503, map[string]string{"Retry-After": "60", "Cache-Control": "no-store"}, `"code":8`},
		"domain error":    {DomainError(500, 2129, serverException, "Duplicate"), 500, nil, `"message":"Duplicate"`},
		"page":            {HTML(200), 200, map[string]string{"Content-Type": "text/html; charset=utf-8"}, "<h1>OK</h1>"},
		"error page":      {HTML(502), 502, nil, "<h1>Bad Gateway</h1>"},
		"redirect":        {Redirect(307, "https://elsewhere.example/"), 307, map[string]string{"Location": "https://elsewhere.example/"}, "Moved"},
		"empty body":      {EmptyBody(), 200, map[string]string{"Content-Length": "0", "Content-Type": jsonType}, ""},
		"invalid JSON":    {InvalidJSON(), 200, map[string]string{"Content-Type": jsonType}, ",,"},
		"other type":      {ContentType("text/plain"), 200, map[string]string{"Content-Type": "text/plain"}, `"access_token"`},
		"slow body":       {SlowBody(time.Nanosecond), 200, nil, `"access_token"`},
		"latency":         {Latency(time.Millisecond), 200, nil, `"access_token"`},
		"none":            {None(), 200, nil, `"access_token"`},
		"several": {
			Together(Latency(time.Nanosecond), HTML(503), ContentType("text/x"), Latency(time.Nanosecond)),
			503,
			map[string]string{"Content-Type": "text/x"},
			"<h1>",
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newServer(t)
			s.Inject(Token, test.fault.Once())
			got := mustDo(t, s, tokenRequest(t, s, sampleForm()))
			if got.status != test.status || !strings.Contains(got.body, test.body) {
				t.Errorf("status %d, body %q", got.status, got.body)
			}
			for header, want := range test.header {
				if got.header.Get(header) != want {
					t.Errorf("%s is %q", header, got.header.Get(header))
				}
			}
			sampleToken(t, s) // the fault is over
		})
	}
}

// connectionReset is how the system calls it.
func connectionReset() error {
	if runtime.GOOS == "windows" {
		return syscall.Errno(10054) // WSAECONNRESET
	}
	return syscall.ECONNRESET
}

func TestFaultsThatCutTheConnection(t *testing.T) {
	for name, test := range map[string]struct {
		fault  Fault
		want   error
		tokens int // issued all the same
	}{
		"reset":       {Reset(), connectionReset(), 0},
		"disconnect":  {Disconnect(), io.EOF, 0},
		"answer lost": {AnswerLost(), connectionReset(), 1},
		"truncated":   {Truncated(), io.ErrUnexpectedEOF, 1},
		"chunked cut": {ChunkedCut(), io.ErrUnexpectedEOF, 1},
	} {
		for scheme, start := range map[string]func() *Server{"http": NewServer, "https": NewTLSServer} {
			t.Run(name+" over "+scheme, func(t *testing.T) {
				s := start()
				t.Cleanup(s.Close)
				s.Inject(Token, test.fault.Once())
				got, err := do(t, s, tokenRequest(t, s, sampleForm()))
				if err = errors.Join(err, got.readErr); !errors.Is(err, test.want) {
					t.Errorf("error %v after %q", err, got.body)
				}
				if issued := len(s.IssuedTokens()); issued != test.tokens {
					t.Errorf("%d tokens issued", issued)
				}
				sampleToken(t, s)
			})
		}
	}
}

func TestChangesWhoseAnswerIsLostAreMadeAllTheSame(t *testing.T) {
	for name, test := range map[string]struct {
		fault  Fault
		status int // 0 for a connection that ends
		made   bool
	}{
		"answer lost":     {AnswerLost(), 0, true},
		"bad gateway":     {AnswerReplaced(502), 502, true},
		"gateway timeout": {AnswerReplaced(504), 504, true},
		"reset":           {Reset(), 0, false},
		"disconnect":      {Disconnect(), 0, false},
		"gateway down":    {HTML(502), 502, false},
	} {
		t.Run(name, func(t *testing.T) {
			s := newServer(t)
			token := sampleToken(t, s)
			strike := func(method, path, body string) {
				t.Helper()
				s.Inject(DomainAPI, test.fault.Once())
				got, err := do(t, s, apiRequest(t, s, token, method, path, body))
				if (test.status == 0) != (err != nil) || test.status >= 500 && (got.status != test.status || !strings.Contains(got.body, "<h1>")) {
					t.Errorf("%s: status %d, error %v", method, got.status, err)
				}
			}
			strike(http.MethodPost, trustedApplications, `{"Name": "N", "ApplicationUri": "com.example/a"}`)
			if made := len(s.Applications()) == 2; made != test.made {
				t.Fatalf("POST: %d applications", len(s.Applications()))
			}
			app := SampleApplication()
			path := trustedApplications + "(" + s.Applications()[len(s.Applications())-1].Id + ")"
			strike(http.MethodPatch, path, `{"Notes": "changed"}`)
			x, _ := s.registry.client(app.ApplicationUri, false)
			app = *x
			if made := app.Notes == "changed"; made != test.made {
				t.Errorf("PATCH: %+v", app)
			}
			strike(http.MethodDelete, path, "")
			if there, _ := s.registry.client(app.ApplicationUri, false); (there != nil) == test.made {
				t.Error("DELETE")
			}
		})
	}
}

func TestOversizedBodiesAreStreamed(t *testing.T) {
	const size = 3<<20 + 17
	for name, fault := range map[string]Fault{"plain": Oversized(size), "gzip": GzipBomb(size)} {
		t.Run(name, func(t *testing.T) {
			s := newServer(t)
			s.Inject(Any, fault)
			got := get(t, s, s.URL+"/sys/auto-discovery")
			if len(got.body) < size || !json.Valid([]byte(got.body)) || got.header.Get("Content-Length") != "" {
				t.Errorf("%d bytes, headers %v", len(got.body), got.header)
			}
		})
	}
}

func TestClientThatLeavesAnEndlessBodyEndsIt(t *testing.T) {
	s := newServer(t)
	s.Inject(Any, Oversized(1<<50))
	response, err := s.Client().Do(newRequest(t, http.MethodGet, s.URL+"/", ""))
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	s.Close() // and goleak finds nothing
}

func TestHangEndsWhenTheClientLeaves(t *testing.T) {
	s := newServer(t)
	s.Inject(Token, Hang())
	ctx, cancel := context.WithCancel(t.Context())
	request := tokenRequest(t, s, sampleForm())
	request = request.WithContext(ctx)
	failed := make(chan error)
	go func() {
		_, err := do(t, s, request)
		failed <- err
	}()
	if err := s.WaitForCount(t.Context(), Token, 1); err != nil {
		t.Fatal(err)
	}
	cancel()
	if err := <-failed; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	s.handlers.Wait() // the server has noticed
}

func TestCloseEndsWhatHangs(t *testing.T) {
	for name, fault := range map[string]Fault{
		"hang":      Hang(),
		"latency":   Latency(time.Hour),
		"slow body": SlowBody(time.Hour),
		"blocked":   Blocked(make(chan struct{})),
	} {
		t.Run(name, func(t *testing.T) {
			s := newServer(t)
			s.Inject(Token, fault)
			failed := make(chan error)
			go func() {
				got, err := do(t, s, tokenRequest(t, s, sampleForm()))
				failed <- errors.Join(err, got.readErr)
			}()
			if err := s.WaitForCount(t.Context(), Token, 1); err != nil {
				t.Fatal(err)
			}
			s.Close()
			if err := <-failed; err == nil {
				t.Error("answered")
			}
			s.Close()
		})
	}
}

func TestWaitForCountEndsWithItsContext(t *testing.T) {
	s := newServer(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.WaitForCount(ctx, Token, 1); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestBlockedRequestsAreUnderWayTogether(t *testing.T) {
	s := newServer(t)
	gate := make(chan struct{})
	s.Inject(Token, Blocked(gate))
	const clients = 8
	var all sync.WaitGroup
	for range clients {
		request := tokenRequest(t, s, sampleForm())
		all.Go(func() {
			if got, err := do(t, s, request); err != nil || got.status != http.StatusOK {
				t.Errorf("status %d, error %v", got.status, err)
			}
		})
	}
	if err := s.WaitForCount(t.Context(), Token, clients); err != nil {
		t.Fatal(err)
	}
	close(gate)
	all.Wait()
}

func TestFaultsQueueUp(t *testing.T) {
	s := newServer(t)
	s.Inject(Any, Status(599))
	s.Inject(Token, Status(503).For(2))
	s.Inject(Token, None().Once())
	s.Inject(Token, Status(500).Once())
	var got []int
	for range 5 {
		got = append(got, mustDo(t, s, tokenRequest(t, s, sampleForm())).status)
	}
	s.ClearFaults()
	got = append(got, mustDo(t, s, tokenRequest(t, s, sampleForm())).status)
	want := []int{503, 503, 200, 500, 599, 200}
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("statuses %v, want %v", got, want)
		}
	}
}

func TestFaultsChooseTheirRequests(t *testing.T) {
	s := newServer(t)
	third := Status(503)
	third.Every = 3
	s.Inject(AutoDiscovery, third)
	onlyTools := Status(404)
	onlyTools.When = func(r Request) bool { return r.Path == "/tools/ver" }
	s.Inject(Any, onlyTools)
	var statuses []int
	for range 6 {
		statuses = append(statuses, get(t, s, s.URL+"/sys/auto-discovery").status)
	}
	for i, status := range statuses {
		if (status == 503) != (i%3 == 2) {
			t.Errorf("statuses %v", statuses)
		}
	}
	if ver, info := get(t, s, s.URL+"/tools/ver"), get(t, s, s.URL+"/tools/server-info"); ver.status != 404 || info.status != 200 {
		t.Errorf("statuses %d and %d", ver.status, info.status)
	}
}

func TestLatencyDelaysEveryEndpoint(t *testing.T) {
	const latency = 5 * time.Millisecond
	s := newServer(t)
	s.SetLatency(latency)
	for _, path := range []string{"/", "/tools/ver", "/id/.well-known/openid-configuration"} {
		started := time.Now()
		get(t, s, s.URL+path)
		if took := time.Since(started); took < latency {
			t.Errorf("%s took %s", path, took)
		}
	}
}
