// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package identity

import (
	"cmp"
	"context"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
)

func TestTokenRequestIsAForm(t *testing.T) {
	const form = "client_id=my.trusted.app%2Fservice&client_secret=" + testSecret + "&grant_type=client_credentials"
	for scope, want := range map[string]string{"": form, "read": form + "&scope=read"} {
		sent := transport(func(r *http.Request) (*http.Response, error) {
			body, err := io.ReadAll(r.Body)
			if string(body) != want || r.Method != "POST" ||
				r.URL.String() != "https://demodb.my.erp.net/id/connect/token" ||
				r.Header.Get("Content-Type") != "application/x-www-form-urlencoded" {
				t.Errorf("%s %s sends another form", r.Method, r.URL)
			}
			return nil, cmp.Or(err, io.EOF)
		})
		service := NewService(erpnet.NewClient(erpnet.Options{Transport: sent}))
		_, err := service.RequestToken(context.Background(), requestFor(scope))
		wantKind(t, err, erpnet.ConnectionLost)
		if erpnet.AsError(err).ClientID != "my.trusted.app/service" {
			t.Errorf("the error does not say who asked: %v", err)
		}
	}
}

type transport func(*http.Request) (*http.Response, error)

func (t transport) RoundTrip(r *http.Request) (*http.Response, error) { return t(r) }

func TestRequestTokenTakes(t *testing.T) {
	for name, test := range map[string]struct {
		scope   string  // requested; read if empty
		suffix  string  // appended to the client_id of the request
		claims  members // changed
		grant   members // changed
		before  string  // text before the JSON
		header  map[string]string
		granted string // read if empty
	}{
		"the documented response": {},
		"more scopes than asked": {
			scope: "update", claims: members{"scope": "read update"}, grant: members{"scope": "update read"},
			granted: "read update",
		},
		"no scope in the response": {grant: members{"scope": nil}},
		"no scope in the token":    {claims: members{"scope": nil}},
		"no scope anywhere":        {claims: members{"scope": nil}, grant: members{"scope": nil}},
		"scope of the token only": {
			claims: members{"scope": "update read"}, grant: members{"scope": nil}, granted: "read update",
		},
		"scope in both":            {claims: members{"scope": "own read"}, grant: members{"scope": "read update"}},
		"scope as an array":        {grant: members{"scope": []string{"read"}}},
		"the legacy shape":         {claims: members{"iat": nil, "aud": "DomainApi"}},
		"token_type in lower case": {grant: members{"token_type": "bearer"}},
		"issuer with a slash":      {claims: members{"iss": "https://demodb.my.erp.net/id/"}},
		"issuer in upper case":     {claims: members{"iss": "https://DEMODB.my.erp.net:443/id"}},
		"client_id in upper case":  {claims: members{"client_id": "MY.TRUSTED.APP/SERVICE"}},
		"client_id without suffix": {suffix: "-service"}, // older instances require it for hybrid applications
		"no issuer, no client":     {claims: members{"iss": nil, "client_id": nil}},
		"as text":                  {header: map[string]string{"Content-Type": "text/plain"}},
		"as a page":                {header: map[string]string{"Content-Type": "text/html"}},
		"after a byte order mark":  {before: "\xef\xbb\xbf"},
		"after spaces":             {before: "\n\t "},
	} {
		t.Run(name, func(t *testing.T) {
			r := requestFor(cmp.Or(test.scope, "read"))
			r.Credentials.ClientID += test.suffix
			issued := tokenWith(test.claims)
			body := test.before + grantOf(issued, test.grant)
			token, failed := askAtNoon(r, response{status: 200, header: test.header, body: body})
			if failed != nil {
				t.Fatal(failed)
			}
			if token.TokenType != "Bearer" || token.AccessToken.Reveal() != issued || token.Claims == nil {
				t.Error("not the token that was issued")
			}
			if got := strings.Join(token.GrantedScopes, " "); got != cmp.Or(test.granted, "read") {
				t.Errorf("granted %q", got)
			}
		})
	}
	for _, opaque := range []string{"opaque", "enrt_" + strings.Repeat("0a", 32), "a.b.c", "a.b.c.d.e"} {
		token, failed := askAtNoon(requestFor("read"), response{status: 200, body: grantOf(opaque, nil)})
		if failed != nil || token.Claims != nil {
			t.Errorf("%q: %v", opaque, failed)
		}
	}
}

