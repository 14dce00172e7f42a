// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package domainapi

import (
	"net/http"
	"strings"
	"testing"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
)

func TestErrorBodyIsReadInBothShapes(t *testing.T) {
	whole := errorBody{Message: "No", Code: 8, Type: "T", object: true}
	for body, want := range map[string]errorBody{
		`{"error":{"message":"No","code":8,"type":"T","info":"at Stack.Trace()"}}`: whole,
		`{"message":"No","code":8,"type":"T"}`:                                     whole,
		"":                                                                         {},
		"<html>":                                                                   {},
		`{"error":"x"}`:                                                            {object: true},
		`[]`:                                                                       {},
		`{"error":{"code":"x"}}`:                                                   {object: true},
		`{"error":{"code":"8","message":{"lang":"en","value":"No"}}}`: {Message: "No", Code: 8, object: true},
		`{"title":"Bad","detail":"No","errors":{"x":["y"]}}`:          {Message: "Bad No x: y", object: true},
	} {
		if got := readErrorBody(&erpnet.Response{Body: []byte(body)}); got != want {
			t.Errorf("%s: %+v", body, got)
		}
	}
}

func TestErrorsAreToldApart(t *testing.T) {
	for name, test := range map[string]struct {
		status int
		header http.Header
		body   string
		want   erpnet.Kind // empty for success
	}{
		"read":                           {status: 200},
		"created":                        {status: 201},
		"without content":                {status: 204},
		"entity with an attribute Error": {status: 200, body: `{"Id":1,"Error":{"message":"x"}}`},
		"rows with an attribute error":   {status: 200, body: `{"value":[{"error":{"message":"x"}}]}`},
		"text":                           {status: 200, body: "OK"},
		"JSON as a web page": {
			status: 200, header: http.Header{"Content-Type": {"text/html"}}, body: `{"Id":1}`,
		},
		"web page as success":      {status: 200, body: "<html>", want: NotDomainAPI},
		"web page as creation":     {status: 201, body: "<html>", want: NotDomainAPI},
		"error as success":         {status: 200, body: `{"error":{"message":"x"}}`, want: Failed},
		"error as creation":        {status: 201, body: `{"error":{}}`, want: Failed},
		"error after rows":         {status: 200, body: `{"value":[],"error":{"message":"x"}}`, want: Failed},
		"licence error as success": {status: 200, body: `{"error":{"code":8}}`, want: NoLicence},
		"part of the content":      {status: 206, body: `{"value":[]}`, want: NotDomainAPI},
		"licence by code":          {status: 500, body: `{"error":{"message":"x","code":8}}`, want: NoLicence},
		"licence by type": {
			status: 500, body: `{"error":{"type":"Aloe.SystemFrameworks.E1LicenseException"}}`, want: NoLicence,
		},
		"licence by message": {
			status: 400, body: `{"error":{"message":"MaximumLicenseCountExceeded"}}`, want: NoLicence,
		},
		"licence by its text": {
			status: 500, want: NoLicence,
			body: `{"message":"The maximum number of simultaneously connected users to this server is exceeded"}`,
		},
		"busy, come back": {status: 503, header: http.Header{"Retry-After": {"1"}}, want: erpnet.Unavailable},
		"renamed":         {status: 404, body: `{"error":{"message":"Use GetRenamedEntityTypes"}}`, want: Renamed},
		"token":           {status: 401, want: TokenRejected},
		"rights":          {status: 403, body: `{"error":{"message":"x"}}`, want: Forbidden},
		"rights, no content": {
			status: 403, header: http.Header{"Www-Authenticate": {"Bearer error=insufficient_scope"}}, want: Forbidden,
		},
		"firewall":             {status: 403, body: "<html>", want: erpnet.GatewayRefused},
		"firewall, no content": {status: 403, want: erpnet.GatewayRefused},
		"login page": {
			status: 302,
			header: http.Header{"Location": {"/id/Account/Login?x=1"}},
			want:   TokenRejected,
		},
		"login page of ASP.NET": {
			status: 302, header: http.Header{"Location": {"/Account/LogOn"}}, want: TokenRejected,
		},
		"login page, slash": {status: 302, header: http.Header{"Location": {"/login/"}}, want: TokenRejected},
		"login page, extension": {
			status: 302, header: http.Header{"Location": {"/id/account/login.aspx;s=1"}}, want: TokenRejected,
		},
		"login page, hyphen": {status: 302, header: http.Header{"Location": {"/Sign-In"}}, want: TokenRejected},
		"login page elsewhere": {
			status: 302,
			header: http.Header{"Location": {"https://login.microsoftonline.com/x/oauth2/authorize?y=1"}},
			want:   TokenRejected,
		},
		"page of a denial": {
			status: 302, header: http.Header{"Location": {"/id/Account/AccessDenied?ReturnUrl=x"}}, want: Forbidden,
		},
		"no login page": {
			status: 302, header: http.Header{"Location": {"https://login.example/api?login"}}, want: NotDomainAPI,
		},
		"long URL":             {status: 414, body: "<html>", want: URLTooLong},
		"long URL, JSON":       {status: 414, body: `{"error":{"message":"x"}}`, want: URLTooLong},
		"login of a gateway":   {status: 401, body: "<html>", want: erpnet.GatewayRefused},
		"entity set":           {status: 404, body: `{"error":{"message":"x"}}`, want: NotFound},
		"nothing there":        {status: 404, body: "<html>", want: NotServed},
		"limit":                {status: 429, want: RateLimited},
		"business error":       {status: 500, body: `{"error":{"message":"x","code":2029}}`, want: Failed},
		"error without a word": {status: 500, want: erpnet.ServerFailed},
		"bad request":          {status: 400, body: `{"message":"x"}`, want: Failed},
		"bad request, no word": {status: 400, body: `{}`, want: Failed},
		"other content":        {status: 418, body: "<html>", want: erpnet.GatewayRefused},
		"slow gateway":         {status: 408, want: erpnet.Unavailable},
		"gateway without host": {status: 521, body: "<html>", want: erpnet.Unavailable},
		"redirect":             {status: 302, want: NotDomainAPI},
		"gateway":              {status: 502, want: erpnet.Unavailable},
		"busy gateway":         {status: 503, want: erpnet.Unavailable},
		"other server error":   {status: 501, want: erpnet.ServerFailed},
	} {
		t.Run(name, func(t *testing.T) {
			response := &erpnet.Response{Status: test.status, Header: test.header, Body: []byte(test.body)}
			failed := failure(protecting(), response, "")
			wantKind(t, erpnet.AsError(failed), test.want)
			if failed != nil && failed.Status != test.status {
				t.Errorf("the status is %d", failed.Status)
			}
		})
	}
}

