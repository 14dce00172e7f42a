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

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest/odata"
)

// createDeploy registers com.example/deploy through the API and returns its @odata.id.
func (i *testInstance) createDeploy(secret string) string {
	i.t.Helper()
	const body = `{"Name": "Deploy", "ApplicationUri": "com.example/deploy", "ApplicationSecretHash": %q,
		"Scope": "read", "SystemUserAllowed": true, "SystemUser": {"@odata.id": "Systems_Security_Users(%s)"}}`
	got := i.call(http.MethodPost, trustedApplications, fmt.Sprintf(body, SecretHash(secret), SampleUser().Id))
	got.expect(i.t, http.StatusCreated, "")
	id, _ := got.object(i.t)["@odata.id"].(string)
	return id
}

func TestApplicationLivesItsLifeThroughTheAPI(t *testing.T) {
	i := newInstance(t)
	id := i.createDeploy("first secret")
	steps := []struct {
		method, body  string // no request if empty
		secret, scope string // of the token request that follows
		want          string // the OAuth error; empty means a token
	}{
		{secret: "first secret", scope: "read"},
		{secret: "first secret", scope: "update", want: invalidScope},
		{
			method: "PATCH", body: fmt.Sprintf(`{"ApplicationSecretHash": %q}`, SecretHash("second secret")),
			secret: "first secret", scope: "read", want: invalidClient,
		},
		{secret: "second secret", scope: "read"},
		{method: "PATCH", body: `{"Scope": "read update"}`, secret: "second secret", scope: "update"},
		{
			method: "PATCH", body: `{"SystemUser": null}`,
			secret: "second secret", scope: "read", want: unauthorizedClient,
		},
		{
			method: "PATCH", body: `{"SystemUser": {"Login": "svc.integration"}}`,
			secret: "second secret", scope: "read",
		},
		{method: "PATCH", body: `{"IsEnabled": false}`, secret: "second secret", scope: "read", want: invalidClient},
		{method: "PATCH", body: `{"IsEnabled": true}`, secret: "second secret", scope: "read"},
		{method: "DELETE", secret: "second secret", scope: "read", want: invalidClient},
	}
	for _, step := range steps {
		if step.method != "" {
			got := i.call(step.method, id, step.body)
			if got.expect(t, http.StatusNoContent, ""); got.body != "" {
				t.Errorf("body %s", got.body)
			}
		}
		got := i.askForToken("client_id", "com.example/deploy", "client_secret", step.secret, "scope", step.scope)
		if got.Error != step.want {
			t.Errorf("after %s %s: error %q for %s", step.method, step.body, got.Error, step.scope)
		}
	}
	i.read(id).expect(t, http.StatusInternalServerError, "does not exist")
}

func TestCreatedApplicationHasTheDefaultsOfTheEntity(t *testing.T) {
	i := newInstance(t)
	i.freeze(0)
	const body = `{"Name": "Old", "ApplicationUri": "com.example/old"}`
	created := i.call(http.MethodPost, trustedApplications, body).object(t)
	id, _ := created["Id"].(string)
	want := map[string]any{
		"@odata.context": i.DomainAPIURL() + "$metadata#Systems_Security_TrustedApplications/$entity",
		"@odata.id":      "Systems_Security_TrustedApplications(" + id + ")", "Id": id,
		"Name": "Old", "ApplicationUri": "com.example/old", "IsEnabled": true, "ClientType": "Confidential",
		"ApplicationSecretHash": nil, "Scope": nil, "SystemUserAllowed": false, "SystemUser": nil,
		"SystemUserLoginUrl": nil, "ImpersonateAsInternalUserAllowed": false,
		"ImpersonateAsCommunityUserAllowed": false,
		"ImpersonateLoginUrl":               nil, "ImpersonateLogoutUrl": nil, "BasicAuthenticationAllowed": false,
		"ReferenceTokens": "None", "Notes": nil, "CreationTimeUtc": "2026-03-14T09:26:53Z",
	}
	if fmt.Sprint(created) != fmt.Sprint(want) || !odata.IsGUID(id) {
		t.Errorf("got  %v\nwant %v", created, want)
	}
	if app := i.Applications()[0]; app.Id != id || app.ObjectVersion != 1 || !app.CreationTimeUtc.Equal(frozen) {
		t.Errorf("%+v", app)
	}
}

