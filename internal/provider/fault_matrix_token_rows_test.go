// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"strings"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

// The titles of what can be wrong with a token.
const (
	badLifetime   = "Invalid Token Lifetime"
	malformed     = "Malformed Access Token"
	badType       = "Wrong Token Type"
	foreignIssuer = "Token of Another Issuer"
	foreignClient = "Token of Another Client"
	expired       = "Token Already Expired"
	notYet        = "Token Not Yet Valid"
	badAudience   = "Token for Another API"
	badSignature  = "Bad Signature"
	unknownKey    = "Unknown Signing Key"
	badAlgorithm  = "Wrong Signature Algorithm"
	notAccess     = "Wrong JWT Type"
	narrower      = "Scope Not Granted"
	foreignLink   = "Next Page Elsewhere"
)

// nowhere is the base of cells for a fault of one kind of document.
var nowhere = cells{na, na, na, na, na, na, na, na, na, na, na}

// inToken is a row's cells for a fault of the token or of the answer that
// carries it: for objects that give the token, the check, and objects that call
// the Domain API with it.
func inToken(token, check, api string) cells {
	c := nowhere
	c.token, c.check, c.api = token, check, api
	return c
}

// tokenRows are faults of the token, and of the answer that carries it.
func tokenRows() []faultRow {
	field, raw, without := erpnettest.Field, erpnettest.RawField, erpnettest.WithoutField
	claim := erpnettest.Claim
	return []faultRow{
		{"expires_in as text", field("expires_in", "3600"), inToken(ok, ok, ok), patient},
		{"expires_in as words", field("expires_in", "an hour"), inToken(badLifetime, badLifetime, badLifetime), patient},
		{"expires_in negative", field("expires_in", -1), inToken(badLifetime, badLifetime, badLifetime), patient},
		{"expires_in zero", field("expires_in", 0), inToken(badLifetime, badLifetime, badLifetime), patient},
		{"expires_in huge", field("expires_in", 1<<62), inToken(badLifetime, badLifetime, badLifetime), patient},
		{"expires_in out of range", raw("expires_in", "1e400"), inToken(badLifetime, badLifetime, badLifetime), patient},
		{"expires_in with a fraction", raw("expires_in", "3599.5"), inToken(ok, ok, ok), patient},
		{"expires_in an object", raw("expires_in", "{}"), inToken(badLifetime, badLifetime, badLifetime), patient},
		{"expires_in null", raw("expires_in", "null"), inToken(ok, ok, ok), patient},
		{"expires_in missing", without("expires_in"), inToken(ok, ok, ok), patient},

		{"token_type in lower case", field("token_type", "bearer"), inToken(ok, ok, ok), patient},
		{"token_type MAC", field("token_type", "mac"), inToken(badType, badType, badType), patient},
		{"token_type a number", field("token_type", 7), inToken(notIdentity, notIdentity, notIdentity), patient},
		{"token_type missing", without("token_type"), inToken(badType, badType, badType), patient},

		{"scope missing", erpnettest.Together(without("scope"), erpnettest.WithoutClaim("scope")), inToken(ok, ok, gateway), patient},
		{"scope missing in the answer", without("scope"), inToken(ok, ok, ok), patient},
		{"scope missing in the token", erpnettest.WithoutClaim("scope"), inToken(ok, ok, gateway), patient},
		{"scope a list", field("scope", []string{"read", "update"}), inToken(ok, ok, ok), patient},
		{"scope a number", field("scope", 1), inToken(notIdentity, notIdentity, notIdentity), patient},
		{"another scope granted", erpnettest.GrantedScopes("update"), inToken(narrower, narrower, ok), patient},
		{"no scope granted", erpnettest.GrantedScopes(), inToken(ok, ok, gateway), patient},

		{"token missing", without("access_token"), inToken(noToken, noToken, noToken), patient},
		{"token null", raw("access_token", "null"), inToken(noToken, noToken, noToken), patient},
		{"token empty", field("access_token", ""), inToken(noToken, noToken, noToken), patient},
		{"token a number", field("access_token", 12345), inToken(notIdentity, notIdentity, notIdentity), patient},
		{"token with a newline", field("access_token", "abc\ndef"), inToken(malformed, malformed, malformed), patient},
		{"token with a header in it", field("access_token", "abc\r\nX-Injected: yes"), inToken(malformed, malformed, malformed), patient},
		{"token with a blank", field("access_token", "Bearer abc"), inToken(malformed, malformed, malformed), patient},
		{"token beyond ASCII", field("access_token", "tökén"), inToken(malformed, malformed, malformed), patient},
		{"token a broken JWT", field("access_token", "eyJhbGciOiJSUzI1NiJ9.e30x.c2ln"), inToken(malformed, malformed, malformed), patient},
		{"token half a JWT", field("access_token", "eyJhbGciOiJSUzI1NiJ9.e30"), inToken(ok, ok, apiRefused), patient},
		{"token encrypted", field("access_token", "eyJhbGciOiJSUzI1NiJ9.a.b.c.d"), inToken(ok, ok, apiRefused), patient},
		{"token of a megabyte", field("access_token", strings.Repeat("a", 1000_000)), inToken(malformed, malformed, malformed), patient},
		{"token opaque", erpnettest.Opaque(), inToken(ok, ok, apiRefused), patient},

		{"another issuer", erpnettest.WrongIssuer(), inToken(foreignIssuer, foreignIssuer, foreignIssuer), patient},
		{"another audience", erpnettest.WrongAudience(), inToken(ok, badAudience, apiRefused), patient},
		{"another client", erpnettest.WrongClient(), inToken(foreignClient, foreignClient, foreignClient), patient},
		{"expired", erpnettest.Expired(), inToken(expired, expired, expired), patient},
		{"not yet valid", erpnettest.NotYetValid(), inToken(ok, notYet, apiRefused), patient},
		{"bad signature", erpnettest.BadSignature(), inToken(ok, badSignature, apiRefused), patient},
		{"signed by a foreign key", erpnettest.ForeignKey(), inToken(ok, badSignature, apiRefused), patient},
		{"signed by an unknown key", erpnettest.UnknownKey(), inToken(ok, unknownKey, apiRefused), patient},
		{"another key ID", erpnettest.KeyID("another"), inToken(ok, unknownKey, apiRefused), patient},
		{"no key ID", erpnettest.KeyID(""), inToken(ok, ok, apiRefused), patient},
		{"type JWT", erpnettest.TokenType("JWT"), inToken(ok, notAccess, ok), patient},
		{"no type", erpnettest.TokenType(""), inToken(ok, notAccess, ok), patient},
		{"algorithm none", erpnettest.Algorithm("none"), inToken(ok, badAlgorithm, apiRefused), patient},
		{"algorithm HS256", erpnettest.Algorithm("HS256"), inToken(ok, badAlgorithm, apiRefused), patient},
		{"algorithm PS256", erpnettest.Algorithm("PS256"), inToken(ok, badAlgorithm, apiRefused), patient},
		{"no issuer", erpnettest.WithoutClaim("iss"), inToken(ok, foreignIssuer, apiRefused), patient},
		{"no audience", erpnettest.WithoutClaim("aud"), inToken(ok, badAudience, apiRefused), patient},
		{"no client", erpnettest.WithoutClaim("client_id"), inToken(ok, foreignClient, ok), patient},
		{"no expiry", erpnettest.WithoutClaim("exp"), inToken(ok, badLifetime, apiRefused), patient},
		{"no beginning", erpnettest.WithoutClaim("nbf", "iat"), inToken(ok, ok, ok), patient},
		{"no claims but the issuer", erpnettest.WithoutClaim("aud", "client_id", "exp", "nbf", "iat", "jti", "scope", "client_db", "client_system_user"), inToken(ok, badAudience, apiRefused), patient},
		{"expiry in words", claim("exp", "tomorrow"), inToken(malformed, malformed, malformed), patient},
		{"expiry out of range", claim("exp", 1e300), inToken(ok, ok, apiRefused), patient},
		{"expiry negative", claim("exp", -1), inToken(expired, expired, expired), patient},
		{"issuer a number", claim("iss", 5), inToken(malformed, malformed, malformed), patient},
		{"audience a text", claim("aud", "DomainApi"), inToken(ok, ok, ok), patient},
		{"audience an object", claim("aud", map[string]any{"a": 1}), inToken(malformed, malformed, malformed), patient},
	}
}

