// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

import (
	"reflect"
	"strings"
	"testing"
)

func TestApplicationsAreReadWithTheDefaultsOfTheEntity(t *testing.T) {
	apps, err := ReadApplications(strings.NewReader(`[
		{"ApplicationUri": "com.example/minimal"},
		{
			"Name": "Deploy", "ApplicationUri": "com.example/deploy", "IsEnabled": false, "ClientType": "Public",
			"Secret": "DEMO", "Scope": "read", "SystemUserAllowed": true, "SystemUser": {"Login": "svc.deploy"},
			"ReferenceTokens": "AdministratorsOnly", "Notes": null, "ObjectVersion": 7,
			"CreationTimeUtc": "2026-03-14T09:26:53Z"
		},
		{"ApplicationUri": "com.example/hash", "ApplicationSecretHash": "abc=", "SystemUser": "svc", "IsEnabled": null},
		{"ApplicationUri": "com.example/posted", "SystemUser": {"@erpnet.action": "find", "Login": "svc.posted"}}
	]`))
	if err != nil {
		t.Fatal(err)
	}
	minimal, hash := NewApplication("com.example/minimal"), NewApplication("com.example/hash")
	hash.ApplicationSecretHash, hash.SystemUser = "abc=", "svc"
	posted := NewApplication("com.example/posted")
	posted.SystemUser = "svc.posted"
	deploy := TrustedApplication{
		Name: "Deploy", ApplicationUri: "com.example/deploy", ClientType: "Public",
		ApplicationSecretHash: SecretHash("DEMO"), Scope: "read", SystemUserAllowed: true, SystemUser: "svc.deploy",
		ReferenceTokens: "AdministratorsOnly", ObjectVersion: 7, CreationTimeUtc: frozen,
	}
	if want := []TrustedApplication{minimal, deploy, hash, posted}; !reflect.DeepEqual(apps, want) {
		t.Errorf("got  %+v\nwant %+v", apps, want)
	}
}

func TestMistakesInApplicationsAreNamedWithoutSecrets(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{
			name: "unknown field", text: `[{"ApplicationUri": "a"}, {"ApplicationUri": "b", "Colour": "red"}]`,
			want: `trusted application 2: unknown field "Colour"`,
		},
		{name: "no ApplicationUri", text: `[{"Name": "a"}]`, want: "ApplicationUri is missing"},
		{
			name: "both secrets", text: `[{"ApplicationUri": "a", "Secret": "hush-hush",
			"ApplicationSecretHash": "x"}]`,
			want: "not both",
		},
		{
			name: "number as secret", text: `[{"ApplicationUri": "a", "Secret": 31337}]`,
			want: "Secret cannot be a number",
		},
		{
			name: "empty secret", text: `[{"ApplicationUri": "a", "Secret": ""}]`,
			want: "the Secret has 0 characters",
		},
		{
			name: "long secret", text: `[{"ApplicationUri": "a", "Secret": "` + strings.Repeat("31337", 21) + `"}]`,
			want: "accepts 1 to 100",
		},
		{
			name: "number elsewhere", text: `[{"ApplicationUri": "a", "Scope": 31337}]`,
			want: "Scope cannot be a number",
		},
		{
			name: "client type", text: `[{"ApplicationUri": "a", "ClientType": "Secret"}]`,
			want: "must be one of Confidential, Public, None",
		},
		{
			name: "reference tokens", text: `[{"ApplicationUri": "a", "ReferenceTokens": "Some"}]`,
			want: "ReferenceTokens is",
		},
		{
			name: "user without login", want: `{"Login": "..."}`,
			text: `[{"ApplicationUri": "a", "SystemUser": {"@odata.id": "Systems_Security_Users(1)"}}]`,
		},
		{
			name: "user to be changed", want: `{"Login": "..."}`,
			text: `[{"ApplicationUri": "a", "SystemUser": {"Login": "svc", "Active": false}}]`,
		},
		{
			name: "user to be made", want: `{"Login": "..."}`,
			text: `[{"ApplicationUri": "a", "SystemUser": {"@erpnet.action": "create", "Login": "svc"}}]`,
		},
		{
			name: "object, not array", text: `{"ApplicationUri": "a", "Secret": "hush-hush"}`,
			want: "not a JSON array",
		},
		{name: "string in the array", text: `["hush-hush"]`, want: "trusted application 1: a string stands"},
		{name: "broken", text: `[{"ApplicationUri": "a", "Secret": "hush-hush"`, want: "not a JSON array"},
		{name: "something behind", text: `[] []`, want: "something follows"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := ReadApplications(strings.NewReader(test.text))
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Fatalf("error %v", err)
			}
			if strings.Contains(err.Error(), "hush-hush") || strings.Contains(err.Error(), "31337") {
				t.Errorf("the error repeats a secret: %v", err)
			}
		})
	}
}
