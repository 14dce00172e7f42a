// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

import (
	"maps"
	"net/http"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestTokenCarriesTheDocumentedClaims(t *testing.T) {
	upperHex, base64URL := regexp.MustCompile(`^[0-9A-F]{32}$`), regexp.MustCompile(`^[\w-]{22}$`)
	tests := []struct {
		name  string
		shape ClaimShape
		user  User
		jti   *regexp.Regexp
		want  map[string]any // in addition to those of every token
	}{
		{name: "current", shape: Current, user: SampleUser(), jti: upperHex, want: map[string]any{
			"iat":                     float64(frozen.Unix()),
			"aud":                     []any{"DomainAPI", "TableAPI", "OLAP", "AppServer", "ISSUER/resources"},
			"client_system_user_type": "InternalUser",
			"client_system_user_id":   SampleUser().Id,
		}},
		{name: "no user Id", user: User{Login: "svc.integration", Active: true}, jti: upperHex, want: map[string]any{
			"iat":                     float64(frozen.Unix()),
			"aud":                     []any{"DomainAPI", "TableAPI", "OLAP", "AppServer", "ISSUER/resources"},
			"client_system_user_type": "InternalUser",
		}},
		{name: "legacy", shape: Legacy, user: SampleUser(), jti: base64URL, want: map[string]any{"aud": "DomainApi"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			i := newInstance(t)
			i.freeze(0)
			i.SetClaimShape(test.shape)
			i.AddUser(test.user)
			got := i.askForToken()
			if got.TokenType != "Bearer" || got.ExpiresIn != 3600 || got.Scope != "read update" ||
				got.reply.header.Get("Cache-Control") != "no-store" ||
				got.reply.header.Get("Content-Type") != jsonType {
				t.Errorf("type %s, expires_in %d, scope %s, headers %v",
					got.TokenType, got.ExpiresIn, got.Scope, got.reply.header)
			}
			header, claims, err := i.verify(got.AccessToken)
			if err != nil {
				t.Fatal(err)
			}
			if header.Algorithm != "RS256" || header.ExtraHeaders["typ"] != "at+jwt" ||
				!upperHex.MatchString(header.KeyID) {
				t.Errorf("header: %s, %v, %s", header.Algorithm, header.ExtraHeaders, header.KeyID)
			}
			if jti, _ := claims["jti"].(string); !test.jti.MatchString(jti) {
				t.Errorf("jti %q", jti)
			}
			delete(claims, "jti")
			want := maps.Clone(test.want)
			maps.Copy(want, map[string]any{
				"iss":                i.IdentityURL(),
				"nbf":                float64(frozen.Unix()),
				"exp":                float64(frozen.Add(time.Hour).Unix()),
				"client_id":          "my.trusted.app/service",
				"client_system_user": "svc.integration",
				"client_db":          "DEMODB",
				"scope":              []any{"read", "update"},
			})
			if audiences, several := want["aud"].([]any); several {
				audiences[4] = i.IdentityURL() + "/resources"
			}
			if !reflect.DeepEqual(claims, want) {
				t.Errorf("claims %v\n  want %v", claims, want)
			}
			i.readWith(got.AccessToken).expect(t, http.StatusOK, "")
		})
	}
}

// tokenTest asks for a token after changes to the sample application, its user
// and the settings.
type tokenTest struct {
	name     string
	app      func(*TrustedApplication)
	inactive bool // whether the user is inactive
	settings func(*Settings)
	form     []string // changes to the form

	scope       string // expected on success
	code        string // expected on failure
	description string
}

func (test tokenTest) run(t *testing.T) {
	i := newInstance(t)
	if test.app != nil {
		i.changeSample(test.app)
	}
	if test.inactive {
		i.AddUser(User{Login: SampleUser().Login})
	}
	if test.settings != nil {
		i.Configure(test.settings)
	}
	got := i.askForToken(test.form...)
	if got.Error != test.code || got.Scope != test.scope {
		t.Fatalf("error %q, scope %q", got.Error, got.Scope)
	}
	if test.code == "" {
		return
	}
	if got.AccessToken != "" || len(i.IssuedTokens()) > 0 || got.reply.header.Get("Cache-Control") != "no-store" {
		t.Errorf("a token was issued, or may be kept: %v", got.reply.header)
	}
	got.reply.expect(t, http.StatusBadRequest, `"error_description":"`+test.description+`"`)
}

func TestTokenRefusals(t *testing.T) {
	const wrongClient = "Invalid client_id or client_secret"
	const wrongGrant = "The client is not authorized to use this grant type"
	suffix := func(s *Settings) { s.ServiceSuffix = true }
	tests := []tokenTest{
		{
			name: "no client_id", form: []string{"client_id", "-"}, code: invalidRequest,
			description: "Missing client_id",
		},
		{
			name: "no client_secret", form: []string{"client_secret", "-"},
			code: invalidRequest, description: "Missing client_secret",
		},
		{
			name: "IS4 without client_id", form: []string{"client_id", "-"},
			settings: func(s *Settings) { s.MissingCredentialsError = invalidClient },
			code:     invalidClient, description: "Missing client_id",
		},
		{
			name: "no grant_type", form: []string{"grant_type", "-"},
			code: unsupportedGrantType, description: "Unsupported grant type: ",
		},
		{
			name: "another grant", form: []string{"grant_type", "password"},
			code: unsupportedGrantType, description: "Unsupported grant type: password",
		},
		{name: "unknown application", form: []string{"client_id", "nobody"}, code: invalidClient},
		{name: "letter case", form: []string{"client_id", "My.Trusted.App/Service"}, code: invalidClient},
		{name: "wrong secret", form: []string{"client_secret", "wrong"}, code: invalidClient},
		{name: "hash as secret", form: []string{"client_secret", SecretHash(SampleSecret)}, code: invalidClient},
		{
			name: "secret too long", form: []string{"client_secret", strings.Repeat("s", 101)}, code: invalidClient,
			app: func(a *TrustedApplication) { a.ApplicationSecretHash = SecretHash(strings.Repeat("s", 101)) },
		},
		{name: "disabled", app: func(a *TrustedApplication) { a.IsEnabled = false }, code: invalidClient},
		{name: "no hash", app: func(a *TrustedApplication) { a.ApplicationSecretHash = "" }, code: invalidClient},
		{name: "public", app: func(a *TrustedApplication) { a.ClientType = "Public" }, code: invalidClient},
		{name: "client type none", app: func(a *TrustedApplication) { a.ClientType = "None" }, code: invalidClient},
		{name: "suffix not in force", app: hybrid, form: withSuffix, code: invalidClient},
		{name: "suffix of a mere service", settings: suffix, form: withSuffix, code: invalidClient},
		{name: "hybrid without suffix", app: hybrid, settings: suffix, code: unauthorizedClient},
		{
			name: "not a service", app: func(a *TrustedApplication) { a.SystemUserAllowed = false },
			code: unauthorizedClient,
		},
		{name: "no system user", app: func(a *TrustedApplication) { a.SystemUser = "" }, code: unauthorizedClient},
		{
			name: "unknown system user", app: func(a *TrustedApplication) { a.SystemUser = "x" },
			code: unauthorizedClient,
		},
		{name: "inactive system user", inactive: true, code: unauthorizedClient},
		{
			name: "scope not allowed", form: []string{"scope", "read update"},
			app:  func(a *TrustedApplication) { a.Scope = "read" },
			code: invalidScope, description: "Invalid scope: update",
		},
		{
			name: "scope in capitals", form: []string{"scope", "Read"},
			code: invalidScope, description: "Invalid scope: Read",
		},
		{
			name: "obsolete scope", form: []string{"scope", "DomainApi read"},
			code: invalidScope, description: "Invalid scope: DomainApi",
		},
		{
			name: "protocol scope", form: []string{"scope", "read offline_access"},
			app:  func(a *TrustedApplication) { a.Scope = "read offline_access" },
			code: invalidScope, description: "Invalid scope: offline_access",
		},
		{
			name: "scope too long", form: []string{"scope", strings.Repeat("s", 301)},
			code: invalidScope, description: "Invalid scope: too long",
		},
		{
			name: "only protocol scopes", app: func(a *TrustedApplication) { a.Scope = "openid profile" },
			code: invalidScope, description: "Invalid scope:",
		},
		{
			name: "no subset is left", form: []string{"scope", "sec"},
			settings: func(s *Settings) { s.GrantSubset = true },
			code:     invalidScope, description: "Invalid scope: sec",
		},
	}
	for _, test := range tests {
		if test.description == "" {
			test.description = map[string]string{invalidClient: wrongClient, unauthorizedClient: wrongGrant}[test.code]
		}
		t.Run(test.name, test.run)
	}
}

var withSuffix = []string{"client_id", "my.trusted.app/service-service"}

func hybrid(app *TrustedApplication) {
	app.ImpersonateAsInternalUserAllowed = true
	app.ImpersonateLoginUrl = "https://portal.example/signin"
}

func TestTokenGrants(t *testing.T) {
	tests := []tokenTest{
		{name: "all scopes when none is asked", scope: "read update"},
		{name: "the scope asked for", form: []string{"scope", "read"}, scope: "read"},
		{name: "scopes sorted and once", form: []string{"scope", " update read  update"}, scope: "read update"},
		{
			name: "protocol scopes left out", scope: "read",
			app: func(a *TrustedApplication) { a.Scope = "offline_access read openid" },
		},
		{
			name: "obsolete scope if configured", scope: "DomainApi sec update",
			app: func(a *TrustedApplication) { a.Scope = "DomainApi sec update" },
		},
		{
			name: "a subset, where allowed", form: []string{"scope", "read update"}, scope: "read",
			settings: func(s *Settings) { s.GrantSubset = true },
			app:      func(a *TrustedApplication) { a.Scope = "read" },
		},
		{
			name: "update implies read", form: []string{"scope", "update"}, scope: "read update",
			settings: func(s *Settings) { s.UpdateImpliesRead = true },
		},
		{
			name: "any letter case", form: []string{"client_id", "My.Trusted.App/SERVICE"}, scope: "read update",
			settings: func(s *Settings) { s.IgnoreClientIDCase = true },
		},
		{
			name: "hybrid with suffix", app: hybrid, form: withSuffix, scope: "read update",
			settings: func(s *Settings) { s.ServiceSuffix = true },
		},
		{name: "hybrid as today", app: hybrid, scope: "read update"},
	}
	for _, test := range tests {
		t.Run(test.name, test.run)
	}
}

func TestOnlyAFormInABodyIsATokenRequest(t *testing.T) {
	i := newInstance(t)
	const form = "application/x-www-form-urlencoded"
	const credentials = "grant_type=client_credentials&client_id=my.trusted.app/service"
	const secret = "client_secret=" + SampleSecret
	tests := []struct{ name, method, query, contentType, body string }{
		{name: "GET", method: "GET", query: credentials + "&" + secret, contentType: form},
		{name: "PUT", method: "PUT", contentType: form, body: credentials + "&" + secret},
		{name: "JSON", method: "POST", contentType: "application/json", body: credentials + "&" + secret},
		{name: "no content type", method: "POST", body: credentials + "&" + secret},
		{name: "not a form", method: "POST", contentType: form, body: "client_id=%zz"},
		{name: "secret in the query", method: "POST", query: secret, contentType: form, body: credentials},
		{name: "secret in both", method: "POST", query: secret, contentType: form, body: credentials + "&" + secret},
		{name: "broken query", method: "POST", query: "%zz", contentType: form, body: credentials + "&" + secret},
		{name: "HTTP Basic", method: "POST", contentType: form, body: "grant_type=client_credentials"},
		{
			name: "repeated parameter", method: "POST", contentType: form,
			body: credentials + "&" + secret + "&scope=read&scope=update",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			request := newRequest(t, test.method, i.IdentityURL()+"/connect/token", test.body)
			request.URL.RawQuery = test.query
			request.Header.Set("Content-Type", test.contentType)
			if test.name == "HTTP Basic" {
				request.SetBasicAuth("my.trusted.app/service", SampleSecret)
			}
			i.do(request).expect(t, http.StatusBadRequest, `"error":"invalid_request"`)
		})
	}
	if i.Count(Token) != len(tests) {
		t.Errorf("%d requests counted", i.Count(Token))
	}
}

