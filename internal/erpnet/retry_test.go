// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnet

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestParseRetryAfter(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	for value, want := range map[string]time.Duration{
		"":                               0,
		"0":                              0,
		"1":                              time.Second,
		" 7 ":                            7 * time.Second,
		"60":                             time.Minute,
		"86400":                          24 * time.Hour,
		"9223372036":                     9223372036 * time.Second,
		"9223372037":                     9223372036 * time.Second, // the first one that overflows a Duration
		"99999999999999999999999999":     9223372036 * time.Second,
		"-5":                             0,
		"-99999999999999999999999999":    0,
		"1.5":                            0,
		"soon":                           0,
		"Sun, 22 Nov 2026 12:00:09 GMT":  9 * time.Second,
		"Sun, 22 Nov 2026 11:00:00 GMT":  0,
		"Mon, 22 Nov 2027 12:00:00 GMT":  365 * 24 * time.Hour,
		"Sunday, 22-Nov-26 12:00:09 GMT": 9 * time.Second,
	} {
		if got := parseRetryAfter(value, now); got != want {
			t.Errorf("Retry-After %q is %s, want %s", value, got, want)
		}
	}
}

func FuzzParseRetryAfter(f *testing.F) {
	for _, seed := range []string{"1", "-1", "99999999999999999999", "Sun, 22 Nov 2026 12:00:09 GMT", "0x10", "1e9"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, value string) {
		if wait := parseRetryAfter(value, time.Unix(1e9, 0)); wait < 0 {
			t.Errorf("Retry-After %q is %s", value, wait)
		}
	})
}

func TestBackoffDoublesUpToItsLimit(t *testing.T) {
	for attempt, want := range map[int]time.Duration{1: minBackoff, 2: 2 * minBackoff, 3: 4 * minBackoff, 6: maxBackoff, 1001: maxBackoff} {
		if got, _ := (Policy{}).next(&Response{Status: 503}, "", attempt); got != want {
			t.Errorf("wait %d is %s, want %s", attempt, got, want)
		}
	}
}

// script is a transport that plays one step per try of the token request.
type script struct {
	now   func() time.Time
	steps []func(*http.Request) (*http.Response, error)
	tries []time.Duration // when each try was made, since the first
	begin time.Time
}

func (s *script) RoundTrip(r *http.Request) (*http.Response, error) {
	if s.begin.IsZero() {
		s.begin = s.now()
	}
	s.tries = append(s.tries, s.now().Sub(s.begin))
	step := s.steps[min(len(s.tries), len(s.steps))-1]
	return step(r)
}

func status(code int, body string, headers ...string) func(*http.Request) (*http.Response, error) {
	return func(r *http.Request) (*http.Response, error) {
		answer := &http.Response{StatusCode: code, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), Request: r}
		for i := 0; i < len(headers); i += 2 {
			answer.Header.Set(headers[i], headers[i+1])
		}
		return answer, nil
	}
}

func broken(err error) func(*http.Request) (*http.Response, error) {
	return func(*http.Request) (*http.Response, error) { return nil, err }
}

func hang(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, r.Context().Err()
}

// cut is a body that ends too early.
type cut struct{ io.Reader }

func (c cut) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

func (cut) Close() error { return nil }

const object = `{"access_token":"opaque"}`

// play sends a request to the steps of a script.
func play(t *testing.T, o Options, steps ...func(*http.Request) (*http.Response, error)) (*script, error) {
	t.Helper()
	s := &script{now: time.Now, steps: steps}
	o.Transport = s
	return s, ask(NewClient(o), "https://demodb.my.erp.net/id/connect/token")
}

// ask posts a request as the token request is one, and reads its response as a JSON object.
func ask(client *Client, url string) error {
	response, failed := client.Send(context.Background(), Request{
		Method: http.MethodPost, URL: url,
		Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}, Body: "client_secret=" + plain,
	}, Policy{})
	if failed == nil {
		content := response.Content()
		failed = client.Failure(response, json.Valid(content) && content[0] == '{')
	}
	if failed != nil {
		return failed
	}
	return nil
}