// The evidence says what a person cannot see from the kind.
func TestErrorsGiveTheirEvidence(t *testing.T) {
	long := "https://x.example/?" + strings.Repeat("x", 3000)
	for name, test := range map[string]struct {
		response erpnet.Response
		want     string
	}{
		"long URL":            {erpnet.Response{Status: 414, Body: []byte("<html>")}, "The URL has 3019 characters."},
		"nothing there":       {erpnet.Response{Status: 404}, "The URL has 3019 characters, and some web servers"},
		"part of the content": {erpnet.Response{Status: 206, Body: []byte("{}")}, "with HTTP status 200, 201 or 204"},
		"page of a check":     {erpnet.Response{Status: 200, Body: []byte("<title>Human?</title>")}, `"Human?"`},
		"error as success":    {erpnet.Response{Status: 200, Body: []byte(`{"error":{"message":"x"}}`)}, ""},
	} {
		failed := failure(protecting(), &test.response, long)
		if !strings.Contains(failed.Evidence, test.want) || strings.Contains(failed.Happened, "not a JSON object") {
			t.Errorf("%s: %s, %s", name, failed.Happened, failed.Evidence)
		}
	}
}

func TestDomainErrorsHideSecrets(t *testing.T) {
	body := `{"error":{"message":"Bearer opaque-token-value of client secret-of-the-client refused"}}`
	client := protecting("secret-of-the-client", "opaque-token-value")
	failed := failure(client, &erpnet.Response{Status: 500, Body: []byte(body)}, "")
	const want = `was answered with HTTP status 500: "Bearer (redacted) of client (redacted) refused"`
	if failed.Happened != want {
		t.Errorf("got %s", failed.Happened)
	}
}

func FuzzReadDomainError(f *testing.F) {
	f.Add([]byte(`{"error":{"message":"No","code":8,"type":"T"}}`))
	f.Add([]byte(`{"message":"No","code":1e3}`))
	client := protecting("opaque-token-value")
	f.Fuzz(func(t *testing.T, body []byte) {
		failed := failure(client, &erpnet.Response{Status: 500, Body: body}, "")
		if failed == nil || failed.Kind == "" || strings.Contains(failed.Happened, "opaque-token-value") {
			t.Errorf("%+v", failed)
		}
	})
}