func TestTokenErrorsTakeOtherFormsWhenSet(t *testing.T) {
	for _, status := range []int{http.StatusUnauthorized, http.StatusForbidden} {
		i := newInstance(t, func(s *Settings) { s.TokenErrorStatus, s.OmitErrorDescription = status, true })
		got := i.askForToken("client_secret", "wrong")
		if got.reply.status != status || got.Error != invalidClient || got.ErrorDescription != nil {
			t.Errorf("status %d, body %s", got.reply.status, got.reply.body)
		}
	}
}

func TestTokenLifetimeCanBeSet(t *testing.T) {
	i := newInstance(t, func(s *Settings) { s.TokenLifetime = 90 * time.Second })
	got := i.askForToken()
	_, claims, err := i.verify(got.AccessToken)
	if err != nil {
		t.Fatal(err)
	}
	begin, _ := claims["nbf"].(float64)
	if claims["exp"] != begin+90 || got.ExpiresIn != 90 {
		t.Errorf("from %v to %v, expires_in %d", begin, claims["exp"], got.ExpiresIn)
	}
}

func TestRotatedKeysAreBothPublishedUntilOneIsWithdrawn(t *testing.T) {
	i := newInstance(t)
	first, old := i.SigningKeyID(), i.newToken()
	second := i.RotateKey()
	header, _, err := i.verify(i.newToken())
	if err != nil || header.KeyID != second || first == second {
		t.Fatalf("kid %q after %q, error %v", header.KeyID, first, err)
	}
	if ids := i.KeyIDs(); !slices.Equal(ids, []string{first, second}) {
		t.Errorf("published %v", ids)
	}
	if _, _, err := i.verify(old); err != nil {
		t.Errorf("old token: %v", err)
	}
	i.WithdrawKey(first)
	if _, _, err := i.verify(old); err == nil {
		t.Error("the old key is still published")
	}
	i.readWith(old).expect(t, http.StatusUnauthorized, "")
}

func TestSecretHashIsPaddedBase64OfSHA256(t *testing.T) {
	for secret, want := range map[string]string{
		"DEMO":     "T/AGymuI51LwjLeIFxRQXOs9IHnupDKs/ajhWODR2C4=",
		"mysecret": "ZSx9xofZjJiJME7S5AjHS2EehqQMqlHEtD8d1ZE8XNA=",
	} {
		if got := SecretHash(secret); got != want {
			t.Errorf("hash of %s is %s", secret, got)
		}
	}
}
