// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

import (
	"maps"
	"net/http"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestTokenIsSignedAndCarriesTheDocumentedClaims(t *testing.T) {
	upperHex, base64URL := regexp.MustCompile(`^[0-9A-F]{32}$`), regexp.MustCompile(`^[\w-]{22}$`)
	for name, test := range map[string]struct {
		shape ClaimShape
		jti   *regexp.Regexp
		want  map[string]any
	}{
		"current": {Current, upperHex, map[string]any{
			"iat":                     float64(at.Unix()),
			"aud":                     []any{"DomainAPI", "TableAPI", "OLAP", "AppServer", "ISSUER/resources"},
			"client_system_user_type": "InternalUser",
			"client_system_user_id":   SampleUser().Id,
		}},
		"legacy": {Legacy, base64URL, map[string]any{"aud": "DomainApi"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newServer(t)
			s.SetClock(func() time.Time { return at })
			s.SetClaimShape(test.shape)
			answered, got := askForToken(t, s, sampleForm())
			if got.status != http.StatusOK || answered.TokenType != "Bearer" || answered.ExpiresIn != 3600 || answered.Scope != "read update" {
				t.Errorf("status %d, answer %+v", got.status, answered)
			}
			if got.header.Get("Cache-Control") != "no-store" || got.header.Get("Content-Type") != jsonType {
				t.Errorf("headers %v", got.header)
			}
			header, claims, err := readToken(t, s, answered.AccessToken)
			if err != nil {
				t.Fatal(err)
			}
			if header.Algorithm != "RS256" || header.ExtraHeaders["typ"] != "at+jwt" || !upperHex.MatchString(header.KeyID) {
				t.Errorf("header %+v", header)
			}
			if jti, _ := claims["jti"].(string); !test.jti.MatchString(jti) {
				t.Errorf("jti %q", jti)
			}
			delete(claims, "jti")
			want := maps.Clone(test.want)
			maps.Copy(want, map[string]any{
				"iss":                s.IdentityURL(),
				"nbf":                float64(at.Unix()),
				"exp":                float64(at.Add(time.Hour).Unix()),
				"client_id":          "my.trusted.app/service",
				"client_system_user": "svc.integration",
				"client_db":          "DEMODB",
				"scope":              []any{"read", "update"},
			})
			if aud, several := want["aud"].([]any); several {
				aud[4] = s.IdentityURL() + "/resources"
			}
			if !reflect.DeepEqual(claims, want) {
				t.Errorf("claims %v\n  want %v", claims, want)
			}
		})
	}
}

func TestUserWithoutIdIsNotIdentifiedInTheToken(t *testing.T) {
	s := newServer(t)
	user := SampleUser()
	user.Id = ""
	s.AddUser(user)
	_, claims, err := readToken(t, s, sampleToken(t, s))
	if _, has := claims["client_system_user_id"]; err != nil || has {
		t.Errorf("claims %v, error %v", claims, err)
	}
}

// tokenTest asks for a token after changes to the sample application, its user,
// the settings and the form.
type tokenTest struct {
	app      func(*TrustedApplication)
	user     func(*User)
	settings func(*Settings)
	form     map[string]string // "-" leaves a field out

	scope       string // wanted on success
	code        string // wanted otherwise
	description string
}

func (test tokenTest) run(t *testing.T) {
	s := newServer(t)
	app, user, form := SampleApplication(), SampleUser(), sampleForm()
	if test.app != nil {
		test.app(&app)
	}
	if test.user != nil {
		test.user(&user)
	}
	if test.settings != nil {
		s.Configure(test.settings)
	}
	s.AddApplication(app)
	s.AddUser(user)
	for name, value := range test.form {
		form.Set(name, value)
		if value == "-" {
			form.Del(name)
		}
	}
	answered, got := askForToken(t, s, form)
	if answered.Error != test.code || answered.Scope != test.scope {
		t.Fatalf("error %q, scope %q", answered.Error, answered.Scope)
	}
	if test.code == "" {
		return
	}
	if got.status != http.StatusBadRequest || answered.AccessToken != "" || got.header.Get("Cache-Control") != "no-store" {
		t.Errorf("status %d, answer %+v", got.status, answered)
	}
	if answered.ErrorDescription == nil || *answered.ErrorDescription != test.description {
		t.Errorf("description %q", got.body)
	}
	if len(s.IssuedTokens()) > 0 {
		t.Error("a token was issued")
	}
}

func TestTokenRefusals(t *testing.T) {
	const (
		wrongClient = "Invalid client_id or client_secret"
		wrongGrant  = "The client is not authorized to use this grant type"
	)
	for name, test := range map[string]tokenTest{
		"no client_id":             {form: map[string]string{"client_id": "-"}, code: "invalid_request", description: "Missing client_id"},
		"no client_secret":         {form: map[string]string{"client_secret": "-"}, code: "invalid_request", description: "Missing client_secret"},
		"no grant_type":            {form: map[string]string{"grant_type": "-"}, code: "unsupported_grant_type", description: "Unsupported grant type: "},
		"another grant":            {form: map[string]string{"grant_type": "password"}, code: "unsupported_grant_type", description: "Unsupported grant type: password"},
		"unknown application":      {form: map[string]string{"client_id": "nobody"}, code: "invalid_client", description: wrongClient},
		"letter case":              {form: map[string]string{"client_id": "My.Trusted.App/Service"}, code: "invalid_client", description: wrongClient},
		"wrong secret":             {form: map[string]string{"client_secret": "wrong"}, code: "invalid_client", description: wrongClient},
		"hash sent as secret":      {form: map[string]string{"client_secret": SecretHash(SampleSecret)}, code: "invalid_client", description: wrongClient},
		"secret too long":          {form: map[string]string{"client_secret": strings.Repeat("s", 101)}, code: "invalid_client", description: wrongClient},
		"disabled":                 {app: func(a *TrustedApplication) { a.IsEnabled = false }, code: "invalid_client", description: wrongClient},
		"no hash":                  {app: func(a *TrustedApplication) { a.ApplicationSecretHash = "" }, code: "invalid_client", description: wrongClient},
		"public with a secret":     {app: func(a *TrustedApplication) { a.ClientType = "Public" }, code: "invalid_client", description: wrongClient},
		"client type none":         {app: func(a *TrustedApplication) { a.ClientType = "None" }, code: "invalid_client", description: wrongClient},
		"not a service":            {app: func(a *TrustedApplication) { a.SystemUserAllowed = false }, code: "unauthorized_client", description: wrongGrant},
		"no system user":           {app: func(a *TrustedApplication) { a.SystemUser = "" }, code: "unauthorized_client", description: wrongGrant},
		"unknown system user":      {app: func(a *TrustedApplication) { a.SystemUser = "ghost" }, code: "unauthorized_client", description: wrongGrant},
		"inactive system user":     {user: func(u *User) { u.Active = false }, code: "unauthorized_client", description: wrongGrant},
		"scope not allowed":        {app: func(a *TrustedApplication) { a.Scope = "read" }, form: map[string]string{"scope": "read update"}, code: "invalid_scope", description: "Invalid scope: update"},
		"scope in capitals":        {form: map[string]string{"scope": "Read"}, code: "invalid_scope", description: "Invalid scope: Read"},
		"obsolete scope":           {form: map[string]string{"scope": "DomainApi read"}, code: "invalid_scope", description: "Invalid scope: DomainApi"},
		"protocol scope":           {app: func(a *TrustedApplication) { a.Scope = "read offline_access" }, form: map[string]string{"scope": "read offline_access"}, code: "invalid_scope", description: "Invalid scope: offline_access"},
		"scope too long":           {form: map[string]string{"scope": strings.Repeat("s", 301)}, code: "invalid_scope", description: "Invalid scope: too long"},
		"no scope anywhere":        {app: func(a *TrustedApplication) { a.Scope = "" }, code: "invalid_scope", description: "Invalid scope:"},
		"only protocol scopes":     {app: func(a *TrustedApplication) { a.Scope = "openid profile" }, code: "invalid_scope", description: "Invalid scope:"},
		"no subset is left":        {settings: func(s *Settings) { s.GrantSubset = true }, form: map[string]string{"scope": "sec"}, code: "invalid_scope", description: "Invalid scope: sec"},
		"IS4 without client_id":    {settings: func(s *Settings) { s.MissingCredentialsError = "invalid_client" }, form: map[string]string{"client_id": "-"}, code: "invalid_client", description: "Missing client_id"},
		"hybrid without suffix":    {app: hybrid, settings: func(s *Settings) { s.ServiceSuffix = true }, code: "unauthorized_client", description: wrongGrant},
		"suffix not in force":      {app: hybrid, form: map[string]string{"client_id": "my.trusted.app/service-service"}, code: "invalid_client", description: wrongClient},
		"suffix of a mere service": {settings: func(s *Settings) { s.ServiceSuffix = true }, form: map[string]string{"client_id": "my.trusted.app/service-service"}, code: "invalid_client", description: wrongClient},
	} {
		t.Run(name, test.run)
	}
}

func TestTokenGrants(t *testing.T) {
	for name, test := range map[string]tokenTest{
		"all scopes when none is asked": {scope: "read update"},
		"the scope asked for":           {form: map[string]string{"scope": "read"}, scope: "read"},
		"scopes sorted and once":        {form: map[string]string{"scope": " update read  update"}, scope: "read update"},
		"protocol scopes left out":      {app: func(a *TrustedApplication) { a.Scope = "offline_access read openid" }, scope: "read"},
		"obsolete scope if configured":  {app: func(a *TrustedApplication) { a.Scope = "DomainApi sec update" }, scope: "DomainApi sec update"},
		"a subset, where allowed": {
			settings: func(s *Settings) { s.GrantSubset = true },
			app:      func(a *TrustedApplication) { a.Scope = "read" },
			form:     map[string]string{"scope": "read update"}, scope: "read",
		},
		"update implies read": {
			settings: func(s *Settings) { s.UpdateImpliesRead = true },
			form:     map[string]string{"scope": "update"}, scope: "read update",
		},
		"any letter case": {
			settings: func(s *Settings) { s.IgnoreClientIDCase = true },
			form:     map[string]string{"client_id": "My.Trusted.App/SERVICE"}, scope: "read update",
		},
		"hybrid with suffix": {
			settings: func(s *Settings) { s.ServiceSuffix = true },
			app:      hybrid,
			form:     map[string]string{"client_id": "my.trusted.app/service-service"}, scope: "read update",
		},
		"hybrid as today": {app: hybrid, scope: "read update"},
	} {
		t.Run(name, test.run)
	}
}

func hybrid(app *TrustedApplication) {
	app.ImpersonateAsInternalUserAllowed = true
	app.ImpersonateLoginUrl = "https://portal.example/signin"
}

func TestOnlyAFormInABodyIsATokenRequest(t *testing.T) {
	s := newServer(t)
	form := sampleForm()
	withoutSecret := sampleForm()
	withoutSecret.Del("client_secret")
	twice := sampleForm()
	twice.Add("scope", "read")
	twice.Add("scope", "update")
	tests := map[string]*http.Request{
		"GET":                 newRequest(t, http.MethodGet, s.IdentityURL()+"/connect/token?"+form.Encode(), ""),
		"PUT":                 tokenRequest(t, s, form),
		"JSON":                tokenRequest(t, s, form),
		"no content type":     tokenRequest(t, s, form),
		"not a form":          newRequest(t, http.MethodPost, s.IdentityURL()+"/connect/token", "client_id=%zz"),
		"secret in the query": tokenRequest(t, s, withoutSecret),
		"secret in both":      tokenRequest(t, s, form),
		"HTTP Basic":          tokenRequest(t, s, url.Values{"grant_type": {"client_credentials"}}),
		"repeated parameter":  tokenRequest(t, s, twice),
	}
	tests["PUT"].Method = http.MethodPut
	tests["JSON"].Header.Set("Content-Type", "application/json")
	tests["no content type"].Header.Del("Content-Type")
	tests["not a form"].Header.Set("Content-Type", "application/x-www-form-urlencoded")
	tests["secret in the query"].URL.RawQuery = "client_secret=" + SampleSecret
	tests["secret in both"].URL.RawQuery = "client_secret=" + SampleSecret
	tests["HTTP Basic"].SetBasicAuth(form.Get("client_id"), SampleSecret)
	for name, request := range tests {
		t.Run(name, func(t *testing.T) {
			got := mustDo(t, s, request)
			var answered tokenAnswer
			decode(t, got.body, &answered)
			if got.status != http.StatusBadRequest || answered.Error != "invalid_request" {
				t.Errorf("status %d, error %q", got.status, answered.Error)
			}
		})
	}
	if s.Count(Token) != len(tests) {
		t.Errorf("%d requests counted", s.Count(Token))
	}
}

func TestTokenErrorsTakeOtherFormsWhenSet(t *testing.T) {
	for _, status := range []int{http.StatusUnauthorized, http.StatusForbidden} {
		s := newServer(t)
		s.Configure(func(settings *Settings) {
			settings.TokenErrorStatus = status
			settings.OmitErrorDescription = true
		})
		form := sampleForm()
		form.Set("client_secret", "wrong")
		answered, got := askForToken(t, s, form)
		if got.status != status || answered.Error != "invalid_client" || answered.ErrorDescription != nil {
			t.Errorf("status %d, body %s", got.status, got.body)
		}
	}
}

func TestTokenLifetimeCanBeSet(t *testing.T) {
	s := newServer(t)
	s.Configure(func(settings *Settings) { settings.TokenLifetime = 90 * time.Second })
	answered, _ := askForToken(t, s, sampleForm())
	_, claims, err := readToken(t, s, answered.AccessToken)
	if err != nil {
		t.Fatal(err)
	}
	begin, _ := claims["nbf"].(float64)
	end, _ := claims["exp"].(float64)
	if end-begin != 90 || answered.ExpiresIn != 90 {
		t.Errorf("from %v to %v, expires_in %d", begin, end, answered.ExpiresIn)
	}
}

func TestRotatedKeysAreBothPublishedUntilOneIsWithdrawn(t *testing.T) {
	s := newServer(t)
	first, old := s.SigningKeyID(), sampleToken(t, s)
	second := s.RotateKey()
	header, _, err := readToken(t, s, sampleToken(t, s))
	if err != nil || header.KeyID != second || first == second {
		t.Fatalf("kid %q after %q, error %v", header.KeyID, first, err)
	}
	if ids := s.KeyIDs(); !slices.Equal(ids, []string{first, second}) {
		t.Errorf("published %v", ids)
	}
	if _, _, err := readToken(t, s, old); err != nil {
		t.Errorf("old token: %v", err)
	}
	s.WithdrawKey(first)
	if _, _, err := readToken(t, s, old); err == nil {
		t.Error("the old key is still published")
	}
	if got := callAPI(t, s, old, "Crm_Sales_Customers"); got.status != http.StatusUnauthorized {
		t.Errorf("status %d with a token of the withdrawn key", got.status)
	}
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
