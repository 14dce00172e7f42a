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
			"CreationTimeUtc": "2026-01-02T03:04:05Z"
		},
		{"ApplicationUri": "com.example/hash", "ApplicationSecretHash": "abc=", "SystemUser": "svc.hash", "IsEnabled": null},
		{"ApplicationUri": "com.example/posted", "SystemUser": {"@erpnet.action": "find", "Login": "svc.posted"}}
	]`))
	if err != nil {
		t.Fatal(err)
	}
	if want := NewApplication("com.example/minimal"); !reflect.DeepEqual(apps[0], want) {
		t.Errorf("%+v", apps[0])
	}
	deploy := apps[1]
	if deploy.IsEnabled || deploy.ClientType != "Public" || deploy.ApplicationSecretHash != SecretHash("DEMO") ||
		deploy.SystemUser != "svc.deploy" || deploy.ObjectVersion != 7 || deploy.CreationTimeUtc.Year() != 2026 {
		t.Errorf("%+v", deploy)
	}
	if hash := apps[2]; hash.ApplicationSecretHash != "abc=" || hash.SystemUser != "svc.hash" || !hash.IsEnabled {
		t.Errorf("%+v", hash)
	}
	if posted := apps[3]; posted.SystemUser != "svc.posted" {
		t.Errorf("%+v", posted)
	}
}

func TestMistakesInApplicationsAreNamedWithoutSecrets(t *testing.T) {
	for name, test := range map[string]struct{ text, want string }{
		"unknown field":       {`[{"ApplicationUri": "a"}, {"ApplicationUri": "b", "Colour": "red"}]`, `trusted application 2: unknown field "Colour"`},
		"no ApplicationUri":   {`[{"Name": "a"}]`, "ApplicationUri is missing"},
		"both secrets":        {`[{"ApplicationUri": "a", "Secret": "hush-hush", "ApplicationSecretHash": "x"}]`, "not both"},
		"number as secret":    {`[{"ApplicationUri": "a", "Secret": 31337}]`, "Secret must be a string"},
		"empty secret":        {`[{"ApplicationUri": "a", "Secret": ""}]`, "Secret must be a string, not an empty one"},
		"long secret":         {`[{"ApplicationUri": "a", "Secret": "` + strings.Repeat("31337", 21) + `"}]`, "more than 100 characters"},
		"number elsewhere":    {`[{"ApplicationUri": "a", "Scope": 31337}]`, "Scope cannot be a number"},
		"client type":         {`[{"ApplicationUri": "a", "ClientType": "Secret"}]`, "must be one of Confidential, Public, None"},
		"reference tokens":    {`[{"ApplicationUri": "a", "ReferenceTokens": "Some"}]`, "ReferenceTokens is"},
		"user without login":  {`[{"ApplicationUri": "a", "SystemUser": {"@odata.id": "Systems_Security_Users(1)"}}]`, `{"Login": "..."}`},
		"user to be made":     {`[{"ApplicationUri": "a", "SystemUser": {"@erpnet.action": "create", "Login": "svc"}}]`, `{"Login": "..."}`},
		"object, not array":   {`{"ApplicationUri": "a", "Secret": "hush-hush"}`, "not a JSON array"},
		"string in the array": {`["hush-hush"]`, "trusted application 1: a string stands"},
		"broken":              {`[{"ApplicationUri": "a", "Secret": "hush-hush"`, "not a JSON array"},
		"something behind":    {`[] []`, "something follows"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := ReadApplications(strings.NewReader(test.text))
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Fatalf("error %v", err)
			}
			for _, secret := range []string{"hush-hush", "31337"} {
				if strings.Contains(err.Error(), secret) {
					t.Errorf("the error repeats a secret: %v", err)
				}
			}
		})
	}
}