func TestAllAttributesAreStoredAndReadBack(t *testing.T) {
	i := newInstance(t)
	id := i.createDeploy("secret")
	const body = `{"Name": "N", "ClientType": "Public", "ApplicationSecretHash": null, "Scope": "update",
		"SystemUserAllowed": false, "SystemUserLoginUrl": "https://a.example", "ImpersonateAsInternalUserAllowed": true,
		"ImpersonateAsCommunityUserAllowed": true, "ImpersonateLoginUrl": "https://b.example",
		"ImpersonateLogoutUrl": "https://c.example", "BasicAuthenticationAllowed": true,
		"ReferenceTokens": "AdministratorsOnly", "Notes": "Mind the gap", "ExternalId": "7", "ExternalSystem": "CRM",
		"AdditionalDataJson": "{\"team\": \"blue\"}", "@odata.type": "#Erp.Systems_Security_TrustedApplication"}`
	i.call(http.MethodPatch, id, body).expect(t, http.StatusNoContent, "")
	read := i.read(id + "?$select=default,ExternalId,ExternalSystem,AdditionalDataJson,DisplayText," +
		"AggregateLastUpdateTimeUtc").object(t)
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

func TestResponsesToChangesAreSettings(t *testing.T) {
	with200 := func(s *Settings) { s.CreateStatus, s.UpdateStatus, s.DeleteStatus = 200, 200, 200 }
	tests := []struct {
		name                   string
		configure              func(*Settings)
		create, update, remove int
	}{
		{name: "by default", configure: func(*Settings) {}, create: 201, update: 204, remove: 204},
		{name: "200 to all", configure: with200, create: 200, update: 200, remove: 200},
		{
			name: "create with 204", create: 204, update: 204, remove: 204,
			configure: func(s *Settings) { s.CreateStatus = 204 },
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			i := newInstance(t, test.configure)
			got := i.call(http.MethodPost, trustedApplications, `{"Name": "N", "ApplicationUri": "com.example/a"}`)
			id := trustedApplications + "(" + i.Applications()[0].Id + ")"
			location := got.header.Get("OData-EntityId") + " " + got.header.Get("Location")
			switch got.expect(t, test.create, ""); {
			case test.create != 204:
				got.expect(t, test.create, `"@odata.id":"`+id+`"`)
			case got.body != "" || location != id+" "+i.DomainAPIURL()+id:
				t.Errorf("body %q, headers %v", got.body, got.header)
			}
			got = i.call(http.MethodPatch, id, `{"Notes": "x"}`)
			if got.expect(t, test.update, ""); (got.body != "") != (test.update == 200) {
				t.Errorf("PATCH: body %q", got.body)
			}
			got = i.call(http.MethodDelete, id, "")
			if got.expect(t, test.remove, ""); got.body != "" {
				t.Errorf("DELETE: body %q", got.body)
			}
		})
	}
}

func TestMissingKeys(t *testing.T) {
	const path = trustedApplications + "(00000000-0000-0000-0000-000000000000)"
	for status, body := range map[int]string{500: "does not exist", 404: ""} {
		i := newInstance(t, func(s *Settings) { s.MissingKeyStatus = status })
		for _, got := range []reply{
			i.read(path),
			i.call(http.MethodPatch, path, `{"Notes": "x"}`),
			i.call(http.MethodDelete, path, ""),
		} {
			if got.expect(t, status, body); body == "" && got.body != "" {
				t.Errorf("body %q", got.body)
			}
		}
	}
}

func TestSystemUserIsReferredToInSeveralForms(t *testing.T) {
	other := User{Login: "svc.other", Name: "Other Service", Active: true}
	link := users + "(" + other.recordID() + ")"
	tests := []struct{ name, body, want string }{
		{name: "nothing", body: `{}`, want: SampleUser().Login},
		{name: "null", body: `{"SystemUser": null}`, want: ""},
		{name: "@odata.id", body: `{"SystemUser": {"@odata.id": "` + link + `"}}`, want: other.Login},
		{name: "absolute", body: `{"SystemUser": {"@odata.id": "ROOT` + link + `"}}`, want: other.Login},
		{
			name: "with its type", body: `{"SystemUser": {"@odata.type": "x", "@odata.id": "` + link + `"}}`,
			want: other.Login,
		},
		{name: "@odata.bind", body: `{"SystemUser@odata.bind": "` + link + `"}`, want: other.Login},
		{name: "Login", body: `{"SystemUser": {"Login": "SVC.other"}}`, want: other.Login},
		{name: "find", body: `{"SystemUser": {"@erpnet.action": "find", "Login": "svc.other"}}`, want: other.Login},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			i := newInstance(t)
			i.AddUser(other)
			body := strings.Replace(test.body, "ROOT", i.DomainAPIURL(), 1)
			i.call(http.MethodPatch, i.samplePath(), body).expect(t, http.StatusNoContent, "")
			if app := i.Applications()[0]; app.SystemUser != test.want {
				t.Errorf("system user %q", app.SystemUser)
			}
		})
	}
	i := newInstance(t, func(s *Settings) { s.RefuseNullReferences = true })
	i.call(http.MethodPatch, i.samplePath(), `{"SystemUser": null}`).expect(t, 500, "cannot be set to null")
	if i.Applications()[0].SystemUser == "" {
		t.Error("the reference was cleared")
	}
}

