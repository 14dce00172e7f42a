// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package identity

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
)

// The two shapes that ERP.net documents (protocol section 2.4).
const (
	currentShape = `{"nbf":1766505147,"exp":1766508747,"iss":"https://e1-dev.local/id",
		"aud":["DomainAPI","TableAPI","OLAP","AppServer","https://e1-dev.local/id/resources"],
		"client_id":"PK","client_system_user":"admin","client_system_user_type":"InternalUser",
		"client_db":"E1_DEV-1 Test","jti":"8D0B705573A1A98FDBADFF0CD7F7EEB4","iat":1766505147,
		"scope":["update","read"]}`
	legacyShape = `{"nbf":1654075529,"exp":1654079129,"iss":"https://e1-dev.local/id","aud":"DomainApi",
		"client_id":"pk","client_system_user":"p.kostov@erp.bg","client_db":"E1_DEV",
		"jti":"Shorc5Rv136jNO8tB0_rDw","scope":["DomainApi","sec","update"]}`
)

func TestDecodeClaims(t *testing.T) {
	second := func(n int64) time.Time { return time.Unix(n, 0).UTC() }
	for name, test := range map[string]struct {
		payload string
		want    Claims // in addition to the usual header
	}{
		"current shape": {currentShape, Claims{
			Issuer:   "https://e1-dev.local/id",
			Audience: []string{"DomainAPI", "TableAPI", "OLAP", "AppServer", "https://e1-dev.local/id/resources"},
			ClientID: "PK", SystemUser: "admin", SystemUserType: "InternalUser", Database: "E1_DEV-1 Test",
			TokenID: "8D0B705573A1A98FDBADFF0CD7F7EEB4", Scopes: []string{"read", "update"},
			IssuedAt: second(1766505147), NotBefore: second(1766505147), ExpiresAt: second(1766508747),
		}},
		"legacy shape": {legacyShape, Claims{
			Issuer: "https://e1-dev.local/id", Audience: []string{"DomainApi"},
			ClientID: "pk", SystemUser: "p.kostov@erp.bg", Database: "E1_DEV",
			TokenID: "Shorc5Rv136jNO8tB0_rDw", Scopes: []string{"DomainApi", "sec", "update"},
			NotBefore: second(1654075529), ExpiresAt: second(1654079129),
		}},
		"scope as a string":    {`{"scope":"update read"}`, Claims{Scopes: []string{"read", "update"}}},
		"scopes in one":        {`{"scope":["read update"]}`, Claims{Scopes: []string{"read", "update"}}},
		"fraction of a second": {`{"exp":1766508747.5}`, Claims{ExpiresAt: second(1766508747).Add(time.Second / 2)}},
		"exp as a string":      {`{"exp":"1766508747"}`, Claims{ExpiresAt: second(1766508747)}},
		"exp with an exponent": {`{"exp":1.766508747e9}`, Claims{ExpiresAt: second(1766508747)}},
		"last exp of all":      {`{"exp":253402300799}`, Claims{ExpiresAt: second(253402300799)}},
		"spaces around":        {" \n{\"jti\":\"x\"} ", Claims{TokenID: "x"}},
		"null everywhere":      {`{"exp":null,"aud":null,"scope":null,"iss":null}`, Claims{}},
		"nothing":              {`{}`, Claims{}},
		"unknown claims": {
			`{"x":{"y":[1]},"client_system_user_id":"3f2504e0"}`, Claims{SystemUserID: "3f2504e0"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			test.want.Algorithm, test.want.KeyID, test.want.Type = "RS256", "5B27920E653DD7AC67D2F64B32A17992", "at+jwt"
			got, err := DecodeClaims(unsigned(usualHeader, test.payload))
			if err != nil || !reflect.DeepEqual(*got, test.want) {
				t.Errorf("got %+v, %v", got, err)
			}
		})
	}
}

