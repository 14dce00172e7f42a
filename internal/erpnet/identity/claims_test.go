// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package identity

import (
	"encoding/base64"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"
)

// jwt makes an unsigned token of a header and a payload.
func jwt(header, payload string) string {
	encode := base64.RawURLEncoding.EncodeToString
	return encode([]byte(header)) + "." + encode([]byte(payload)) + "." + encode([]byte("not a signature"))
}

const usualHeader = `{"alg":"RS256","kid":"5B27920E653DD7AC67D2F64B32A17992","typ":"at+jwt"}`

// The two claim shapes that ERP.net documents (protocol section 2.4).
const (
	currentShape = `{"nbf":1766505147,"exp":1766508747,"iss":"https://e1-dev.local/id",
		"aud":["DomainAPI","TableAPI","OLAP","AppServer","https://e1-dev.local/id/resources"],
		"client_id":"PK","client_system_user":"admin","client_system_user_type":"InternalUser",
		"client_db":"E1_DEV-1 Test","jti":"8D0B705573A1A98FDBADFF0CD7F7EEB4","iat":1766505147,"scope":["update","read"]}`
	legacyShape = `{"nbf":1654075529,"exp":1654079129,"iss":"https://e1-dev.local/id","aud":"DomainApi",
		"client_id":"pk","client_system_user":"p.kostov@erp.bg","client_db":"E1_DEV",
		"jti":"Shorc5Rv136jNO8tB0_rDw","scope":["DomainApi","sec","update"]}`
)

func TestDecodeClaimsReadsBothDocumentedShapes(t *testing.T) {
	at := func(seconds int64) time.Time { return time.Unix(seconds, 0).UTC() }
	for name, test := range map[string]struct {
		payload string
		want    Claims
	}{
		"current": {currentShape, Claims{
			Algorithm: "RS256", KeyID: "5B27920E653DD7AC67D2F64B32A17992", Type: "at+jwt",
			Issuer:   "https://e1-dev.local/id",
			Audience: []string{"DomainAPI", "TableAPI", "OLAP", "AppServer", "https://e1-dev.local/id/resources"},
			ClientID: "PK", SystemUser: "admin", SystemUserType: "InternalUser", Database: "E1_DEV-1 Test",
			TokenID: "8D0B705573A1A98FDBADFF0CD7F7EEB4", IssuedAt: at(1766505147), NotBefore: at(1766505147), ExpiresAt: at(1766508747),
			Scopes: []string{"read", "update"},
		}},
		"legacy": {legacyShape, Claims{
			Algorithm: "RS256", KeyID: "5B27920E653DD7AC67D2F64B32A17992", Type: "at+jwt",
			Issuer: "https://e1-dev.local/id", Audience: []string{"DomainApi"},
			ClientID: "pk", SystemUser: "p.kostov@erp.bg", Database: "E1_DEV",
			TokenID: "Shorc5Rv136jNO8tB0_rDw", NotBefore: at(1654075529), ExpiresAt: at(1654079129),
			Scopes: []string{"DomainApi", "sec", "update"},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := DecodeClaims(jwt(usualHeader, test.payload))
			if err != nil || !reflect.DeepEqual(*got, test.want) {
				t.Errorf("got %+v, %v", got, err)
			}
		})
	}
}

func TestDecodeClaimsTolerates(t *testing.T) {
	for name, test := range map[string]struct {
		payload string
		holds   func(*Claims) bool
	}{
		"scope as a string":     {`{"scope":"update read"}`, func(c *Claims) bool { return strings.Join(c.Scopes, ",") == "read,update" }},
		"one element, two ones": {`{"scope":["read update"]}`, func(c *Claims) bool { return len(c.Scopes) == 2 }},
		"fraction of a second":  {`{"exp":1766508747.5}`, func(c *Claims) bool { return c.ExpiresAt.UnixMilli() == 1766508747500 }},
		"exp as a string":       {`{"exp":"1766508747"}`, func(c *Claims) bool { return c.ExpiresAt.Unix() == 1766508747 }},
		"blanks around":         {" \n{\"exp\":1766508747} ", func(c *Claims) bool { return c.ExpiresAt.Unix() == 1766508747 }},
		"exponent":              {`{"exp":1.766508747e9}`, func(c *Claims) bool { return c.ExpiresAt.Unix() == 1766508747 }},
		"null everywhere":       {`{"exp":null,"aud":null,"scope":null,"iss":null}`, func(c *Claims) bool { return c.ExpiresAt.IsZero() && c.Audience == nil && c.Scopes == nil }},
		"nothing":               {`{}`, func(c *Claims) bool { return c.Issuer == "" && c.lifetime(time.Now()) == 0 }},
		"unknown claims":        {`{"x":{"y":[1]},"client_system_user_id":"3f2504e0"}`, func(c *Claims) bool { return c.SystemUserID == "3f2504e0" }},
	} {
		t.Run(name, func(t *testing.T) {
			claims, err := DecodeClaims(jwt(usualHeader, test.payload))
			if err != nil || !test.holds(claims) {
				t.Errorf("got %+v, %v", claims, err)
			}
		})
	}
}

func TestDecodeClaimsRefusesWithoutRepeating(t *testing.T) {
	good := jwt(usualHeader, currentShape)
	for name, test := range map[string]struct {
		token string
		want  error
	}{
		"reference token": {"enrt_" + strings.Repeat("0a", 32), ErrReferenceToken},
		"encrypted":       {"eyJ.a.b.c.d", ErrEncryptedToken},
		"bearer prefix":   {"Bearer " + good, ErrBearerPrefix},
		"empty":           {"", ErrNotJWT},
		"a secret":        {plain, ErrNotJWT},
		"two parts":       {strings.Join(strings.Split(good, ".")[:2], "."), ErrNotJWT},
		"line break":      {good[:20] + "\n" + good[20:], ErrNotJWT},
		"not base64":      {"ey*.ey*.x", ErrNotJWT},
		"header a list":   {jwt(`[]`, currentShape), ErrNotJWT},
		"payload a text":  {jwt(usualHeader, `"x"`), ErrNotJWT},
		"payload cut":     {jwt(usualHeader, currentShape[:50]), ErrNotJWT},
		"negative exp":    {jwt(usualHeader, `{"exp":-1}`), ErrOddClaims},
		"exp of ages":     {jwt(usualHeader, `{"exp":1e300}`), ErrOddClaims},
		"number as iss":   {jwt(usualHeader, `{"iss":1}`), ErrOddClaims},
	} {
		t.Run(name, func(t *testing.T) {
			claims, err := DecodeClaims(test.token)
			if claims != nil || !errors.Is(err, test.want) {
				t.Errorf("got %+v, %v", claims, err)
			}
			if err != nil && len(test.token) > 8 && strings.Contains(err.Error(), test.token) {
				t.Error("the error repeats the token")
			}
		})
	}
}

func FuzzDecodeClaims(f *testing.F) {
	f.Add(usualHeader, currentShape)
	f.Add(usualHeader, legacyShape)
	f.Add(`{"alg":"none"}`, `{"exp":1e9,"aud":[],"scope":""}`)
	f.Fuzz(func(t *testing.T, header, payload string) {
		claims, err := DecodeClaims(jwt(header, payload))
		if (claims == nil) == (err == nil) {
			t.Fatal("neither claims nor an error, or both")
		}
		if claims != nil {
			for _, moment := range []time.Time{claims.IssuedAt, claims.NotBefore, claims.ExpiresAt} {
				if _, err := moment.MarshalText(); err != nil {
					t.Errorf("a time that RFC 3339 cannot write: %v", err)
				}
			}
		}
	})
}
