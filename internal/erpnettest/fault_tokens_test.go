// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

// part decodes the header (0) or the claims (1) of a token that need not verify.
func part(t *testing.T, token string, index int) map[string]any {
	t.Helper()
	raw, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[index])
	if err != nil {
		t.Fatal(err)
	}
	var decoded map[string]any
	decode(t, string(raw), &decoded)
	return decoded
}

func TestFaultsOfTheToken(t *testing.T) {
	begin := at.Unix()
	for name, test := range map[string]struct {
		fault     Fault
		index     int
		want      map[string]string // fmt.Sprint of fields, "<nil>" when missing
		unsigned  bool              // the signature does not verify by the JWKS
		apiStatus int
	}{
		"wrong issuer":      {fault: WrongIssuer(), index: 1, want: map[string]string{"iss": "https://other.my.erp.net/id"}, apiStatus: 401},
		"wrong audience":    {fault: WrongAudience(), index: 1, want: map[string]string{"aud": "[TableAPI]"}, apiStatus: 401},
		"wrong client":      {fault: WrongClient(), index: 1, want: map[string]string{"client_id": "another.trusted.app/service"}, apiStatus: 200},
		"expired":           {fault: Expired(), index: 1, want: map[string]string{"nbf": fmt.Sprint(begin - 7200), "iat": fmt.Sprint(begin - 7200), "exp": fmt.Sprint(begin - 3600)}, apiStatus: 401},
		"not yet valid":     {fault: NotYetValid(), index: 1, want: map[string]string{"nbf": fmt.Sprint(begin + 3600), "exp": fmt.Sprint(begin + 7200)}, apiStatus: 401},
		"claim":             {fault: Claim("client_system_user_type", "SystemUserNoLogin"), index: 1, want: map[string]string{"client_system_user_type": "SystemUserNoLogin"}, apiStatus: 200},
		"without claims":    {fault: WithoutClaim("exp", "jti"), index: 1, want: map[string]string{"exp": "<nil>", "jti": "<nil>"}, apiStatus: 401},
		"granted scopes":    {fault: GrantedScopes("read"), index: 1, want: map[string]string{"scope": "[read]"}, apiStatus: 200},
		"no scope":          {fault: GrantedScopes(), index: 1, want: map[string]string{"scope": "[]"}, apiStatus: 403},
		"bad signature":     {fault: BadSignature(), want: map[string]string{"alg": "RS256"}, unsigned: true, apiStatus: 401},
		"foreign key":       {fault: ForeignKey(), want: map[string]string{"kid": processKey(0).id}, unsigned: true, apiStatus: 401},
		"unknown key":       {fault: UnknownKey(), want: map[string]string{"kid": strangerKey().id}, unsigned: true, apiStatus: 401},
		"other kid":         {fault: KeyID("1234"), want: map[string]string{"kid": "1234"}, unsigned: true, apiStatus: 401},
		"no kid":            {fault: KeyID(""), want: map[string]string{"kid": "<nil>"}, unsigned: true, apiStatus: 401},
		"other typ":         {fault: TokenType("JWT"), want: map[string]string{"typ": "JWT"}, apiStatus: 200},
		"no typ":            {fault: TokenType(""), want: map[string]string{"typ": "<nil>"}, apiStatus: 200},
		"another algorithm": {fault: Algorithm("PS512"), want: map[string]string{"alg": "PS512"}, unsigned: true, apiStatus: 401},
		"HMAC":              {fault: Algorithm("HS256"), want: map[string]string{"alg": "HS256"}, unsigned: true, apiStatus: 401},
		"no algorithm":      {fault: Algorithm("none"), want: map[string]string{"alg": "none", "typ": "at+jwt"}, unsigned: true, apiStatus: 401},
		"two at once":       {fault: Together(WrongIssuer(), Claim("aud", "Nobody")), index: 1, want: map[string]string{"aud": "Nobody", "iss": "https://other.my.erp.net/id"}, apiStatus: 401},
	} {
		t.Run(name, func(t *testing.T) {
			s := newServer(t)
			s.SetClock(func() time.Time { return at })
			s.Inject(Token, test.fault.Once())
			token := sampleToken(t, s)
			decoded := part(t, token, test.index)
			for field, want := range test.want {
				value := decoded[field]
				if number, is := value.(float64); is {
					value = int64(number)
				}
				if fmt.Sprint(value) != want {
					t.Errorf("%s is %v, want %s", field, value, want)
				}
			}
			if _, _, err := readToken(t, s, token); (err != nil) != test.unsigned {
				t.Errorf("verification: %v", err)
			}
			if got := callAPI(t, s, token, "Crm_Sales_Customers?$top=1"); got.status != test.apiStatus {
				t.Errorf("the Domain API answered %d", got.status)
			}
			if _, _, err := readToken(t, s, sampleToken(t, s)); err != nil {
				t.Errorf("the next token: %v", err)
			}
		})
	}
}

func TestNarrowedScopesStandInTheAnswerToo(t *testing.T) {
	s := newServer(t)
	s.Inject(Token, GrantedScopes("read"))
	if answered, _ := askForToken(t, s, sampleForm()); answered.Scope != "read" {
		t.Errorf("scope %q", answered.Scope)
	}
}

func TestFaultsOfTheTokenAnswer(t *testing.T) {
	for name, test := range map[string]struct {
		fault Fault
		field string
		want  string // JSON text, "" when missing
	}{
		"string expires_in":   {Field("expires_in", "3600"), "expires_in", `"3600"`},
		"negative expires_in": {Field("expires_in", -1), "expires_in", `-1`},
		"huge expires_in":     {RawField("expires_in", "1e400"), "expires_in", `1e400`},
		"null expires_in":     {Field("expires_in", nil), "expires_in", `null`},
		"no expires_in":       {WithoutField("expires_in"), "expires_in", ``},
		"lower-case type":     {Field("token_type", "bearer"), "token_type", `"bearer"`},
		"other type":          {Field("token_type", "DPoP"), "token_type", `"DPoP"`},
		"no scope":            {WithoutField("scope"), "scope", ``},
		"no access token":     {WithoutField("access_token"), "access_token", ``},
		"line break in token": {Field("access_token", "abc\ndef"), "access_token", `"abc\ndef"`},
	} {
		t.Run(name, func(t *testing.T) {
			s := newServer(t)
			s.Inject(Token, test.fault)
			got := mustDo(t, s, tokenRequest(t, s, sampleForm()))
			var answered map[string]json.RawMessage
			decode(t, got.body, &answered)
			if string(answered[test.field]) != test.want || got.status != http.StatusOK {
				t.Errorf("status %d, %s is %s", got.status, test.field, answered[test.field])
			}
		})
	}
}

func TestOpaqueTokenIsKnownAsIssued(t *testing.T) {
	s := newServer(t)
	s.Inject(Token, Opaque())
	token := sampleToken(t, s)
	if len(token) != len("enrt_")+64 || !strings.HasPrefix(token, "enrt_") {
		t.Errorf("token %q", token)
	}
	if issued := s.IssuedTokens(); len(issued) != 1 || issued[0] != token {
		t.Errorf("issued %q", issued)
	}
}

func TestTokenFaultElsewhereIsAMistakeOfTheTest(t *testing.T) {
	s := newServer(t)
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	s.Inject(DomainAPI, WrongIssuer())
}
