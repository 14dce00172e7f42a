// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package identity

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// usualClaims are those of a token issued at noon, changed by edits; a nil value
// removes a claim.
func usualClaims(edits map[string]any) string {
	claims := map[string]any{
		"iss": "https://demodb.my.erp.net/id", "client_id": "my.trusted.app/service",
		"aud": []string{"DomainAPI"}, "scope": []string{"read"},
		"iat": noon.Unix(), "nbf": noon.Unix(), "exp": noon.Add(time.Hour).Unix(),
	}
	for name, value := range edits {
		claims[name] = value
		if value == nil {
			delete(claims, name)
		}
	}
	text, _ := json.Marshal(claims)
	return jwt(usualHeader, string(text))
}

func grantOf(token string, edits map[string]any) string {
	members := map[string]any{"access_token": token, "expires_in": 3600, "token_type": "Bearer", "scope": "read"}
	for name, value := range edits {
		members[name] = value
		if value == nil {
			delete(members, name)
		}
	}
	text, _ := json.Marshal(members)
	return string(text)
}

// scripted is a transport that gives one response to the token request, and 404 to all else.
type scripted func(*http.Request) (*http.Response, error)

func (s scripted) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method != http.MethodPost {
		return status(404, "")(r) // auto-discovery, asked where the identity service is
	}
	return s(r)
}

func status(code int, body string, headers ...string) func(*http.Request) (*http.Response, error) {
	return func(r *http.Request) (*http.Response, error) {
		answer := &http.Response{StatusCode: code, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), Request: r}
		for i := 0; i < len(headers); i += 2 {
			answer.Header.Set(headers[i], headers[i+1])
		}
		return answer, nil
	}
}

const opaqueGrant = `{"access_token":"opaque","expires_in":3600,"token_type":"Bearer","scope":"read"}`

func request(scope string) TokenRequest {
	instance, err := erpnet.ParseInstance("demodb.my.erp.net")
	if err != nil {
		panic(err)
	}
	return TokenRequest{Instance: instance, Credentials: Credentials{"my.trusted.app/service", erpnet.NewSecret(plain)}, Scope: scope}
}

func expectKind(t *testing.T, err error, want erpnet.Kind) {
	t.Helper()
	var failed *erpnet.Error
	switch {
	case err == nil && want != "":
		t.Errorf("no error, want %s", want)
	case err != nil && !errors.As(err, &failed):
		t.Errorf("not an *Error: %v", err)
	case err != nil && failed.Kind != want:
		t.Errorf("got %s, want %s: %v", failed.Kind, want, err)
	}
}

// ask requests a token at noon from a server that gives one answer.
func ask(r TokenRequest, step func(*http.Request) (*http.Response, error)) (*Token, error) {
	o := erpnet.Options{Now: func() time.Time { return noon }}
	o.Transport = scripted(step)
	return NewService(erpnet.NewClient(o)).RequestToken(context.Background(), r)
}

type edit = map[string]any

