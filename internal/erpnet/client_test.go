// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnet

import (
	"context"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestEveryAttemptSendsTheWholeRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := &script{steps: []step{{status: 503}, {broken: io.EOF}, {status: 200, body: `{}`}}}
		client := server.client(Options{UserAgent: "agent/1", MaxRetries: 2})
		_, failed := client.Send(context.Background(), Request{
			Method: "POST", URL: testURL, Body: testSecret, Header: http.Header{"Content-Type": {"text/x"}},
		}, Policy{})
		if failed != nil || len(server.requests) != 3 {
			t.Fatalf("%v after %d attempts", failed, len(server.requests))
		}
		want := map[string]string{"User-Agent": "agent/1", "Accept": "application/json", "Content-Type": "text/x"}
		for i, sent := range server.requests {
			for name, value := range want {
				if sent.Header.Get(name) != value {
					t.Errorf("attempt %d: the header %s is %q", i, name, sent.Header.Get(name))
				}
			}
			if server.bodies[i] != testSecret || sent.ContentLength != int64(len(testSecret)) ||
				len(sent.Header) != len(want) {
				t.Errorf("attempt %d sent another request", i)
			}
		}
	})
}

func TestLogHoldsAllowedFieldsOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var events []map[string]any
		log := func(_ context.Context, _ string, fields map[string]any) { events = append(events, fields) }
		server := &script{steps: []step{{broken: io.EOF}, {status: 200, body: `{}`}}}
		_, err := post(server.client(Options{MaxRetries: 1, Log: log}), testURL+"?token=x")
		wantError(t, err, "")
		for i, want := range []map[string]any{
			{"attempt": 1, "failure": "connection_lost"},
			{"attempt": 2, "status": 200},
		} {
			want["method"], want["duration_ms"] = "POST", int64(0)
			want["host"], want["path"] = "demodb.my.erp.net", "/id/connect/token"
			if len(events) != 2 || !maps.Equal(events[i], want) {
				t.Fatalf("event %d of %d is %v", i, len(events), events)
			}
		}
	})
}

// A response is accepted or refused as a whole, within its limits.
func TestResponseLimits(t *testing.T) {
	drops := func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }
	longHeader := func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("X", strings.Repeat("x", 128<<10)) }
	for name, test := range map[string]struct {
		respond http.HandlerFunc
		want    Kind
	}{
		"1 MiB":              {want: "", respond: writes(MaxResponseSize)},
		"one byte more":      {want: OversizedResponse, respond: writes(MaxResponseSize + 1)},
		"64 MiB":             {want: OversizedResponse, respond: writes(64 << 20)},
		"header of 128 KiB":  {want: OversizedResponse, respond: longHeader},
		"connection dropped": {want: ConnectionLost, respond: drops},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(test.respond)
			defer server.Close()
			if got, err := post(NewClient(Options{}), server.URL); got != test.want {
				t.Errorf("got %q: %v", got, err)
			}
		})
	}
}

// writes responds with a JSON object of the given size.
func writes(size int64) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "{}")
		_, _ = io.CopyN(w, spaces{}, size-2)
	}
}

type spaces struct{}

func (spaces) Read(p []byte) (int, error) {
	return copy(p, strings.Repeat(" ", len(p))), nil
}

func TestOperationEndsWithinThreeMinutes(t *testing.T) {
	for name, test := range map[string]struct {
		options Options
		step    step
	}{
		"many retries":       {Options{MaxRetries: 10}, step{hangs: true}},
		"a long time":        {Options{RequestTimeout: time.Hour}, step{hangs: true}},
		"both together":      {Options{RequestTimeout: time.Hour, MaxRetries: 10}, step{hangs: true}},
		"a body that stalls": {Options{RequestTimeout: time.Hour}, step{status: 200, stalls: true}},
		"bodies that stall":  {Options{MaxRetries: 10}, step{status: 200, body: `{"a":`, stalls: true}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server := &script{steps: []step{test.step}}
				got, err := post(server.client(test.options), testURL)
				if took := time.Since(server.begin); got != Timeout || took != OperationLimit {
					t.Errorf("%v after %s", err, took)
				}
			})
		})
	}
}

// A caller that stops waiting gets a cancellation, whatever the outcome of the last attempt.
func TestInterruptIsToldAsOne(t *testing.T) {
	for name, last := range map[string]step{
		"during an attempt":       {hangs: true},
		"after a broken one":      {broken: io.EOF},
		"after a busy gateway":    {status: 503, header: map[string]string{"Retry-After": "60"}},
		"while the body comes in": {status: 200, stalls: true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server := &script{steps: []step{last}}
				ctx, cancel := context.WithCancel(context.Background())
				time.AfterFunc(time.Second/4, cancel)
				got, err := send(ctx, server.client(Options{MaxRetries: 4}), testURL, Policy{})
				if took := time.Since(server.begin); got != Canceled || took != time.Second/4 {
					t.Errorf("%v after %s", err, took)
				}
			})
		})
	}
}

// A site that asks to wait holds back its other URLs too. The error names the URL that asked.
func TestHeldRequestIsNotToldAsAnswered(t *testing.T) {
	for status, want := range map[int]Kind{429: RateLimited, 503: Unavailable} {
		synctest.Test(t, func(t *testing.T) {
			server := &script{steps: []step{{status: status, header: map[string]string{"Retry-After": "600"}}}}
			client := server.client(Options{})
			_, _ = client.Send(context.Background(), Request{Method: "GET", URL: testURL + "/first?x=1"}, Policy{})
			_, failed := client.Send(context.Background(), Request{Method: "GET", URL: testURL + "/second"}, Policy{})
			if failed == nil || failed.Kind != want || !failed.NotSent() || failed.RetryAt.IsZero() {
				t.Fatalf("%v", failed)
			}
			wantError(t, failed, testURL+"/second was not sent, because "+testURL+"/first responded with HTTP status")
			if len(server.attempts) != 1 {
				t.Errorf("%d requests", len(server.attempts))
			}
		})
	}
}
