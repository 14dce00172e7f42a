// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest/odata"
	"time"
)

const deployBody = `{"Name": "Deploy", "ApplicationUri": "com.example/deploy", "ApplicationSecretHash": %q, "Scope": "read",
	"SystemUserAllowed": true, "SystemUser": {"@odata.id": "Systems_Security_Users(%s)"}}`

// createDeploy registers an application through the API and returns its @odata.id.
func createDeploy(t *testing.T, s *Server, token, secret string) string {
	t.Helper()
	got := send(t, s, token, http.MethodPost, trustedApplications, fmt.Sprintf(deployBody, SecretHash(secret), SampleUser().Id))
	if got.status != http.StatusCreated {
		t.Fatalf("status %d: %s", got.status, got.body)
	}
	id, _ := object(t, got)["@odata.id"].(string)
	return id
}

// tokenError asks for a token of com.example/deploy and returns what is wrong.
func tokenError(t *testing.T, s *Server, secret, scope string) string {
	t.Helper()
	form := sampleForm()
	form.Set("client_id", "com.example/deploy")
	form.Set("client_secret", secret)
	form.Set("scope", scope)
	answered, _ := askForToken(t, s, form)
	return answered.Error
}

func TestApplicationLivesItsLifeThroughTheAPI(t *testing.T) {
	s := newServer(t)
	token := sampleToken(t, s)
	id := createDeploy(t, s, token, "first secret")
	patch := func(body string) {
		t.Helper()
		if got := send(t, s, token, http.MethodPatch, id, body); got.status != http.StatusNoContent || got.body != "" {
			t.Fatalf("status %d: %s", got.status, got.body)
		}
	}
	expect := func(secret, scope, want string) {
		t.Helper()
		if got := tokenError(t, s, secret, scope); got != want {
			t.Errorf("secret %q, scope %q: error %q, want %q", secret, scope, got, want)
		}
	}
	expect("first secret", "read", "")
	expect("first secret", "update", "invalid_scope")
	patch(fmt.Sprintf(`{"ApplicationSecretHash": %q}`, SecretHash("second secret")))
	expect("first secret", "read", "invalid_client")
	expect("second secret", "read", "")
	patch(`{"Scope": "read update"}`)
	expect("second secret", "update", "")
	patch(`{"SystemUser": null}`)
	expect("second secret", "read", "unauthorized_client")
	patch(`{"SystemUser@odata.bind": "Systems_Security_Users(` + SampleUser().Id + `)"}`)
	expect("second secret", "read", "")
	patch(`{"IsEnabled": false}`)
	expect("second secret", "read", "invalid_client")
	patch(`{"IsEnabled": true}`)
	if got := send(t, s, token, http.MethodDelete, id, ""); got.status != http.StatusNoContent {
		t.Fatalf("DELETE: status %d: %s", got.status, got.body)
	}
	expect("second secret", "read", "invalid_client")
	if got := send(t, s, token, http.MethodGet, id, ""); got.status != http.StatusInternalServerError {
		t.Errorf("GET: status %d", got.status)
	}
}

