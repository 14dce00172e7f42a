// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnet

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
)

func TestRedirectHintNamesThePlaceOnly(t *testing.T) {
	for location, want := range map[string]string{
		"https://u:pw@login.example/x;jsessionid=1/y?token=2#3": "The redirect points to https://login.example/x.",
		"/login?x": "The redirect points to /login.",
		"":         "",
		"%":        "",
	} {
		if got := NewClient(Options{}).redirectTarget(location); got != want {
			t.Errorf("%q gives %q", location, got)
		}
	}
}

func TestRedirectIsRefusedWithoutBeingFollowed(t *testing.T) {
	for _, status := range []int{301, 302, 303, 307, 308} {
		var posted atomic.Int32
		target := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { posted.Add(1) }))
		r := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", target.URL+"/stolen?session=abc")
			w.WriteHeader(status)
		})
		err := ask(NewClient(Options{}), r)
		expectKind(t, err, Redirected)
		if posted.Load() != 0 {
			t.Errorf("%d: the redirect was followed", status)
		}
		failed := err.(*Error) //nolint:errorlint,forcetypeassert // expectKind says it is one
		if !strings.Contains(failed.Evidence, target.URL+"/stolen.") || strings.Contains(failed.Evidence, "session") {
			t.Errorf("%d: the remedy does not name the target without its query: %s", status, failed.Evidence)
		}
		target.Close()
	}
}
