// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"time"
)

// replay makes the run of a transcript again, with its responses.
func (t transcript) replay(ctx context.Context) ([]outcome, error) {
	at, err := time.Parse(time.RFC3339, t.At)
	if err != nil {
		return nil, err
	}
	player := &player{queues: map[string][]exchange{}}
	for _, one := range t.Exchanges {
		key := playedBy(one.Method, one.URL)
		player.queues[key] = append(player.queues[key], one)
	}
	again, err := newRun(t.Subject, player, func() time.Time { return at })
	if err != nil {
		return nil, err
	}
	return again.all(ctx), nil
}

// player is a transport that gives the responses of a transcript: to each method and path in their order, since requests
// of different paths may be made side by side.
type player struct {
	mu     sync.Mutex
	queues map[string][]exchange
}

func playedBy(method, link string) string {
	u, err := url.Parse(link)
	if err != nil {
		return method + " " + link
	}
	return method + " " + u.Host + u.Path
}

// RoundTrip gives the next response.
func (p *player) RoundTrip(request *http.Request) (*http.Response, error) {
	if request.Body != nil {
		_, _ = io.Copy(io.Discard, request.Body)
		_ = request.Body.Close()
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	key := playedBy(request.Method, request.URL.String())
	if len(p.queues[key]) == 0 {
		return nil, errors.New("the transcript has no further response to " + key)
	}
	next := p.queues[key][0]
	p.queues[key] = p.queues[key][1:]
	if next.Status == 0 {
		return nil, errors.New("the transcript has no response here")
	}
	response := &http.Response{
		Status: strconv.Itoa(next.Status) + " " + http.StatusText(next.Status), StatusCode: next.Status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: http.Header{}, Request: request,
		Body: io.NopCloser(bytes.NewReader([]byte(next.ResponseBody))), ContentLength: int64(len(next.ResponseBody)),
	}
	for name, value := range next.Header {
		response.Header.Set(name, value)
	}
	if response.Header.Get("Retry-After") != "" {
		response.Header.Set("Retry-After", "1") // a replay waits for nobody
	}
	return response, nil
}