func TestCreatedApplicationHasTheDefaultsOfTheEntity(t *testing.T) {
	s := newServer(t)
	s.SetClock(func() time.Time { return at })
	token := sampleToken(t, s)
	got := send(t, s, token, http.MethodPost, trustedApplications, `{"Name": "Old", "ApplicationUri": "com.example/old"}`)
	created := object(t, got)
	for name, want := range map[string]any{
		"Name": "Old", "ApplicationUri": "com.example/old", "IsEnabled": true, "ClientType": "Confidential",
		"ApplicationSecretHash": nil, "Scope": nil, "SystemUserAllowed": false, "SystemUser": nil, "SystemUserLoginUrl": nil,
		"ImpersonateAsInternalUserAllowed": false, "ImpersonateAsCommunityUserAllowed": false, "ImpersonateLoginUrl": nil,
		"ImpersonateLogoutUrl": nil, "BasicAuthenticationAllowed": false, "ReferenceTokens": "None", "Notes": nil,
		"CreationTimeUtc": "2026-03-14T09:26:53Z",
	} {
		if value, has := created[name]; !has || value != want {
			t.Errorf("%s is %v", name, value)
		}
	}
	id, _ := created["Id"].(string)
	if !odata.IsGUID(id) || created["@odata.id"] != "Systems_Security_TrustedApplications("+id+")" {
		t.Errorf("Id %q, @odata.id %v", id, created["@odata.id"])
	}
	for _, name := range []string{"ObjectVersion", "ExternalId", "AdditionalDataJson", "DisplayText", "Authorizations"} {
		if value, has := created[name]; has {
			t.Errorf("%s is %v without being selected", name, value)
		}
	}
	apps := s.Applications()
	if apps[0].Id != id || apps[0].ObjectVersion != 1 || !apps[0].CreationTimeUtc.Equal(at) || apps[0].ReferenceTokens != "None" {
		t.Errorf("%+v", apps[0])
	}
}

func TestAllAttributesAreStoredAndReadBack(t *testing.T) {
	s := newServer(t)
	token := sampleToken(t, s)
	id := createDeploy(t, s, token, "secret")
	body := `{"Name": "N", "ClientType": "Public", "ApplicationSecretHash": null, "Scope": "update", "SystemUserAllowed": false,
		"SystemUserLoginUrl": "https://a.example", "ImpersonateAsInternalUserAllowed": true, "ImpersonateAsCommunityUserAllowed": true,
		"ImpersonateLoginUrl": "https://b.example", "ImpersonateLogoutUrl": "https://c.example", "BasicAuthenticationAllowed": true,
		"ReferenceTokens": "AdministratorsOnly", "Notes": "Mind the gap", "ExternalId": "7", "ExternalSystem": "CRM",
		"AdditionalDataJson": "{\"team\": \"blue\"}", "@odata.type": "#Erp.Systems_Security_TrustedApplication"}`
	if got := send(t, s, token, http.MethodPatch, id, body); got.status != http.StatusNoContent {
		t.Fatalf("status %d: %s", got.status, got.body)
	}
	read := object(t, send(t, s, token, http.MethodGet, id+"?$select=default,ExternalId,ExternalSystem,AdditionalDataJson,DisplayText,AggregateLastUpdateTimeUtc", ""))
	var want map[string]any
	decode(t, body, &want)
	want["DisplayText"] = "N"
	delete(want, "@odata.type")
	for name, value := range want {
		if read[name] != value {
			t.Errorf("%s is %v", name, read[name])
		}
	}
	if read["AggregateLastUpdateTimeUtc"] == nil {
		t.Error("AggregateLastUpdateTimeUtc is null")
	}
}

func TestAnswersToChangesAreSettings(t *testing.T) {
	for name, test := range map[string]struct {
		configure              func(*Settings)
		create, update, remove int
	}{
		"as by default":   {func(*Settings) {}, 201, 204, 204},
		"200 to all":      {func(s *Settings) { s.CreateStatus, s.UpdateStatus, s.DeleteStatus = 200, 200, 200 }, 200, 200, 200},
		"create with 204": {func(s *Settings) { s.CreateStatus = 204 }, 204, 204, 204},
	} {
		t.Run(name, func(t *testing.T) {
			s := newServer(t)
			s.Configure(test.configure)
			token := sampleToken(t, s)
			got := send(t, s, token, http.MethodPost, trustedApplications, `{"Name": "N", "ApplicationUri": "com.example/a"}`)
			id := trustedApplications + "(" + s.Applications()[0].Id + ")"
			if got.status != test.create {
				t.Errorf("POST: status %d", got.status)
			}
			if test.create == 204 {
				if got.body != "" || got.header.Get("OData-EntityId") != id || got.header.Get("Location") != s.DomainAPIURL()+id {
					t.Errorf("body %q, headers %v", got.body, got.header)
				}
			} else if object(t, got)["@odata.id"] != id {
				t.Errorf("body %s", got.body)
			}
			got = send(t, s, token, http.MethodPatch, id, `{"Notes": "x"}`)
			if got.status != test.update || (got.body != "") != (test.update == 200) {
				t.Errorf("PATCH: status %d, body %q", got.status, got.body)
			}
			got = send(t, s, token, http.MethodDelete, id, "")
			if got.status != test.remove || got.body != "" {
				t.Errorf("DELETE: status %d, body %q", got.status, got.body)
			}
		})
	}
}