func TestRequestTokenTakes(t *testing.T) {
	inAnHour := noon.Add(time.Hour)
	for name, test := range map[string]struct {
		scope   string
		claims  edit
		grant   edit
		expires time.Time
		seconds int64
		granted string
	}{
		"the documented answer":    {"read", nil, nil, inAnHour, 3600, "read"},
		"no scope asked":           {"", edit{"scope": []string{"update", "read"}}, edit{"scope": "read update"}, inAnHour, 3600, "read update"},
		"more scopes than asked":   {"update", edit{"scope": []string{"read", "update"}}, edit{"scope": "read update"}, inAnHour, 3600, "read update"},
		"no scope in answer":       {"read", nil, edit{"scope": nil}, inAnHour, 3600, "read"},
		"no scope in the token":    {"read", edit{"scope": nil}, nil, inAnHour, 3600, "read"},
		"no scope anywhere":        {"read", edit{"scope": nil}, edit{"scope": nil}, inAnHour, 3600, "read"},
		"claim scope as string":    {"read", edit{"scope": "read update"}, edit{"scope": nil}, inAnHour, 3600, "read update"},
		"answer's scope as array":  {"read", nil, edit{"scope": []string{"read"}}, inAnHour, 3600, "read"},
		"the legacy shape":         {"read", edit{"iat": nil, "aud": "DomainApi"}, nil, inAnHour, 3600, "read"},
		"token_type in lower case": {"read", nil, edit{"token_type": "bearer"}, inAnHour, 3600, "read"},
		"expires_in as string":     {"read", nil, edit{"expires_in": "3600"}, inAnHour, 3600, "read"},
		"expires_in as float":      {"read", nil, edit{"expires_in": 3600.5}, inAnHour, 3600, "read"},
		"expires_in missing":       {"read", nil, edit{"expires_in": nil}, inAnHour, 3600, "read"},
		"exp missing":              {"read", edit{"exp": nil}, nil, inAnHour, 3600, "read"},
		"no lifetime at all":       {"read", edit{"exp": nil}, edit{"expires_in": nil}, time.Time{}, 0, "read"},
		"issuer with a slash":      {"read", edit{"iss": "https://demodb.my.erp.net/id/"}, nil, inAnHour, 3600, "read"},
		"issuer in upper case":     {"read", edit{"iss": "https://DEMODB.my.erp.net:443/id"}, nil, inAnHour, 3600, "read"},
		"client_id in upper case":  {"read", edit{"client_id": "MY.TRUSTED.APP/SERVICE"}, nil, inAnHour, 3600, "read"},
		"client_id without suffix": {"read", edit{"client_id": "my.trusted.app/service"}, nil, inAnHour, 3600, "read"},
		"no issuer, no client":     {"read", edit{"iss": nil, "client_id": nil}, nil, inAnHour, 3600, "read"},
		"expired within tolerance": {"read", edit{"exp": noon.Add(-50 * time.Second).Unix(), "iat": noon.Add(-time.Hour).Unix()}, nil, noon.Add(-50 * time.Second), 3600, "read"},
		"expires_in empty":         {"read", nil, edit{"expires_in": ""}, inAnHour, 3600, "read"},
		"token lives shorter":      {"read", edit{"exp": noon.Add(time.Minute).Unix()}, nil, noon.Add(time.Minute), 3600, "read"},
	} {
		t.Run(name, func(t *testing.T) {
			r := request(test.scope)
			if name == "client_id without suffix" { // which old instances want of hybrid applications
				r.Credentials.ClientID += "-service"
			}
			token, err := ask(r, status(200, grantOf(usualClaims(test.claims), test.grant)))
			if err != nil {
				t.Fatal(err)
			}
			if token.TokenType != "Bearer" || token.AccessToken.Reveal() != usualClaims(test.claims) {
				t.Error("not the token that was issued")
			}
			if !token.ExpiresAt.Equal(test.expires) || token.ExpiresIn != test.seconds {
				t.Errorf("expires in %d s, at %s", token.ExpiresIn, token.ExpiresAt)
			}
			if got := strings.Join(token.GrantedScopes, " "); got != test.granted {
				t.Errorf("granted %q", got)
			}
		})
	}
}

func TestRequestTokenTakesOpaqueTokens(t *testing.T) {
	for _, opaque := range []string{"opaque", "enrt_" + strings.Repeat("0a", 32), "a.b.c", "a.b.c.d.e"} {
		token, err := ask(request("read"), status(200, grantOf(opaque, nil)))
		if err != nil || token.Claims != nil || !token.ExpiresAt.Equal(noon.Add(time.Hour)) {
			t.Errorf("%q: %v", opaque, err)
		}
	}
}