func TestBadBodiesChangeNothing(t *testing.T) {
	i := newInstance(t)
	id := i.createDeploy("secret")
	user, customer := users+"("+SampleUser().Id+")", "("+customerID(0)+")"
	tests := []struct {
		name, method string // PATCH if empty
		body, want   string
	}{
		{name: "no JSON", body: `{"Notes": `, want: "not a JSON object"},
		{name: "no object", body: `[]`, want: "not a JSON object"},
		{name: "null", body: `null`, want: "not a JSON object"},
		{name: "two objects", body: `{} {}`, want: "not a JSON object"},
		{
			name: "unknown", body: `{"Colour": "red"}`,
			want: "'Colour' on type 'Erp.Systems_Security_TrustedApplication'",
		},
		{name: "name in the docs", body: `{"AccessTokens": "None"}`, want: "'AccessTokens'"},
		{
			name: "read-only time", body: `{"CreationTimeUtc": "2026-01-01T00:00:00Z"}`,
			want: "'CreationTimeUtc' is read-only",
		},
		{name: "read-only Id", body: `{"Id": "` + SampleUser().Id + `"}`, want: "'Id' is read-only"},
		{name: "read-only text", body: `{"DisplayText": "x"}`, want: "'DisplayText' is read-only"},
		{
			name: "version at creation", method: "POST",
			body: `{"Name": "N", "ApplicationUri": "a", "ObjectVersion": 1}`, want: "'ObjectVersion' is read-only",
		},
		{name: "number for text", body: `{"Notes": 5}`, want: "'Notes' has a wrong type"},
		{name: "text for flag", body: `{"IsEnabled": "true"}`, want: "'IsEnabled' has a wrong type"},
		{name: "flag null", body: `{"IsEnabled": null}`, want: "'IsEnabled' is required"},
		{name: "database value", body: `{"ClientType": "C"}`, want: "'ClientType' has a wrong type"},
		{name: "no name", method: "POST", body: `{"ApplicationUri": "a"}`, want: "'Name' is required"},
		{name: "no ApplicationUri", method: "POST", body: `{"Name": "N"}`, want: "'ApplicationUri' is required"},
		{name: "empty ApplicationUri", body: `{"ApplicationUri": ""}`, want: "'ApplicationUri' is required"},
		{name: "null name", body: `{"Name": null}`, want: "'Name' is required"},
		{
			name: "too long", body: `{"ImpersonateLoginUrl": "` + strings.Repeat("é", 501) + `"}`,
			want: "longer than 500",
		},
		{name: "data that is no JSON", body: `{"AdditionalDataJson": "[1]"}`, want: "not a JSON object"},
		{
			name: "duplicate", method: "POST", body: `{"Name": "N", "ApplicationUri": "com.example/deploy"}`,
			want: `"code":2129`,
		},
		{name: "duplicate change", body: `{"ApplicationUri": "my.trusted.app/service"}`, want: `"code":2129`},
		{name: "version of other type", body: `{"ObjectVersion": "1"}`, want: "'ObjectVersion' is not an Int32"},
		{name: "action", body: `{"@erpnet.action": "merge"}`, want: "nested objects only"},
		{
			name: "login as reference", body: `{"SystemUser": "svc.integration"}`,
			want: "'SystemUser' is not a reference",
		},
		{name: "id as reference", body: `{"SystemUser": "` + user + `"}`, want: "'SystemUser' is not a reference"},
		{
			name: "object bound", body: `{"SystemUser@odata.bind": {"@odata.id": "` + user + `"}}`,
			want: "'SystemUser' is not a reference",
		},
		{name: "bound text", body: `{"Notes@odata.bind": "x"}`, want: "'Notes' is not a navigation property"},
		{
			name: "link to another set", body: `{"SystemUser": {"@odata.id": "Crm_Sales_Customers` + customer + `"}}`,
			want: "not the @odata.id",
		},
		{name: "quoted link", body: `{"SystemUser": {"@odata.id": "` + users + `('x')"}}`, want: "not the @odata.id"},
		{
			name: "link to nobody", body: `{"SystemUser": {"@odata.id": "` + users + customer + `"}}`,
			want: "does not exist",
		},
		{name: "login of nobody", body: `{"SystemUser": {"Login": "nobody"}}`, want: "No object"},
		{name: "empty object", body: `{"SystemUser": {}}`, want: "No object"},
		{
			name: "change of the user", body: `{"SystemUser": {"Login": "svc.integration", "Active": false}}`,
			want: "only an @odata.id or a Login",
		},
		{
			name: "unknown action", body: `{"SystemUser": {"@erpnet.action": "delete", "Login": "svc.integration"}}`,
			want: "only an @odata.id or a Login",
		},
	}
	before := fmt.Sprintf("%+v %+v", i.Applications(), i.Users())
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			method, path := http.MethodPatch, id
			if test.method == http.MethodPost {
				method, path = http.MethodPost, trustedApplications
			}
			i.call(method, path, test.body).expect(t, http.StatusInternalServerError, test.want)
			if after := fmt.Sprintf("%+v %+v", i.Applications(), i.Users()); after != before {
				t.Errorf("before %s\nafter  %s", before, after)
			}
		})
	}
}