func TestMissingKeys(t *testing.T) {
	const path = trustedApplications + "(00000000-0000-0000-0000-000000000000)"
	for status, body := range map[int]string{500: "does not exist", 404: ""} {
		s := newServer(t)
		s.Configure(func(settings *Settings) { settings.MissingKeyStatus = status })
		token := sampleToken(t, s)
		for _, method := range []string{http.MethodGet, http.MethodPatch, http.MethodDelete} {
			sent := ""
			if method == http.MethodPatch {
				sent = `{"Notes": "x"}`
			}
			got := send(t, s, token, method, path, sent)
			if got.status != status || !strings.Contains(got.body, body) || body == "" && got.body != "" {
				t.Errorf("%s: status %d, body %q", method, got.status, got.body)
			}
		}
	}
}

func TestBadBodiesChangeNothing(t *testing.T) {
	s := newServer(t)
	token := sampleToken(t, s)
	id := createDeploy(t, s, token, "secret")
	before := fmt.Sprintf("%+v %+v", s.Applications(), s.Users())
	user := "Systems_Security_Users(" + SampleUser().Id + ")"
	for name, test := range map[string]struct{ method, body, want string }{
		"no JSON":               {"PATCH", `{"Notes": `, "not a JSON object"},
		"no object":             {"PATCH", `[]`, "not a JSON object"},
		"null":                  {"PATCH", `null`, "not a JSON object"},
		"two objects":           {"PATCH", `{} {}`, "not a JSON object"},
		"unknown":               {"PATCH", `{"Colour": "red"}`, "property named 'Colour' on type 'Erp.Systems_Security_TrustedApplication'"},
		"name in the docs":      {"PATCH", `{"AccessTokens": "None"}`, "'AccessTokens'"},
		"read-only time":        {"PATCH", `{"CreationTimeUtc": "2026-01-01T00:00:00Z"}`, "'CreationTimeUtc' is read-only"},
		"read-only Id":          {"PATCH", `{"Id": "` + SampleUser().Id + `"}`, "'Id' is read-only"},
		"read-only text":        {"PATCH", `{"DisplayText": "x"}`, "'DisplayText' is read-only"},
		"version at creation":   {"POST", `{"Name": "N", "ApplicationUri": "a", "ObjectVersion": 1}`, "'ObjectVersion' is read-only"},
		"number for text":       {"PATCH", `{"Notes": 5}`, "'Notes' has a wrong type"},
		"text for flag":         {"PATCH", `{"IsEnabled": "true"}`, "'IsEnabled' has a wrong type"},
		"flag null":             {"PATCH", `{"IsEnabled": null}`, "'IsEnabled' is required"},
		"database value":        {"PATCH", `{"ClientType": "C"}`, "'ClientType' has a wrong type"},
		"no name":               {"POST", `{"ApplicationUri": "a"}`, "'Name' is required"},
		"no ApplicationUri":     {"POST", `{"Name": "N"}`, "'ApplicationUri' is required"},
		"empty ApplicationUri":  {"PATCH", `{"ApplicationUri": ""}`, "'ApplicationUri' is required"},
		"null name":             {"PATCH", `{"Name": null}`, "'Name' is required"},
		"too long":              {"PATCH", `{"ImpersonateLoginUrl": "` + strings.Repeat("é", 501) + `"}`, "longer than 500"},
		"data that is no JSON":  {"PATCH", `{"AdditionalDataJson": "[1]"}`, "not a JSON object"},
		"duplicate":             {"POST", `{"Name": "N", "ApplicationUri": "com.example/deploy"}`, `"code":2129`},
		"version of other type": {"PATCH", `{"ObjectVersion": "1"}`, "'ObjectVersion' is not an Int32"},
		"action":                {"PATCH", `{"@erpnet.action": "merge"}`, "nested objects only"},
		"login as reference":    {"PATCH", `{"SystemUser": "svc.integration"}`, "'SystemUser' is not a reference"},
		"id as reference":       {"PATCH", `{"SystemUser": "` + user + `"}`, "'SystemUser' is not a reference"},
		"object bound":          {"PATCH", `{"SystemUser@odata.bind": {"@odata.id": "` + user + `"}}`, "'SystemUser' is not a reference"},
		"bound text":            {"PATCH", `{"Notes@odata.bind": "x"}`, "'Notes' is not a navigation property"},
		"link to another set":   {"PATCH", `{"SystemUser": {"@odata.id": "Crm_Sales_Customers(` + customerID(0) + `)"}}`, "not the @odata.id"},
		"quoted link":           {"PATCH", `{"SystemUser": {"@odata.id": "Systems_Security_Users('x')"}}`, "not the @odata.id"},
		"link to nobody":        {"PATCH", `{"SystemUser": {"@odata.id": "Systems_Security_Users(` + customerID(0) + `)"}}`, "does not exist"},
		"login of nobody":       {"PATCH", `{"SystemUser": {"Login": "nobody"}}`, "No object"},
		"empty object":          {"PATCH", `{"SystemUser": {}}`, "No object"},
		"unknown action":        {"PATCH", `{"SystemUser": {"@erpnet.action": "delete", "Login": "svc.integration"}}`, "only an @odata.id"},
	} {
		t.Run(name, func(t *testing.T) {
			path := id
			if test.method == http.MethodPost {
				path = trustedApplications
			}
			got := send(t, s, token, test.method, path, test.body)
			if got.status != http.StatusInternalServerError || !strings.Contains(got.body, test.want) {
				t.Errorf("status %d: %s", got.status, got.body)
			}
			if after := fmt.Sprintf("%+v %+v", s.Applications(), s.Users()); after != before {
				t.Errorf("before %s\nafter  %s", before, after)
			}
		})
	}
}

