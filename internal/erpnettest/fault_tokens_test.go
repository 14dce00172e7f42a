// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"
)

func TestFaultsOfTheToken(t *testing.T) {
	moment := func(seconds int64) string { return fmt.Sprint(frozen.Unix() + seconds) }
	tests := []struct {
		name     string
		fault    Fault
		header   map[string]string // fmt.Sprint of the header's fields; "<nil>" if missing
		claims   map[string]string // likewise for the claims
		unsigned bool              // the JWKS can't verify the signature
		status   int               // of the Domain API
	}{
		{
			name: "wrong issuer", fault: WrongIssuer(), status: 401,
			claims: map[string]string{"iss": "https://other.my.erp.net/id"},
		},
		{name: "wrong audience", fault: WrongAudience(), claims: map[string]string{"aud": "[TableAPI]"}, status: 401},
		{
			name: "wrong client", fault: WrongClient(), status: 200,
			claims: map[string]string{"client_id": "another.trusted.app/service"},
		},
		{
			name: "expired", fault: Expired(), status: 401,
			claims: map[string]string{"nbf": moment(-7200), "iat": moment(-7200), "exp": moment(-3600)},
		},
		{
			name: "not yet valid", fault: NotYetValid(), status: 401,
			claims: map[string]string{"nbf": moment(3600), "iat": moment(3600), "exp": moment(7200)},
		},
		{
			name: "claim", fault: Claim("client_system_user_type", "SystemUserNoLogin"), status: 200,
			claims: map[string]string{"client_system_user_type": "SystemUserNoLogin"},
		},
		{
			name: "without claims", fault: WithoutClaim("exp", "jti"), status: 401,
			claims: map[string]string{"exp": "<nil>", "jti": "<nil>"},
		},
		{
			name: "granted scopes", fault: GrantedScopes("read"), claims: map[string]string{"scope": "[read]"},
			status: 200,
		},
		{
			name: "lifetime", fault: Lifetime(time.Minute), status: 200,
			claims: map[string]string{"nbf": moment(0), "exp": moment(60)},
		},
		{
			name: "extreme dates", fault: ExtremeDates(), status: 200,
			claims: map[string]string{"nbf": "-62135596800", "iat": "-62135596800", "exp": "253402300799"},
		},
		{
			name: "duplicate claim", fault: DuplicateClaim("client_id", "second"), status: 200,
			claims: map[string]string{"client_id": "second"}, // most parsers use the last one
		},
		{name: "no scope", fault: GrantedScopes(), claims: map[string]string{"scope": "[]"}, status: 403},
		{
			name: "bad signature", fault: BadSignature(), unsigned: true, status: 401,
			header: map[string]string{"alg": "RS256"},
		},
		{
			name: "foreign key", fault: ForeignKey(), unsigned: true, status: 401,
			header: map[string]string{"kid": processKey(0).id},
		},
		{
			name: "unknown key", fault: UnknownKey(), unsigned: true, status: 401,
			header: map[string]string{"kid": strangerKey().id},
		},
		{name: "other kid", fault: KeyID("12"), header: map[string]string{"kid": "12"}, unsigned: true, status: 401},
		{name: "no kid", fault: KeyID(""), header: map[string]string{"kid": "<nil>"}, unsigned: true, status: 401},
		{name: "other typ", fault: TokenType("JWT"), header: map[string]string{"typ": "JWT"}, status: 200},
		{name: "no typ", fault: TokenType(""), header: map[string]string{"typ": "<nil>"}, status: 200},
		{
			name: "another algorithm", fault: Algorithm("PS512"), unsigned: true, status: 401,
			header: map[string]string{"alg": "PS512"},
		},
		{
			name: "HMAC", fault: Algorithm("HS256"), header: map[string]string{"alg": "HS256"}, unsigned: true,
			status: 401,
		},
		{
			name: "no algorithm", fault: Algorithm("none"), unsigned: true, status: 401,
			header: map[string]string{"alg": "none", "typ": "at+jwt"},
		},
		{
			name: "two at once", fault: Together(WrongIssuer(), Claim("aud", "Nobody")), status: 401,
			claims: map[string]string{"aud": "Nobody", "iss": "https://other.my.erp.net/id"},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			i := newInstance(t)
			i.freeze(0)
			i.Inject(Token, test.fault.Once())
			token := i.newToken()
			for index, want := range []map[string]string{test.header, test.claims} {
				raw, _ := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[index])
				var part map[string]any
				decode(t, string(raw), &part)
				for name, value := range want {
					if number, is := part[name].(float64); is {
						part[name] = int64(number)
					}
					if fmt.Sprint(part[name]) != value {
						t.Errorf("%s is %v, want %s", name, part[name], value)
					}
				}
			}
			if _, _, err := i.verify(token); (err != nil) != test.unsigned {
				t.Errorf("verification: %v", err)
			}
			i.readWith(token).expect(t, test.status, "")
			if _, _, err := i.verify(i.newToken()); err != nil {
				t.Errorf("the next token: %v", err)
			}
		})
	}
}

func TestFaultsOfTheTokenResponse(t *testing.T) {
	tests := []struct {
		name  string
		fault Fault
		field string
		want  string // JSON text; empty if missing
	}{
		{name: "string expires_in", fault: Field("expires_in", "3600"), field: "expires_in", want: `"3600"`},
		{name: "negative expires_in", fault: Field("expires_in", -1), field: "expires_in", want: `-1`},
		{name: "huge expires_in", fault: RawField("expires_in", "1e400"), field: "expires_in", want: `1e400`},
		{name: "null expires_in", fault: Field("expires_in", nil), field: "expires_in", want: `null`},
		{name: "no expires_in", fault: WithoutField("expires_in"), field: "expires_in"},
		{name: "lifetime", fault: Lifetime(time.Minute), field: "expires_in", want: `60`},
		{name: "other type", fault: Field("token_type", "DPoP"), field: "token_type", want: `"DPoP"`},
		{name: "narrowed scope", fault: GrantedScopes("read"), field: "scope", want: `"read"`},
		{name: "line break", fault: Field("access_token", "a\nb"), field: "access_token", want: `"a\nb"`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			i := newInstance(t)
			i.Inject(Token, test.fault)
			got := i.do(i.tokenRequest())
			var fields map[string]json.RawMessage
			decode(t, got.body, &fields)
			if string(fields[test.field]) != test.want || got.status != http.StatusOK {
				t.Errorf("status %d, %s is %s", got.status, test.field, fields[test.field])
			}
		})
	}
}

func TestOpaqueTokenIsKnownAsIssued(t *testing.T) {
	i := newInstance(t)
	i.Inject(Token, Opaque())
	token := i.newToken()
	if !regexp.MustCompile(`^enrt_[0-9a-f]{64}$`).MatchString(token) {
		t.Errorf("token %q", token)
	}
	if issued := i.IssuedTokens(); len(issued) != 1 || issued[0] != token {
		t.Errorf("issued %q", issued)
	}
}

func TestTokenFaultElsewhereIsAMistakeOfTheTest(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	newInstance(t).Inject(DomainAPI, WrongIssuer())
}