func TestBodiesAreJSONAndTakeNoOptions(t *testing.T) {
	i := newInstance(t)
	const body = `{"Name": "N", "ApplicationUri": "a"}`
	request := i.apiRequest(http.MethodPost, trustedApplications, body)
	request.Header.Set("Content-Type", "text/plain")
	i.do(request).expect(t, http.StatusUnsupportedMediaType, "")
	for method, path := range map[string]string{
		http.MethodPost: trustedApplications, http.MethodPatch: i.samplePath(), http.MethodDelete: i.samplePath(),
	} {
		i.call(method, path+"?$select=Id", body).expect(t, 500, "$select")
	}
	if app := i.Applications()[0]; len(i.Applications()) != 1 ||
		app.ApplicationUri != SampleApplication().ApplicationUri {
		t.Error("something was written")
	}
}

func TestUniquenessOfApplicationURI(t *testing.T) {
	i := newInstance(t)
	post := func(uri string) reply {
		return i.call(http.MethodPost, trustedApplications, `{"Name": "N", "ApplicationUri": "`+uri+`"}`)
	}
	post("MY.trusted.app/service").expect(t, 201, "")
	i.Configure(func(s *Settings) { s.IgnoreClientIDCase = true })
	post("my.TRUSTED.app/service").expect(t, 500, "Prohibited duplication")
	i.Configure(func(s *Settings) { s.AllowDuplicateURIs = true })
	post("my.trusted.app/service").expect(t, 201, "")
	if got := i.askForToken(); got.AccessToken == "" {
		t.Errorf("the oldest gets no token: %s", got.Error)
	}
	i.Configure(func(s *Settings) { s.AllowDuplicateURIs = false })
	details, _ := post("my.trusted.app/service").object(t)["error"].(map[string]any)
	parameters, _ := details["parameters"].([]any)
	if details["code"] != 2129.0 || details["type"] != serverException || details["messageFormat"] == nil ||
		len(parameters) != 4 || parameters[2] != "my.trusted.app/service" {
		t.Errorf("%v", details)
	}
}

func TestOptimisticLocking(t *testing.T) {
	for _, status := range []int{500, 409, 412} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			i := newInstance(t, func(s *Settings) { s.ConflictStatus = status })
			steps := []struct {
				name, body string
				status     int
				raises     bool // whether the version goes up
			}{
				{name: "the same version", body: `{"ObjectVersion": 1, "Notes": "a"}`, status: 204, raises: true},
				{name: "an old version", body: `{"ObjectVersion": 1, "Notes": "b"}`, status: status},
				{name: "no version", body: `{"Notes": "c"}`, status: 204, raises: true},
				{name: "nothing new", body: `{"Notes": "c"}`, status: 204},
			}
			for _, step := range steps {
				before := i.Applications()[0]
				got := i.call(http.MethodPatch, i.samplePath(), step.body)
				after := i.Applications()[0]
				raised := after.ObjectVersion > before.ObjectVersion+1 // a change skips one
				if got.status != step.status || raised != step.raises || !raised && after != before {
					t.Errorf("%s: status %d, %+v", step.name, got.status, after)
				}
			}
			i.Configure(func(s *Settings) { s.ChangeTrackingOff = true })
			i.call(http.MethodPatch, i.samplePath(), `{"ObjectVersion": 1, "Notes": "d"}`).expect(t, 204, "")
		})
	}
}

func TestOfManyWritersWithOneVersionOneWins(t *testing.T) {
	i := newInstance(t, func(s *Settings) { s.SessionRequests = 0 })
	var all sync.WaitGroup
	var won atomic.Int32
	for n := range 8 {
		body := fmt.Sprintf(`{"ObjectVersion": 1, "Notes": "%d"}`, n)
		request := i.apiRequest(http.MethodPatch, i.samplePath(), body)
		all.Go(func() {
			if got, err := i.try(request); err != nil {
				t.Error(err)
			} else if got.status == 204 {
				won.Add(1)
			}
		})
	}
	all.Wait()
	if won.Load() != 1 {
		t.Errorf("%d have won", won.Load())
	}
}