func TestBodiesAreJSONAndTakeNoOptions(t *testing.T) {
	s := newServer(t)
	token := sampleToken(t, s)
	request := apiRequest(t, s, token, http.MethodPost, trustedApplications, `{"Name": "N", "ApplicationUri": "a"}`)
	request.Header.Set("Content-Type", "text/plain")
	if got := mustDo(t, s, request); got.status != http.StatusUnsupportedMediaType {
		t.Errorf("status %d", got.status)
	}
	for method, path := range map[string]string{
		http.MethodPost:   trustedApplications + "?$select=Id",
		http.MethodDelete: trustedApplications + "(" + s.Applications()[0].Id + ")?$select=Id",
	} {
		if got := send(t, s, token, method, path, `{"Name": "N", "ApplicationUri": "a"}`); got.status != 500 || !strings.Contains(got.body, "$select") {
			t.Errorf("%s: status %d: %s", method, got.status, got.body)
		}
	}
	if got := send(t, s, token, http.MethodPatch, trustedApplications, `{}`); got.status != http.StatusMethodNotAllowed {
		t.Errorf("PATCH of the set: status %d", got.status)
	}
	if len(s.Applications()) != 1 {
		t.Error("something was written")
	}
}

func TestUniquenessOfApplicationURI(t *testing.T) {
	s := newServer(t)
	token := sampleToken(t, s)
	post := func(uri string) int {
		return send(t, s, token, http.MethodPost, trustedApplications, `{"Name": "N", "ApplicationUri": "`+uri+`"}`).status
	}
	if got := post("MY.trusted.app/service"); got != 201 {
		t.Errorf("other case: status %d", got)
	}
	s.Configure(func(settings *Settings) { settings.IgnoreClientIDCase = true })
	if got := post("my.TRUSTED.app/service"); got != 500 {
		t.Errorf("other case where none counts: status %d", got)
	}
	s.Configure(func(settings *Settings) { settings.AllowDuplicateURIs = true })
	if got := post("my.trusted.app/service"); got != 201 {
		t.Errorf("no index: status %d", got)
	}
	if answered, _ := askForToken(t, s, sampleForm()); answered.AccessToken == "" {
		t.Errorf("the oldest gets no token: %s", answered.Error)
	}
	s.Configure(func(settings *Settings) { settings.AllowDuplicateURIs = false })
	details, _ := object(t, send(t, s, token, http.MethodPost, trustedApplications, `{"Name": "N", "ApplicationUri": "my.trusted.app/service"}`))["error"].(map[string]any)
	parameters, _ := details["parameters"].([]any)
	if details["code"] != 2129.0 || details["type"] != serverException || len(parameters) != 4 || parameters[2] != "my.trusted.app/service" {
		t.Errorf("%v", details)
	}
}

