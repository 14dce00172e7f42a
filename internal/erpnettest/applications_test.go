// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

import "testing"

func TestAddedRecordsGetWhatTheInstanceFillsIn(t *testing.T) {
	i := newInstance(t)
	i.freeze(0)
	i.AddApplication(NewApplication("com.example/new"))
	i.AddUser(User{Login: "someone", Active: true})

	apps, users := i.Applications(), i.Users()
	if len(apps) != 2 || apps[0].ApplicationUri != "com.example/new" || len(apps[0].Id) != 36 ||
		apps[0].ObjectVersion != 1 || !apps[0].CreationTimeUtc.Equal(frozen) {
		t.Errorf("%+v", apps)
	}
	if len(users) != 2 || users[0].Login != "someone" || users[0].UserType != "InternalUser" ||
		users[0].ObjectVersion != 1 {
		t.Errorf("%+v", users)
	}
}

// A change by someone else raises the version and otherwise keeps the record.
func TestChangesBehindTheClientsBack(t *testing.T) {
	i := newInstance(t)
	before := i.Applications()[0]
	tests := []struct {
		name   string
		change func()
		scope  string
	}{
		{name: "ChangeApplication", scope: "read", change: func() {
			i.changeSample(func(app *TrustedApplication) { app.Scope = "read" })
		}},
		{name: "AddApplication of the record", scope: "update", change: func() {
			app := before
			app.Scope = "update"
			i.AddApplication(app)
		}},
		{name: "AddApplication of a namesake", scope: "read update", change: func() {
			i.AddApplication(SampleApplication())
		}},
	}
	for _, test := range tests {
		version := i.Applications()[0].ObjectVersion
		test.change()
		after := i.Applications()[0]
		if after.ObjectVersion <= version || after.Id != before.Id ||
			!after.CreationTimeUtc.Equal(before.CreationTimeUtc) ||
			after.Scope != test.scope || len(i.Applications()) != 1 {
			t.Errorf("%s: %+v", test.name, after)
		}
	}
	if i.ChangeApplication("nobody", func(*TrustedApplication) { t.Error("called") }) {
		t.Error("found nobody")
	}
	i.AddUser(SampleUser())
	if users := i.Users(); len(users) != 1 || users[0].ObjectVersion <= 1 {
		t.Errorf("%+v", users)
	}
}
