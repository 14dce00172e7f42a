// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
)

// statusPage returns the status and the body of the status page of a run.
func (r started) statusPage(t *testing.T) (string, error) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, r.facts.StatusURL, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return response.Status + "\n" + string(body), err
}

func TestStatusPageIsServedOnItsOwn(t *testing.T) {
	r := start(t)
	if !strings.HasPrefix(r.facts.StatusURL, "http://127.0.0.1:") ||
		!strings.Contains(r.stdout, "  status page     "+r.facts.StatusURL+"\n") {
		t.Errorf("URL %q, printed:\n%s", r.facts.StatusURL, r.stdout)
	}
	page, err := r.statusPage(t)
	if err != nil || !strings.HasPrefix(page, "200 OK") || !strings.Contains(page, r.facts.URL) ||
		!strings.Contains(page, "<dt>Requests</dt><dd>0</dd>") {
		t.Errorf("error %v, page:\n%s", err, page)
	}
	if log := r.stderr.String(); log != "" {
		t.Errorf("the page is in the log of the instance: %s", log)
	}
	r.askForToken(t, r.facts.ClientID, r.facts.ClientSecret)
	if page, err := r.statusPage(t); err != nil || !strings.Contains(page, "<dt>Requests</dt><dd>1</dd>") {
		t.Errorf("error %v, page:\n%s", err, page)
	}
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	if page, err := r.statusPage(t); err == nil {
		t.Errorf("after the end:\n%s", page)
	}
}

func TestStatusPageListensWhereAsked(t *testing.T) {
	for address, want := range map[string]string{
		":0":          "http://127.0.0.1:",
		"localhost:0": "http://localhost:",
		"0.0.0.0:0":   "http://127.0.0.1:",
	} {
		r := start(t, "-tls=false", "-status", address)
		if page, err := r.statusPage(t); err != nil || !strings.HasPrefix(page, "200 OK") ||
			!strings.HasPrefix(r.facts.StatusURL, want) {
			t.Errorf("%s: URL %s, error %v, page:\n%s", address, r.facts.StatusURL, err, page)
		}
	}
}

func TestStatusPageCanBeOff(t *testing.T) {
	r := start(t, "-tls=false", "-status", "off")
	if r.facts.StatusURL != "" || strings.Contains(r.stdout, "status page") {
		t.Errorf("URL %q, printed:\n%s", r.facts.StatusURL, r.stdout)
	}
}

func TestTakenStatusAddressIsNamed(t *testing.T) {
	taken, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = taken.Close() })
	err = run(t.Context(), []string{"-status", taken.Addr().String()}, io.Discard, io.Discard)
	if err == nil || !strings.HasPrefix(err.Error(), "-status: ") {
		t.Errorf("error %v", err)
	}
}