// A token that is refused because of its content is returned with the error, because the credentials check examines it.
func TestRequestTokenRefuses(t *testing.T) {
	issued := func(claims members) response { return response{status: 200, body: grantOf(tokenWith(claims), nil)} }
	granted := func(grant members) response { return response{status: 200, body: grantOf(tokenWith(nil), grant)} }
	html := map[string]string{"Content-Type": "text/html"}
	overflow := strings.Replace(grantOf("a", nil), "3600", "1e999", 1)
	comesWithToken := []erpnet.Kind{ForeignIssuer, ForeignClient, ExpiredToken, MissingScopes}
	for name, test := range map[string]struct {
		sent response
		want erpnet.Kind
		text string // in Happened or in Evidence
	}{
		"foreign issuer": {
			sent: issued(members{"iss": "https://x.example/id"}), want: ForeignIssuer,
			text: `"https://x.example/id" instead`,
		},
		"secret as issuer": {
			sent: issued(members{"iss": testSecret}), want: ForeignIssuer, text: `issuer "(redacted)"`,
		},
		"foreign client": {sent: issued(members{"client_id": "another"}), want: ForeignClient, text: `"another"`},
		"longer client": {
			sent: issued(members{"client_id": "my.trusted.app/service-service"}), want: ForeignClient,
			text: "service-service",
		},
		"expired": {
			sent: issued(members{"exp": noon.Add(-time.Hour).Unix()}), want: ExpiredToken,
			text: "clock said 2026-11-22T12:00:00Z",
		},
		"narrower scope": {sent: granted(members{"scope": "update"}), want: MissingScopes, text: `lacks "read"`},
		"narrower token": {sent: issued(members{"scope": "update"}), want: MissingScopes, text: "Granted: none."},

		"no token": {
			sent: granted(members{"access_token": nil}), want: NoToken, text: "without an access_token",
		},
		"empty token": {
			sent: granted(members{"access_token": ""}), want: NoToken, text: "without an access_token",
		},
		"empty object": {
			sent: response{status: 200, body: `{}`},
			want: NoToken,
			text: "without an access_token",
		},
		"token with newline": {
			sent: granted(members{"access_token": "a\n"}),
			want: MalformedToken,
			text: "line break",
		},
		"token with a space": {sent: granted(members{"access_token": "a b"}), want: MalformedToken, text: "a space"},
		"unreadable claim":   {sent: issued(members{"exp": "soon"}), want: MalformedToken, text: "give it: exp"},
		"other token type": {
			sent: granted(members{"token_type": "mac"}), want: WrongTokenType, text: "not of type Bearer",
		},
		"no token type": {
			sent: granted(members{"token_type": nil}), want: WrongTokenType, text: "not of type Bearer",
		},
		"numeric token": {sent: granted(members{"access_token": 17}), want: erpnet.NotJSON, text: "other types"},
		"token of 64 KiB": {
			sent: granted(members{"access_token": strings.Repeat("a", maxTokenSize+1)}), want: MalformedToken,
			text: "64 KiB",
		},
		"negative lifetime": {
			sent: granted(members{"expires_in": -1}), want: InvalidLifetime, text: "less than a second",
		},
		"no lifetime left": {
			sent: granted(members{"expires_in": 0}), want: InvalidLifetime, text: "less than a second",
		},
		"endless lifetime":   {sent: granted(members{"expires_in": 1e18}), want: InvalidLifetime, text: "ten years"},
		"lifetime overflows": {sent: response{status: 200, body: overflow}, want: InvalidLifetime, text: "ten years"},
		"lifetime in words": {
			sent: granted(members{"expires_in": "soon"}), want: InvalidLifetime, text: "not a number",
		},

		"page": {
			sent: response{status: 200, header: html, body: "Sign in"}, want: erpnet.NotJSON, text: "HTML page",
		},
		"list": {
			sent: response{status: 200, body: `[]`}, want: erpnet.NotJSON, text: "not a JSON object",
		},
		"nothing":  {sent: response{status: 200}, want: erpnet.EmptyResponse, text: "HTTP status 200"},
		"redirect": {sent: response{status: 302}, want: erpnet.Redirected, text: "not followed"},
		"404": {
			sent: response{status: 404, body: "none"}, want: erpnet.NotFound, text: "HTTP status 404",
		},
		"201": {
			sent: response{status: 201, body: grantOf("a", nil)}, want: erpnet.UnexpectedStatus,
			text: "HTTP status 201",
		},
		"500 with a code": {
			sent: response{status: 500, body: `{"error":"a"}`}, want: erpnet.ServerFailed, text: "HTTP status 500",
		},
		"401 without reason": {
			sent: response{status: 401}, want: erpnet.GatewayRefused, text: "HTTP status 401 and no content",
		},
		"text of a gateway": {
			sent: response{status: 403, body: "error code: 1020"}, want: erpnet.GatewayRefused,
			text: "`error code: 1020`",
		},
		"JSON of a gateway": {
			sent: response{status: 403, body: `{"message":"Forbidden"}`, header: map[string]string{"Server": "kong"}},
			want: RequestRefused, text: `Server: "kong"`,
		},
		"refusal with a token": {
			sent: response{status: 403, body: `{"access_token":"opaque-of-8"}`}, want: RequestRefused,
			text: "`{\"access_token\":\"(redacted)\"}`",
		},
		"403 of a gateway": {
			sent: response{status: 403, body: "<html>"}, want: erpnet.GatewayRefused, text: "HTTP status 403 and " +
				"an HTML page",
		},
		"503 with a reason": {
			sent: response{status: 503, body: `{"error":"a","error_description":"Back at noon"}`},
			want: erpnet.Unavailable, text: "Back at noon",
		},
	} {
		t.Run(name, func(t *testing.T) {
			token, failed := askAtNoon(requestFor("read"), test.sent)
			wantKind(t, failed, test.want)
			if want := slices.Contains(comesWithToken, test.want); (token != nil) != want {
				t.Errorf("that a token comes with the error is %t", !want)
			}
			whole := failed.Error() + "\n" + failed.Evidence
			const who = `client_id "my.trusted.app/service" to https://demodb.my.erp.net/id/connect/token `
			if !strings.Contains(whole, who) || !strings.Contains(whole, test.text) {
				t.Errorf("lacks %q: %s", test.text, whole)
			}
			if strings.Contains(whole, testSecret) || strings.Contains(whole, "eyJ") {
				t.Errorf("holds a secret or token: %s", whole)
			}
			if (failed.HashPrefix != "") != (failed.Kind == RequestRefused) {
				t.Errorf("shows of the secret's hash %q", failed.HashPrefix)
			}
		})
	}
}

