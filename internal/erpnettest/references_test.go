// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

import (
	"net/http"
	"testing"
)

func TestReferencesInBodies(t *testing.T) {
	other := User{Login: "svc.other", Name: "Other Service", Active: true}
	otherID := users + "(" + other.recordID() + ")"
	sample := SampleUser()
	for name, test := range map[string]struct {
		body   string
		user   string // Login of the system user afterwards
		merged User   // how the user svc.other is afterwards; empty for unchanged
		users  int
	}{
		"nothing":            {`{}`, sample.Login, User{}, 2},
		"@odata.id":          {`{"SystemUser": {"@odata.id": "` + otherID + `"}}`, other.Login, User{}, 2},
		"absolute @odata.id": {`{"SystemUser": {"@odata.id": "ROOT` + otherID + `"}}`, other.Login, User{}, 2},
		"@odata.bind":        {`{"SystemUser@odata.bind": "` + otherID + `"}`, other.Login, User{}, 2},
		"null":               {`{"SystemUser": null}`, "", User{}, 2},
		"found by Login":     {`{"SystemUser": {"Login": "svc.other"}}`, other.Login, User{}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			s := newServer(t)
			s.AddUser(other)
			body := test.body
			if name == "absolute @odata.id" {
				body = `{"SystemUser": {"@odata.id": "` + s.DomainAPIURL() + otherID + `"}}`
			}
			token := sampleToken(t, s)
			if got := send(t, s, token, http.MethodPatch, trustedApplications+"("+s.Applications()[0].Id+")", body); got.status != 204 {
				t.Fatalf("status %d: %s", got.status, got.body)
			}
			if app := s.Applications()[0]; app.SystemUser != test.user {
				t.Errorf("system user %q", app.SystemUser)
			}
			all := s.Users()
			if len(all) != test.users || all[0].Name != sample.Name || all[0].ObjectVersion != 1 {
				t.Errorf("users %+v", all)
			}
			want := test.merged
			if want == (User{}) {
				want = other
			}
			got := all[len(all)-1]
			if changed := got.ObjectVersion > 1; changed != (test.merged != User{}) {
				t.Errorf("version %d", got.ObjectVersion)
			}
			if got.Login != want.Login || got.Name != want.Name || got.Email != want.Email || got.Active != want.Active || got.recordID() != other.recordID() {
				t.Errorf("user %+v", got)
			}
		})
	}
}

func TestNullReferencesCanBeRefused(t *testing.T) {
	s := newServer(t)
	s.Configure(func(settings *Settings) { settings.RefuseNullReferences = true })
	path := trustedApplications + "(" + s.Applications()[0].Id + ")"
	if got := send(t, s, sampleToken(t, s), http.MethodPatch, path, `{"SystemUser": null}`); got.status != 500 || s.Applications()[0].SystemUser == "" {
		t.Errorf("status %d", got.status)
	}
}
