// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

import (
	"testing"
	"time"
)

func TestAddedApplicationGetsWhatTheInstanceFillsIn(t *testing.T) {
	s := newServer(t)
	s.SetClock(func() time.Time { return at })
	s.AddApplication(NewApplication("com.example/new"))
	s.AddUser(User{Login: "someone", Active: true})

	apps := s.Applications()
	if len(apps) != 2 || apps[0].ApplicationUri != "com.example/new" || apps[1].ApplicationUri != SampleApplication().ApplicationUri {
		t.Fatalf("%+v", apps)
	}
	added := apps[0]
	if len(added.Id) != 36 || added.ObjectVersion != 1 || !added.CreationTimeUtc.Equal(at) {
		t.Errorf("%+v", added)
	}
	if !added.IsEnabled || added.ClientType != "Confidential" || added.ReferenceTokens != "None" || added.SystemUserAllowed {
		t.Errorf("defaults: %+v", added)
	}
	if users := s.Users(); len(users) != 2 || users[0].Login != "someone" || users[0].UserType != "InternalUser" {
		t.Errorf("%+v", users)
	}
}

func TestAddedApplicationReplacesItsNamesake(t *testing.T) {
	s := newServer(t)
	app := SampleApplication()
	app.ApplicationSecretHash = SecretHash("rotated, and long enough for a secret")
	s.AddApplication(app)
	if answered, _ := askForToken(t, s, sampleForm()); answered.Error != "invalid_client" {
		t.Errorf("the old secret: error %q", answered.Error)
	}
	form := sampleForm()
	form.Set("client_secret", "rotated, and long enough for a secret")
	if answered, _ := askForToken(t, s, form); answered.AccessToken == "" {
		t.Errorf("the new secret: error %q", answered.Error)
	}
}