// If no identity service responds, the client looks up where the instance publishes one.
func TestErrorNamesThePublishedIdentityService(t *testing.T) {
	const elsewhere = "https://login.example.com/erp"
	for name, test := range map[string]struct {
		sent response
		site string // published URL of the identity service; none if empty
		want string
	}{
		"not here":       {sent: response{status: 404}, site: elsewhere, want: elsewhere},
		"another server": {sent: response{status: 200, body: "<html>"}, site: elsewhere, want: elsewhere},
		"here after all": {sent: response{status: 404}, site: "https://demodb.my.erp.net/id/"},
		"unpublished":    {sent: response{status: 404}},
		"refused":        {sent: response{status: 400, body: `{"error":"invalid_client"}`}, site: elsewhere},
		"down":           {sent: response{status: 503}, site: elsewhere},
	} {
		sites := response{status: 200, body: `{"WebSites":[{"Type":"ID","Url":"` + test.site + `"}]}`}
		transport := server{"/connect/token": test.sent, "/auto-discovery": sites}
		service := NewService(erpnet.NewClient(erpnet.Options{Transport: transport}))
		_, err := service.RequestToken(context.Background(), requestFor("read"))
		if failed := erpnet.AsError(err); failed == nil || failed.IdentityURL != test.want {
			t.Errorf("%s: %+v", name, failed)
		}
	}
}