func TestDecodeClaimsRefusesWithoutRepeating(t *testing.T) {
	good := unsigned(usualHeader, currentShape)
	for name, test := range map[string]struct {
		token string
		want  error
	}{
		"reference token": {"enrt_" + strings.Repeat("0a", 32), ErrReferenceToken},
		"encrypted":       {"eyJ.a.b.c.d", ErrEncryptedToken},
		"bearer prefix":   {"bearer " + good, ErrBearerPrefix},
		"empty":           {"", ErrNotJWT},
		"a secret":        {testSecret, ErrNotJWT},
		"two parts":       {good[:strings.LastIndex(good, ".")], ErrNotJWT},
		"line break":      {good[:20] + "\n" + good[20:], ErrNotJWT},
		"not base64":      {"ey*.ey*.x", ErrNotJWT},
		"header a list":   {unsigned(`[]`, currentShape), ErrNotJWT},
		"payload a text":  {unsigned(usualHeader, `"x"`), ErrNotJWT},
		"payload cut":     {unsigned(usualHeader, currentShape[:50]), ErrNotJWT},
		"a claim twice":   {unsigned(usualHeader, `{"iss":"a","iss":"b"}`), ErrRepeatedClaim},
		"too many scopes": {unsigned(usualHeader, `{"scope":"`+distinctScopes(501)+`"}`), ErrTooManyScopes},
		"number as iss":   {unsigned(usualHeader, `{"iss":1}`), ErrOddClaims},
		"text as exp":     {unsigned(usualHeader, `{"exp":"soon"}`), ErrOddClaims},
	} {
		t.Run(name, func(t *testing.T) {
			claims, err := DecodeClaims(test.token)
			if claims != nil || !errors.Is(err, test.want) ||
				test.token != "" && strings.Contains(err.Error(), test.token) {
				t.Errorf("got %+v, %v", claims, err)
			}
		})
	}
}

// A token must not carry a secret of the client into a state, whichever claim holds it.
func TestRedactedClaimsHoldNoSecret(t *testing.T) {
	claims, want := &Claims{}, Claims{}
	for i := range reflect.TypeFor[Claims]().NumField() {
		switch field := reflect.ValueOf(claims).Elem().Field(i).Addr().Interface().(type) {
		case *string:
			*field = "x " + testSecret
			reflect.ValueOf(&want).Elem().Field(i).SetString("x " + erpnet.Redacted)
		case *[]string:
			*field = []string{testSecret}
			reflect.ValueOf(&want).Elem().Field(i).Set(reflect.ValueOf([]string{erpnet.Redacted}))
		}
	}
	client := erpnet.NewClient(erpnet.Options{})
	client.Protect(erpnet.NewSecret(testSecret))
	if got := claims.Redacted(client); !reflect.DeepEqual(*got, want) || claims.Issuer != "x "+testSecret {
		t.Error("a claim holds the secret, or the claims as they came have changed")
	}
}

func FuzzDecodeClaims(f *testing.F) {
	f.Add(usualHeader, currentShape)
	f.Add(usualHeader, legacyShape)
	f.Add(`{"alg":"none"}`, `{"exp":1e9,"aud":[],"scope":""}`)
	f.Fuzz(func(t *testing.T, header, payload string) {
		claims, err := DecodeClaims(unsigned(header, payload))
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

// distinctScopes returns the given number of different scopes.
func distinctScopes(count int) string {
	var scopes []string
	for i := range count {
		scopes = append(scopes, fmt.Sprintf("s%d", i))
	}
	return strings.Join(scopes, " ")
}

func TestOddButSoundClaimsAreTaken(t *testing.T) {
	for name, test := range map[string]struct {
		payload string
		want    Claims
	}{
		"what only informs is left out": {
			payload: `{"jti":7,"client_db":["x"],"iat":"soon","client_system_user":null,"client_id":"a"}`,
			want:    Claims{ClientID: "a"},
		},
		"names are exact": {payload: `{"ISS":"x","Client_Id":"y","iss":"z"}`, want: Claims{Issuer: "z"}},
		".NET's extreme dates": {
			payload: `{"nbf":-62135596800,"iat":-62135596800,"exp":253402300800}`,
			want:    Claims{ExpiresAt: time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)},
		},
		"an end before the epoch": {payload: `{"exp":-1}`, want: Claims{ExpiresAt: time.Unix(0, 0).UTC()}},
	} {
		t.Run(name, func(t *testing.T) {
			test.want.Algorithm, test.want.KeyID, test.want.Type = "RS256", "key", "at+jwt"
			got, err := DecodeClaims(unsigned(`{"alg":"RS256","kid":"key","typ":"at+jwt"}`, test.payload))
			if err != nil || !reflect.DeepEqual(*got, test.want) {
				t.Errorf("got %+v, %v", got, err)
			}
		})
	}
}