func TestRetries(t *testing.T) {
	good := status(200, object)
	seconds := func(s ...float64) []time.Duration {
		var waits []time.Duration
		for _, second := range s {
			waits = append(waits, time.Duration(second*float64(time.Second)))
		}
		return waits
	}
	for name, test := range map[string]struct {
		steps []func(*http.Request) (*http.Response, error)
		tries []time.Duration
		kind  Kind // of the error; empty for success
	}{
		"success at once":    {steps(good), seconds(0), ""},
		"429, 502, 503, 504": {steps(status(429, ""), status(502, ""), status(503, ""), status(504, ""), good), seconds(0, .5, 1.5, 3.5, 7.5), ""},
		"broken connection":  {steps(broken(io.EOF), good), seconds(0, .5), ""},
		"body cut short": {steps(func(*http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 200, Body: cut{strings.NewReader(`{"acc`)}}, nil
		}, good), seconds(0, .5), ""},
		"one try in time":       {steps(hang, good), seconds(0, 30.5), ""},
		"Retry-After":           {steps(status(503, "", "Retry-After", "7"), good), seconds(0, 7), ""},
		"absurd Retry-After":    {steps(status(429, "", "Retry-After", "99999999999"), good), seconds(0, 60), ""},
		"503 to the end":        {steps(status(503, "")), seconds(0, .5, 1.5, 3.5, 7.5), Unavailable},
		"429 to the end":        {steps(status(429, "")), seconds(0, .5, 1.5, 3.5, 7.5), RateLimited},
		"hangs to the end":      {steps(hang), seconds(0, 30.5, 61.5, 93.5, 127.5), Timeout},
		"never 400":             {steps(status(400, `{"error":"invalid_client"}`)), seconds(0), UnexpectedStatus},
		"never 401":             {steps(status(401, `{"error":"invalid_client"}`)), seconds(0), UnexpectedStatus},
		"never 403":             {steps(status(403, `{"error":"unauthorized_client"}`)), seconds(0), UnexpectedStatus},
		"never 500":             {steps(status(500, "")), seconds(0), ServerFailed},
		"never oversized":       {steps(status(200, strings.Repeat(" ", MaxResponseSize+1))), seconds(0), OversizedResponse},
		"last answer not lost":  {steps(status(503, "", "Retry-After", "60")), seconds(0, 60, 120), Unavailable},
		"never a redirect":      {steps(status(307, "", "Location", "https://evil.example/")), seconds(0), Redirected},
		"never a wrong content": {steps(status(200, "<html>")), seconds(0), NotJSON},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, err := play(t, Options{MaxRetries: DefaultMaxRetries}, test.steps...)
				expectKind(t, err, test.kind)
				if len(s.tries) != len(test.tries) {
					t.Fatalf("tries at %v, want %v", s.tries, test.tries)
				}
				for i := range s.tries {
					if s.tries[i] != test.tries[i] {
						t.Fatalf("tries at %v, want %v", s.tries, test.tries)
					}
				}
			})
		})
	}
}

func steps(s ...func(*http.Request) (*http.Response, error)) []func(*http.Request) (*http.Response, error) {
	return s
}

func expectKind(t *testing.T, err error, want Kind) {
	t.Helper()
	var failed *Error
	switch {
	case err == nil && want != "":
		t.Errorf("no error, want %s", want)
	case err != nil && !errors.As(err, &failed):
		t.Errorf("not an *Error: %v", err)
	case err != nil && failed.Kind != want:
		t.Errorf("got %s, want %s: %v", failed.Kind, want, err)
	}
}

func TestOperationEndsWithinThreeMinutes(t *testing.T) {
	for name, o := range map[string]Options{
		"many retries":  {MaxRetries: 10},
		"a long time":   {RequestTimeout: time.Hour},
		"both together": {RequestTimeout: time.Hour, MaxRetries: 10},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				begin := time.Now()
				_, err := play(t, o, hang)
				expectKind(t, err, Timeout)
				if took := time.Since(begin); took != OperationLimit {
					t.Errorf("took %s", took)
				}
			})
		})
	}
}

func TestEveryTrySendsTheWholeRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var bodies [][]byte
		record := func(next func(*http.Request) (*http.Response, error)) func(*http.Request) (*http.Response, error) {
			return func(r *http.Request) (*http.Response, error) {
				body, err := io.ReadAll(r.Body)
				if err != nil {
					return nil, err
				}
				bodies = append(bodies, body)
				return next(r)
			}
		}
		_, err := play(t, Options{MaxRetries: 2}, record(status(503, "")), record(broken(io.EOF)), record(status(200, object)))
		expectKind(t, err, "")
		want := "client_secret=" + plain
		for _, body := range bodies {
			if !bytes.Equal(body, []byte(want)) {
				t.Errorf("a try sent %d bytes that differ from the request", len(body))
			}
		}
		if len(bodies) != 3 {
			t.Errorf("%d tries", len(bodies))
		}
	})
}

func TestLogHoldsAllowedFieldsOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var events []map[string]any
		o := Options{MaxRetries: 1, Log: func(_ context.Context, _ string, fields map[string]any) { events = append(events, fields) }}
		_, err := play(t, o, broken(io.EOF), status(200, object))
		expectKind(t, err, "")
		want := []map[string]any{
			{"method": "POST", "host": "demodb.my.erp.net", "path": "/id/connect/token", "duration_ms": int64(0), "attempt": 1, "failure": "connection_lost"},
			{"method": "POST", "host": "demodb.my.erp.net", "path": "/id/connect/token", "duration_ms": int64(0), "attempt": 2, "status": 200},
		}
		if len(events) != len(want) {
			t.Fatalf("%d events", len(events))
		}
		for i := range want {
			if len(events[i]) != len(want[i]) {
				t.Errorf("event %d has fields %v", i, events[i])
			}
			for name, value := range want[i] {
				if events[i][name] != value {
					t.Errorf("event %d: %s is %v, want %v", i, name, events[i][name], value)
				}
			}
		}
	})
}
