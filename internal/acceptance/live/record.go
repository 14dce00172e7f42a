// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"sync"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
)

// exchange is a request and its response, as they were sent.
type exchange struct {
	Method       string            `json:"method"`
	URL          string            `json:"url"`
	RequestBody  string            `json:"request_body,omitempty"`
	Status       int               `json:"status"` // 0 for no response
	Header       map[string]string `json:"header,omitempty"`
	ResponseBody string            `json:"response_body,omitempty"`
}

// recorder keeps what goes through a transport, in the order of the requests.
type recorder struct {
	transport http.RoundTripper

	mu        sync.Mutex
	exchanges []*exchange
}

// RoundTrip sends a request on, and keeps it with its response.
func (r *recorder) RoundTrip(request *http.Request) (*http.Response, error) {
	kept := &exchange{Method: request.Method, URL: request.URL.String()}
	if request.Body != nil {
		body, err := io.ReadAll(request.Body)
		if err != nil {
			return nil, err
		}
		_ = request.Body.Close()
		kept.RequestBody = string(body)
		request = request.Clone(request.Context())
		request.Body = io.NopCloser(bytes.NewReader(body))
	}
	r.mu.Lock()
	r.exchanges = append(r.exchanges, kept)
	r.mu.Unlock()
	response, err := r.transport.RoundTrip(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	// The client refuses what is longer, so the rest says no more.
	body, err := io.ReadAll(io.LimitReader(response.Body, erpnet.MaxResponseSize+1))
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	kept.Status, kept.ResponseBody, kept.Header = response.StatusCode, string(body), map[string]string{}
	for name, values := range response.Header {
		kept.Header[name] = strings.Join(values, ", ")
	}
	response.Body = io.NopCloser(bytes.NewReader(body))
	return response, nil
}
