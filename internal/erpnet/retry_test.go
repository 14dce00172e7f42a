// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnet

import (
	"context"
	"io"
	"net"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

func TestRetries(t *testing.T) {
	success := step{status: 200, body: `{}`}
	comesBack := func(status int, after string) step {
		return step{status: status, header: map[string]string{"Retry-After": after}}
	}
	writes := Policy{Retry: RetryWrite, NotWritten: func(r *Response) bool { return r.Status == 429 }}
	for name, test := range map[string]struct {
		policy  Policy
		steps   []step
		seconds []float64 // when each attempt is made, relative to the first
		want    Kind      // empty for success
	}{
		"success at once": {steps: []step{success}, seconds: []float64{0}},
		"busy four times": {
			steps:   []step{{status: 429}, {status: 502}, {status: 503}, {status: 504}, success},
			seconds: []float64{0, .5, 1.5, 3.5, 7.5},
		},
		"broken connection":  {steps: []step{{broken: io.EOF}, success}, seconds: []float64{0, .5}},
		"refused connection": {steps: []step{{broken: syscall.ECONNREFUSED}, success}, seconds: []float64{0, .5}},
		"body cut short": {
			steps: []step{{status: 200, body: `{"acc`, cut: io.ErrUnexpectedEOF}, success}, seconds: []float64{0, .5},
		},
		"one attempt in time": {steps: []step{{hangs: true}, success}, seconds: []float64{0, 30.5}},
		"limit of an attempt": {
			policy: Policy{Attempt: time.Second}, steps: []step{{hangs: true}, success}, seconds: []float64{0, 1.5},
		},
		"limit of the whole": {
			policy: Policy{Whole: time.Second}, steps: []step{{hangs: true}, success}, seconds: []float64{0},
			want: Timeout,
		},
		"Retry-After": {steps: []step{comesBack(503, "7"), success}, seconds: []float64{0, 7}},
		"Retry-After by a clock that is an hour slow": { // the test begins at midnight
			steps: []step{{status: 429, header: map[string]string{
				"Date": "Fri, 31 Dec 1999 23:00:00 GMT", "Retry-After": "Fri, 31 Dec 1999 23:00:05 GMT",
			}}, success},
			seconds: []float64{0, 5},
		},
		"Retry-After without a clock": {
			steps: []step{{status: 429, header: map[string]string{
				"Date": "now", "Retry-After": "Sat, 01 Jan 2000 00:00:05 GMT",
			}}, success},
			seconds: []float64{0, 5},
		},
		"Retry-After too late": {
			steps: []step{comesBack(429, "600"), success}, seconds: []float64{0}, want: RateLimited,
		},
		"a gateway's own statuses": {
			steps:   []step{{status: 521}, {status: 408}, {status: 425}, success},
			seconds: []float64{0, .5, 1.5, 3.5},
		},
		"503 to the end": {
			steps: []step{{status: 503}}, seconds: []float64{0, .5, 1.5, 3.5, 7.5}, want: Unavailable,
		},
		"429 to the end": {
			steps: []step{{status: 429}}, seconds: []float64{0, .5, 1.5, 3.5, 7.5}, want: RateLimited,
		},
		"hangs to the end": {
			steps: []step{{hangs: true}}, seconds: []float64{0, 30.5, 61.5, 93.5, 127.5}, want: Timeout,
		},
		"no time to come back": {
			steps: []step{comesBack(503, "60")}, seconds: []float64{0, 60, 120}, want: Unavailable,
		},

		"400 once":      {steps: []step{{status: 400, body: `{}`}}, seconds: []float64{0}, want: UnexpectedStatus},
		"500 once":      {steps: []step{{status: 500}}, seconds: []float64{0}, want: ServerFailed},
		"redirect once": {steps: []step{{status: 307}}, seconds: []float64{0}, want: Redirected},
		"HTML once":     {steps: []step{{status: 200, body: "<html>"}}, seconds: []float64{0}, want: NotJSON},
		"oversized once": {
			steps: []step{{status: 200, body: strings.Repeat(" ", MaxResponseSize+1)}}, seconds: []float64{0},
			want: OversizedResponse,
		},
		"1xx once": {steps: []step{{status: 101}}, seconds: []float64{0}, want: NotJSON},
		"unknown host": {
			steps:   []step{{broken: &net.OpError{Op: "dial", Err: &net.DNSError{IsNotFound: true}}}},
			seconds: []float64{0}, want: UnknownHost,
		},

		"write that was limited": {
			policy: writes, steps: []step{{status: 429}, success}, seconds: []float64{0, .5},
		},
		"write that was not sent": {
			policy: writes, steps: []step{{broken: syscall.ECONNREFUSED}, success}, seconds: []float64{0, .5},
		},
		"write at a slow gateway": {
			policy: writes, steps: []step{{status: 408}}, seconds: []float64{0}, want: Unavailable,
		},
		"write at a busy gateway": {
			policy: writes, steps: []step{{status: 503}}, seconds: []float64{0}, want: Unavailable,
		},
		"write at a lost gateway": {
			policy: writes, steps: []step{comesBack(502, "7")}, seconds: []float64{0},
			want: Unavailable,
		},
		"write on a broken line": {
			policy: writes, steps: []step{{broken: io.EOF}}, seconds: []float64{0},
			want: ConnectionLost,
		},
		"one attempt, busy": {
			policy: Policy{Retry: RetryNever}, steps: []step{comesBack(429, "1")}, seconds: []float64{0},
			want: RateLimited,
		},
		"one attempt, broken network": {
			policy: Policy{Retry: RetryNever}, steps: []step{{broken: io.EOF}}, seconds: []float64{0},
			want: ConnectionLost,
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server := &script{steps: test.steps}
				client := server.client(Options{MaxRetries: DefaultMaxRetries})
				got, err := send(context.Background(), client, testURL, test.policy)
				if got != test.want {
					t.Errorf("got %q: %v", got, err)
				}
				var seconds []float64
				for _, moment := range server.attempts {
					seconds = append(seconds, moment.Seconds())
				}
				if !slices.Equal(seconds, test.seconds) {
					t.Errorf("attempts at %v, want %v", seconds, test.seconds)
				}
			})
		})
	}
}

func TestBackoffDoublesUpToItsLimit(t *testing.T) {
	for attempt, want := range map[int]time.Duration{1: minBackoff, 3: 4 * minBackoff, 6: maxBackoff, 999: maxBackoff} {
		if got, _ := (Policy{}).next(&Response{Status: 503}, "", attempt); got != want {
			t.Errorf("the wait after attempt %d is %s, want %s", attempt, got, want)
		}
	}
}

func TestParseRetryAfter(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	for value, want := range map[string]time.Duration{
		"":                               0,
		"0":                              0,
		"1":                              time.Second,
		" 7 ":                            7 * time.Second,
		"60":                             time.Minute,
		"86400":                          24 * time.Hour,
		"9223372037":                     9223372036 * time.Second, // the first value that overflows a Duration
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