func TestSettingsOfWhatIsReadBack(t *testing.T) {
	s := newServer(t)
	token := sampleToken(t, s)
	path := trustedApplications + "(" + s.Applications()[0].Id + ")?$select=default,ObjectVersion"
	hash := SecretHash(SampleSecret)
	for name, test := range map[string]struct {
		configure func(*Settings)
		attribute string
		want      any
		has       bool
	}{
		"hash":              {func(*Settings) {}, "ApplicationSecretHash", hash, true},
		"hash as null":      {func(s *Settings) { s.SecretHashes = SecretHashesNull }, "ApplicationSecretHash", nil, true},
		"no hash":           {func(s *Settings) { s.SecretHashes = SecretHashesOmitted }, "ApplicationSecretHash", nil, false},
		"version":           {func(*Settings) {}, "ObjectVersion", 1.0, true},
		"no change tracked": {func(s *Settings) { s.ChangeTrackingOff = true }, "ObjectVersion", nil, true},
		"older entity":      {func(s *Settings) { s.UnknownAttributes = []string{"ReferenceTokens"} }, "ReferenceTokens", nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			s.Configure(func(settings *Settings) {
				settings.DomainAPISettings = defaultDomainAPISettings()
				test.configure(settings)
			})
			if value, has := object(t, send(t, s, token, http.MethodGet, path, ""))[test.attribute]; has != test.has || value != test.want {
				t.Errorf("%s is %v, there: %t", test.attribute, value, has)
			}
		})
	}
}

func TestOlderEntityDoesNotKnowReferenceTokens(t *testing.T) {
	s := newServer(t)
	s.Configure(func(settings *Settings) { settings.UnknownAttributes = []string{"ReferenceTokens"} })
	token := sampleToken(t, s)
	id := createDeploy(t, s, token, "secret")
	if s.Applications()[0].ReferenceTokens != "None" {
		t.Error("no default")
	}
	for _, got := range []reply{
		send(t, s, token, http.MethodPatch, id, `{"ReferenceTokens": "None"}`),
		send(t, s, token, http.MethodGet, trustedApplications+"?$select=ReferenceTokens", ""),
		send(t, s, token, http.MethodGet, trustedApplications+"?$filter=ReferenceTokens%20eq%20'None'", ""),
	} {
		if got.status != 500 || !strings.Contains(got.body, "property named 'ReferenceTokens'") {
			t.Errorf("status %d: %s", got.status, got.body)
		}
	}
}