// documentRows are faults of what other documents say.
func documentRows() []faultRow {
	inDiscovery := func(outcome string) cells { c := nowhere; c.discovery, c.checked = outcome, outcome; return c }
	inKeys := func(outcome string) cells { c := nowhere; c.keys = outcome; return c }
	inRows := func(outcome string) cells { c := nowhere; c.rows = outcome; return c }
	inSites := func() cells { c := nowhere; c.sites = ok; return c }
	field, raw, without := erpnettest.Field, erpnettest.RawField, erpnettest.WithoutField
	return []faultRow{
		{"issuer missing", without("issuer"), inDiscovery(notIdentity), patient},
		{"issuer a number", field("issuer", 5), inDiscovery(notIdentity), patient},
		{"scopes_supported a text", field("scopes_supported", "read"), inDiscovery(notIdentity), patient},
		{"grant_types_supported missing", without("grant_types_supported"), inDiscovery(ok), patient},
		{"token_endpoint elsewhere", field("token_endpoint", "https://elsewhere.example/token"), inDiscovery(ok), patient},
		{"keys null", raw("keys", "null"), inKeys(noKeys), patient},
		{"keys no list", field("keys", "none"), inKeys(notIdentity), patient},
		{"keys of other kinds", raw("keys", `[{"kty":"EC","crv":"P-256"},{"kty":"oct","k":"AAAA"},7,null,"x",{"kty":"RSA","n":"!!","e":"AQAB"},{"kty":"RSA","n":"","e":""}]`), inKeys(noKeys), patient},
		{"rows missing", without("value"), inRows(notAPI), patient},
		{"rows null", raw("value", "null"), inRows(notAPI), patient},
		{"rows no list", field("value", "none"), inRows(notAPI), patient},
		{"rows of numbers", raw("value", "[1,2]"), inRows(notAPI), patient},
		{"rows with null", raw("value", "[null,{}]"), inRows(ok), patient},
		{"number out of range", raw("value", "["+strings.Repeat(`{"N":1e999999999999},`, 14)+`{"N":1}]`), inRows(ok), patient}, // as many as are counted
		{"count in words", field("@odata.count", "many"), inRows(ok), patient},
		{"next page elsewhere", field("@odata.nextLink", "https://elsewhere.example/next"), inRows(foreignLink), patient},
		{"next page no URL", field("@odata.nextLink", "://%zz"), inRows(foreignLink), patient},
		{"next page the same", field("@odata.nextLink", "?"), inRows(foreignLink), patient},
		{"sites null", raw("WebSites", "null"), inSites(), patient},
		{"sites no list", field("WebSites", 7), inSites(), patient},
		{"sites of other kinds", raw("WebSites", `[null,7,"x",{},{"Type":7,"Url":[1]},{"Type":"ID","Url":"://%zz"},{"Type":"DomainAPI","Status":"Working","AdditionalProperties":7}]`), inSites(), patient},
	}
}
