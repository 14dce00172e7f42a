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
		"nothing":                 {`{}`, sample.Login, User{}, 2},
		"@odata.id":               {`{"SystemUser": {"@odata.id": "` + otherID + `"}}`, other.Login, User{}, 2},
		"absolute @odata.id":      {`{"SystemUser": {"@odata.id": "ROOT` + otherID + `"}}`, other.Login, User{}, 2},
		"@odata.bind":             {`{"SystemUser@odata.bind": "` + otherID + `"}`, other.Login, User{}, 2},
		"null":                    {`{"SystemUser": null}`, "", User{}, 2},
		"found by Login":          {`{"SystemUser": {"Login": "svc.other"}}`, other.Login, User{}, 2},
		"found by Id":             {`{"SystemUser": {"Id": "` + other.recordID() + `"}}`, other.Login, User{}, 2},
		"found by Name":           {`{"SystemUser": {"@erpnet.findBy": {"Name": "other"}}}`, other.Login, User{}, 2},
		"found, not changed":      {`{"SystemUser": {"@erpnet.action": "find", "Login": "svc.other", "Active": false}}`, other.Login, User{}, 2},
		"found nobody":            {`{"SystemUser": {"@erpnet.action": "findOrNull", "Login": "nobody"}}`, "", User{}, 2},
		"merged with unchanged":   {`{"SystemUser": {"Login": "svc.other", "Active": true}}`, other.Login, User{}, 2},
		"merged by @odata.id":     {`{"SystemUser": {"@odata.id": "` + otherID + `", "Name": {"EN": "Changed"}}}`, other.Login, User{Login: other.Login, Name: "Changed", Active: true}, 2},
		"merged by Login":         {`{"SystemUser": {"Login": "svc.other", "Email": "o@example.com"}}`, other.Login, User{Login: other.Login, Name: other.Name, Email: "o@example.com", Active: true}, 2},
		"merged by findBy":        {`{"SystemUser": {"@erpnet.findBy": {"Code": "svc.other"}, "Active": false}}`, other.Login, User{Login: other.Login, Name: other.Name}, 2},
		"merged into a new Login": {`{"SystemUser": {"@odata.id": "` + otherID + `", "Login": "svc.moved"}}`, "svc.moved", User{Login: "svc.moved", Name: other.Name, Active: true}, 2},
		"merged into a new user":  {`{"SystemUser": {"Login": "svc.new", "Name": {"EN": "New"}}}`, "svc.new", User{}, 3},
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

func TestUsersThroughTheAPI(t *testing.T) {
	s := newServer(t)
	token := sampleToken(t, s)
	created := object(t, send(t, s, token, http.MethodPost, users, `{"Login": "svc.new", "Name": {"EN": "New", "DE": "Neu"}}`))
	id, _ := created["@odata.id"].(string)
	name, _ := created["Name"].(map[string]any)
	if name["EN"] != "New" || created["Active"] != true || created["UserType"] != "InternalUser" || created["Password"] != nil {
		t.Errorf("%v", created)
	}
	if got := send(t, s, token, http.MethodPatch, id, `{"UserType": "ApplicationUserNoLogin", "Email": null}`); got.status != 204 {
		t.Errorf("PATCH: status %d: %s", got.status, got.body)
	}
	if got := send(t, s, token, http.MethodPatch, id, `{"Password": "x"}`); got.status != 500 {
		t.Errorf("PATCH of the password: status %d", got.status)
	}
	if got := send(t, s, token, http.MethodPatch, id, `{"Login": "svc.integration"}`); got.status != 500 {
		t.Errorf("PATCH to a login that is taken: status %d", got.status)
	}
	if got := send(t, s, token, http.MethodPatch, id, `{"Name": "New"}`); got.status != 500 {
		t.Errorf("PATCH of the name without a language: status %d", got.status)
	}
	if all := s.Users(); all[1].Login != "svc.new" || all[1].UserType != "ApplicationUserNoLogin" {
		t.Errorf("%+v", all)
	}
	if got := send(t, s, token, http.MethodDelete, users+"("+SampleUser().Id+")", ""); got.status != 500 {
		t.Errorf("DELETE of a system user: status %d", got.status)
	}
	if got := send(t, s, token, http.MethodDelete, id, ""); got.status != 204 || len(s.Users()) != 1 {
		t.Errorf("DELETE: status %d", got.status)
	}
	sample := object(t, send(t, s, token, http.MethodGet, users+"("+SampleUser().Id+")?$select=default,DisplayText", ""))
	if sample["Password"] != SamplePasswordHash || sample["DisplayText"] != "Integration Service <svc.integration> [InternalUser]" {
		t.Errorf("%v", sample)
	}
}
