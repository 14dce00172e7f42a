// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

func TestOptimisticLocking(t *testing.T) {
	for _, status := range []int{500, 409, 412} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			s := newServer(t)
			s.Configure(func(settings *Settings) { settings.ConflictStatus = status })
			token := sampleToken(t, s)
			path := trustedApplications + "(" + s.Applications()[0].Id + ")"
			patch := func(body string) reply { return send(t, s, token, http.MethodPatch, path, body) }
			version := func() int32 { return s.Applications()[0].ObjectVersion }

			if got := patch(`{"ObjectVersion": 1, "Notes": "a"}`); got.status != 204 || version() <= 2 {
				t.Errorf("the same version: status %d, now %d, which should have skipped one", got.status, version())
			}
			before := version()
			got := patch(`{"ObjectVersion": 1, "Notes": "b"}`)
			if got.status != status || !strings.Contains(got.body, "changed by another user") || version() != before || s.Applications()[0].Notes != "a" {
				t.Errorf("an old version: status %d: %s", got.status, got.body)
			}
			if got := patch(`{"Notes": "c"}`); got.status != 204 || version() <= before {
				t.Errorf("no version: status %d", got.status)
			}
			before = version()
			if got := patch(`{"Notes": "c"}`); got.status != 204 || version() != before {
				t.Errorf("nothing new: status %d, version %d", got.status, version())
			}
			s.Configure(func(settings *Settings) { settings.ChangeTrackingOff = true })
			if got := patch(`{"ObjectVersion": 1, "Notes": "d"}`); got.status != 204 {
				t.Errorf("no change tracked: status %d", got.status)
			}
		})
	}
}

func TestChangesBehindTheClientsBackRaiseTheVersion(t *testing.T) {
	s := newServer(t)
	app := s.Applications()[0]
	app.Notes = "changed"
	s.AddApplication(app)
	first := s.Applications()[0]
	if first.ObjectVersion <= app.ObjectVersion || first.Id != app.Id {
		t.Errorf("%+v", first)
	}
	s.AddApplication(SampleApplication())
	second := s.Applications()[0]
	if second.ObjectVersion <= first.ObjectVersion || second.Id != app.Id || !second.CreationTimeUtc.Equal(app.CreationTimeUtc) {
		t.Errorf("%+v", second)
	}
	if !s.ChangeApplication(app.ApplicationUri, func(app *TrustedApplication) { app.Scope = "read" }) {
		t.Fatal("not found")
	}
	if third := s.Applications()[0]; third.ObjectVersion <= second.ObjectVersion || third.Scope != "read" {
		t.Errorf("%+v", third)
	}
	if s.ChangeApplication("nobody", func(*TrustedApplication) { t.Error("called") }) {
		t.Error("found nobody")
	}
	s.AddUser(SampleUser())
	if version := s.Users()[0].ObjectVersion; version <= 1 {
		t.Errorf("user's version %d", version)
	}
}

func TestOfManyWritersWithOneVersionOneWins(t *testing.T) {
	s := newServer(t)
	s.Configure(func(settings *Settings) { settings.SessionRequests = 0 })
	token := sampleToken(t, s)
	path := trustedApplications + "(" + s.Applications()[0].Id + ")"
	var all sync.WaitGroup
	var won atomic.Int32
	for i := range 8 {
		request := apiRequest(t, s, token, http.MethodPatch, path, fmt.Sprintf(`{"ObjectVersion": 1, "Notes": "%d"}`, i))
		all.Go(func() {
			got, err := do(t, s, request)
			if err != nil {
				t.Error(err)
			}
			if got.status == 204 {
				won.Add(1)
			}
		})
	}
	all.Wait()
	if won.Load() != 1 {
		t.Errorf("%d have won", won.Load())
	}
}