func TestRequestTokenTakesOddlyWrappedJSON(t *testing.T) {
	body := grantOf("opaque", nil)
	for name, step := range map[string]func(*http.Request) (*http.Response, error){
		"as text/plain":   status(200, body, "Content-Type", "text/plain"),
		"without a type":  status(200, body),
		"byte order mark": status(200, "\xef\xbb\xbf"+body),
		"white space":     status(200, "\n\t "+body+" \n"),
		"as text/html":    status(200, body, "Content-Type", "text/html"),
	} {
		if _, err := ask(request("read"), step); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestRequestTokenRefuses(t *testing.T) {
	good := usualClaims(nil)
	for name, test := range map[string]struct {
		step func(*http.Request) (*http.Response, error)
		want erpnet.Kind
		text string // in what happened or the remedy
	}{
		"foreign issuer":       {status(200, grantOf(usualClaims(edit{"iss": "https://other.my.erp.net/id"}), nil)), ForeignIssuer, `"https://other.my.erp.net/id" instead of "https://demodb.my.erp.net/id"`},
		"foreign client":       {status(200, grantOf(usualClaims(edit{"client_id": "another"}), nil)), ForeignClient, `"another"`},
		"expired":              {status(200, grantOf(usualClaims(edit{"exp": noon.Add(-2 * time.Hour).Unix()}), nil), "Date", "Sun, 22 Nov 2026 10:00:00 GMT"), ExpiredToken, "they are 2h0m0s apart"},
		"narrower scope":       {status(200, grantOf(good, edit{"scope": "update"})), MissingScopes, `lacks "read"`},
		"narrower token":       {status(200, grantOf(usualClaims(edit{"scope": []string{"update"}}), nil)), MissingScopes, `lacks "read"`},
		"no token":             {status(200, grantOf(good, edit{"access_token": nil})), NoToken, ""},
		"empty token":          {status(200, grantOf("", nil)), NoToken, ""},
		"empty object":         {status(200, `{}`), NoToken, ""},
		"token with newline":   {status(200, grantOf(good+"\n", nil)), MalformedToken, "line break"},
		"token with a blank":   {status(200, grantOf("a b", nil)), MalformedToken, "a space"},
		"unreadable claims":    {status(200, grantOf(jwt(usualHeader, `{"exp":"soon"}`), nil)), MalformedToken, "claims"},
		"other token type":     {status(200, grantOf(good, edit{"token_type": "mac"})), WrongTokenType, ""},
		"no token type":        {status(200, grantOf(good, edit{"token_type": nil})), WrongTokenType, ""},
		"negative lifetime":    {status(200, grantOf(good, edit{"expires_in": -1})), InvalidLifetime, ""},
		"no lifetime left":     {status(200, grantOf(good, edit{"expires_in": 0})), InvalidLifetime, ""},
		"endless lifetime":     {status(200, grantOf(good, edit{"expires_in": 1e18})), InvalidLifetime, "ten years"},
		"lifetime overflows":   {status(200, strings.Replace(grantOf(good, nil), "3600", "1e999", 1)), InvalidLifetime, ""},
		"lifetime in words":    {status(200, grantOf(good, edit{"expires_in": "soon"})), InvalidLifetime, ""},
		"numeric token":        {status(200, grantOf(good, edit{"access_token": 17})), erpnet.NotJSON, "other types"},
		"HTML page":            {status(200, "<!DOCTYPE html><p>Sign in</p>", "Content-Type", "text/html"), erpnet.NotJSON, "HTML page"},
		"HTML error page":      {status(400, "<html>", "Content-Type", "text/html"), erpnet.NotJSON, "HTTP status 400 and an HTML page"},
		"invalid JSON":         {status(200, `{"access_token":`), erpnet.NotJSON, "not a JSON object"},
		"JSON, but a list":     {status(200, `[]`), erpnet.NotJSON, "not a JSON object"},
		"null":                 {status(200, `null`), erpnet.NotJSON, "not a JSON object"},
		"empty body":           {status(200, ``), erpnet.EmptyResponse, "HTTP status 200"},
		"blank body":           {status(400, " \n"), erpnet.EmptyResponse, "HTTP status 400"},
		"401 without a reason": {status(401, ""), RequestRefused, "HTTP status 401"},
		"403 of a gateway":     {status(403, "<html>", "Content-Type", "text/html"), RequestRefused, "HTTP status 403 and an HTML page"},
		"503 with a reason":    {status(503, `{"error":"temporarily_unavailable","error_description":"Back at noon"}`), erpnet.Unavailable, "Back at noon"},
		"304":                  {status(304, ""), erpnet.EmptyResponse, "304"},
		"secret as error code": {status(400, `{"error":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}`), RequestRefused, "(redacted)"},
		"other application":    {status(200, grantOf(usualClaims(edit{"client_id": "my.trusted.app/service-service"}), nil)), ForeignClient, ""},
		"404":                  {status(404, "nothing here"), erpnet.NotFound, "404"},
		"405":                  {status(405, ""), erpnet.NotFound, ""},
		"500 with JSON":        {status(500, `{"error":"server_error"}`), erpnet.ServerFailed, ""},
		"418":                  {status(418, `{}`), erpnet.UnexpectedStatus, "418"},
		"201":                  {status(201, grantOf(good, nil)), erpnet.UnexpectedStatus, "201"},
		"redirect to nowhere":  {status(302, ""), erpnet.Redirected, ""},
		"200 with OAuth error": {status(200, `{"error":"invalid_scope"}`), InvalidScope, ""},
		"unknown code":         {status(400, `{"error":"slow_down"}`), RequestRefused, "slow_down"},
		"error as an object":   {status(400, `{"error":{"message":"No such tenant","code":7}}`), RequestRefused, "No such tenant"},
		"error as a number":    {status(400, `{"error":7}`), RequestRefused, "unknown error code"},
	} {
		t.Run(name, func(t *testing.T) {
			r := request("read")
			if name == "secret as error code" {
				r.Credentials.Secret = erpnet.NewSecret("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")
			}
			token, err := ask(r, test.step)
			expectKind(t, err, test.want)
			var failed *erpnet.Error
			if !errors.As(err, &failed) {
				t.Fatalf("no error, but a token: %t", token != nil)
			}
			whole := failed.Error() + "\n" + failed.Evidence
			for _, want := range []string{"https://demodb.my.erp.net/id/connect/token", `"my.trusted.app/service"`, test.text} {
				if !strings.Contains(whole, want) {
					t.Errorf("lacks %q: %s", want, whole)
				}
			}
			if strings.Contains(whole, r.Credentials.Secret.Reveal()) || strings.Contains(whole, "eyJ") {
				t.Errorf("holds a secret or token: %s", whole)
			}
		})
	}
}

// Every code of protocol section 3.1 is a kind of its own, whatever the HTTP status and with or without a description.
func TestOAuthErrorsAreToldApart(t *testing.T) {
	hash := erpnet.SecretHash(plain)[:4]
	for code, want := range map[erpnet.Kind]struct{ hashPrefix, evidence string }{
		InvalidClient:        {hashPrefix: hash},
		UnauthorizedClient:   {},
		InvalidScope:         {evidence: `Asked for: "read".`},
		InvalidGrant:         {},
		UnsupportedGrantType: {},
		InvalidRequest:       {},
	} {
		for _, httpStatus := range []int{400, 401, 403} {
			for _, description := range []string{"", `,"error_description":"Said <` + plain + `> was \u001b[31m wrong"`} {
				t.Run(fmt.Sprintf("%s %d %t", code, httpStatus, description != ""), func(t *testing.T) {
					_, err := ask(request("read"), status(httpStatus, fmt.Sprintf(`{"error":%q%s}`, code, description)))
					expectKind(t, err, code)
					failed := erpnet.AsError(err)
					if failed.Status != httpStatus || failed.Code != string(code) {
						t.Errorf("status %d, code %s", failed.Status, failed.Code)
					}
					if failed.HashPrefix != want.hashPrefix || failed.Evidence != want.evidence {
						t.Errorf("hash prefix %q, evidence %q", failed.HashPrefix, failed.Evidence)
					}
					if strings.Contains(failed.Error(), plain) || strings.Contains(failed.Error(), "\x1b") {
						t.Errorf("shows what it must not: %s", failed.Error())
					}
					if description != "" && !strings.Contains(failed.Error(), `"Said <(redacted)> was [31m wrong"`) {
						t.Errorf("lacks the redacted description: %s", failed.Error())
					}
				})
			}
		}
	}
}

func FuzzReadGrant(f *testing.F) {
	f.Add(200, grantOf(usualClaims(nil), nil))
	f.Add(400, `{"error":"invalid_client","error_description":"no"}`)
	f.Add(200, `{"expires_in":"1e5","scope":[],"token_type":"BEARER","access_token":"x"}`)
	f.Add(503, `<html>`)
	f.Fuzz(func(t *testing.T, code int, body string) {
		r := request("read")
		a := &erpnet.Response{Status: code, Header: http.Header{}, Body: []byte(body), At: noon}
		grant, err := readGrant(erpnet.NewClient(erpnet.Options{}), r, a)
		if (grant == nil) == (err == nil) {
			t.Fatal("neither a grant nor an error, or both")
		}
		if err != nil {
			return
		}
		token, err := grant.token(erpnet.NewClient(erpnet.Options{}), r, a)
		if (token == nil) == (err == nil) {
			t.Fatal("neither a token nor an error, or both")
		}
		if err == nil && (!isHeaderToken(token.AccessToken.Reveal()) || token.ExpiresIn < 0 || token.ExpiresIn > maxLifetime) {
			t.Errorf("took a token of %d s", token.ExpiresIn)
		}
	})
}

func TestTokenOfAMegabyteIsRefused(t *testing.T) {
	a := &erpnet.Response{Status: http.StatusOK, Body: []byte(`{"token_type":"Bearer","access_token":"` + strings.Repeat("a", maxTokenSize+1) + `"}`)}
	if _, failed := readGrant(erpnet.NewClient(erpnet.Options{}), TokenRequest{}, a); failed == nil || failed.Kind != MalformedToken {
		t.Errorf("%v", failed)
	}
}
