// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnet

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

const (
	testSecret = "Correct-Horse-Battery-Staple-0123456789"
	testURL    = "https://demodb.my.erp.net/id/connect/token"
)

// step is what a scripted server does with one attempt.
type step struct {
	status int
	header map[string]string
	body   string
	cut    error // ends the body
	broken error // returned instead of a response
	hangs  bool  // no response until the client stops waiting
	stalls bool  // the body doesn't end until the client stops waiting
}

// script is a transport that plays one step for each attempt and then repeats the last one.
type script struct {
	steps    []step
	begin    time.Time
	attempts []time.Duration // when each was made, relative to the first
	requests []*http.Request
	bodies   []string
}

func (s *script) RoundTrip(r *http.Request) (*http.Response, error) {
	if s.begin.IsZero() {
		s.begin = time.Now()
	}
	body, err := io.ReadAll(r.Body)
	s.attempts = append(s.attempts, time.Since(s.begin))
	s.requests, s.bodies = append(s.requests, r), append(s.bodies, string(body))
	now := s.steps[min(len(s.attempts), len(s.steps))-1]
	switch {
	case err != nil || now.broken != nil:
		return nil, now.broken
	case now.hangs:
		<-r.Context().Done()
		return nil, r.Context().Err()
	}
	response := &http.Response{StatusCode: now.status, Header: http.Header{}, Body: now.content(), Request: r}
	for name, value := range now.header {
		response.Header.Set(name, value)
	}
	return response, nil
}

func (s step) content() io.ReadCloser {
	body := io.Reader(strings.NewReader(s.body))
	end, writer := io.Pipe()
	if s.cut != nil {
		_ = writer.CloseWithError(s.cut)
	}
	if s.cut != nil || s.stalls {
		body = io.MultiReader(body, end)
	}
	return struct {
		io.Reader
		io.Closer
	}{body, end}
}

// client returns a client that uses the script as its transport.
func (s *script) client(o Options) *Client {
	o.Transport = s
	return NewClient(o)
}

// post sends a request like the token request, and returns the kind of the failure, or "" for a JSON object.
func post(client *Client, url string) (Kind, error) {
	return send(context.Background(), client, url, Policy{})
}

func send(ctx context.Context, client *Client, url string, policy Policy) (Kind, error) {
	response, failed := client.Send(ctx, Request{Method: http.MethodPost, URL: url, Body: testSecret}, policy)
	if failed == nil {
		failed = client.Failure(response, strings.HasPrefix(string(response.Content()), "{"))
	}
	if failed != nil {
		return failed.Kind, failed
	}
	return "", nil
}

// wantError fails the test unless the error contains the given text. An empty text expects no error.
func wantError(t *testing.T, err error, text string) {
	t.Helper()
	switch {
	case text == "" && err != nil:
		t.Errorf("unexpected error: %v", err)
	case text != "" && (err == nil || !strings.Contains(err.Error(), text)):
		t.Errorf("got the error %v, want one with %q", err, text)
	}
}
