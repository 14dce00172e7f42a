// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/erpnet/terraform-provider-erpnet/internal/acceptance/leak"
	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet/domainapi"
	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet/identity"
	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

// everyUse returns the outcomes of a token fault that everything that requests a token detects.
func everyUse(kind erpnet.Kind) outcomes { return outcomes{token: kind, check: kind, api: kind} }

// seenBy returns the outcomes of a token fault that an object which returns the token doesn't detect.
func seenBy(check, api erpnet.Kind) outcomes { return outcomes{token: passes, check: check, api: api} }

// tokenRows returns faults of the token and of the response that contains it.
func tokenRows() []faultRow {
	field, raw, without := erpnettest.Field, erpnettest.RawField, erpnettest.WithoutField
	claim, withoutClaim := erpnettest.Claim, erpnettest.WithoutClaim
	badLifetime, malformed := everyUse(identity.InvalidLifetime), everyUse(identity.MalformedToken)
	badType, notJSON, noToken := everyUse(identity.WrongTokenType), everyUse(erpnet.NotJSON), everyUse(identity.NoToken)
	rejected, fine := domainapi.TokenRejected, everyUse(passes)
	opaque := seenBy(passes, rejected)
	unscoped := seenBy(passes, erpnet.GatewayRefused) // the simulated instance sends no body with its refusal
	excess := make([]string, erpnet.MaxScopes+1)
	for i := range excess {
		excess[i] = fmt.Sprint("read", i)
	}
	return []faultRow{
		{"expires_in as text", field("expires_in", "3600"), fine},
		{"expires_in in words", field("expires_in", "an hour"), badLifetime},
		{"expires_in negative", field("expires_in", -1), badLifetime},
		{"expires_in zero", field("expires_in", 0), badLifetime},
		{"expires_in huge", field("expires_in", 1<<62), badLifetime},
		{"expires_in out of range", raw("expires_in", "1e400"), badLifetime},
		{"expires_in with a fraction", raw("expires_in", "3599.5"), fine},
		{"expires_in an object", raw("expires_in", "{}"), badLifetime},
		{"expires_in null", raw("expires_in", "null"), fine},
		{"expires_in missing", without("expires_in"), fine},

		{"token_type in lower case", field("token_type", "bearer"), fine},
		{"token_type MAC", field("token_type", "mac"), badType},
		{"token_type a number", field("token_type", 7), notJSON},
		{"token_type missing", without("token_type"), badType},

		{"scope missing", erpnettest.Together(without("scope"), withoutClaim("scope")), unscoped},
		{"scope missing in the response", without("scope"), fine},
		{"scope missing in the token", withoutClaim("scope"), unscoped},
		{"scope a list", field("scope", []string{"read", "update"}), fine},
		{"scope a number", field("scope", 1), notJSON},
		{
			"another scope granted",
			erpnettest.GrantedScopes("update"),
			everyUse(identity.MissingScopes).but(outcomes{api: passes}),
		},
		{"no scope granted", erpnettest.GrantedScopes(), unscoped},
		{"too many scopes", claim("scope", excess), everyUse(erpnet.Excessive)},

		{"token missing", without("access_token"), noToken},
		{"token null", raw("access_token", "null"), noToken},
		{"token empty", field("access_token", ""), noToken},
		{"token a number", field("access_token", 12345), notJSON},
		{"token with a line break", field("access_token", "abc\ndef"), malformed},
		{"token with a header in it", field("access_token", "abc\r\nX-Injected: yes"), malformed},
		{"token with a space", field("access_token", "Bearer abc"), malformed},
		{"token beyond ASCII", field("access_token", "tökén"), malformed},
		{"token a broken JWT", field("access_token", "eyJhbGciOiJSUzI1NiJ9.e30x.c2ln"), malformed},
		{"token half a JWT", field("access_token", "eyJhbGciOiJSUzI1NiJ9.e30"), opaque},
		{"token encrypted", field("access_token", "eyJhbGciOiJSUzI1NiJ9.a.b.c.d"), opaque},
		{"token of a megabyte", field("access_token", strings.Repeat("a", 1000_000)), malformed},
		{"token opaque", erpnettest.Opaque(), opaque},

		{"another issuer", erpnettest.WrongIssuer(), everyUse(identity.ForeignIssuer)},
		{"another audience", erpnettest.WrongAudience(), seenBy(identity.WrongAudience, rejected)},
		{"another client", erpnettest.WrongClient(), everyUse(identity.ForeignClient)},
		{"expired", erpnettest.Expired(), everyUse(identity.ExpiredToken)},
		{"not yet valid", erpnettest.NotYetValid(), seenBy(identity.NotYetValid, rejected)},
		{"bad signature", erpnettest.BadSignature(), seenBy(identity.BadSignature, rejected)},
		{"signed by a foreign key", erpnettest.ForeignKey(), seenBy(identity.BadSignature, rejected)},
		{"signed by an unknown key", erpnettest.UnknownKey(), seenBy(identity.UnknownKey, rejected)},
		{"another key ID", erpnettest.KeyID("another"), seenBy(identity.UnknownKey, rejected)},
		{"no key ID", erpnettest.KeyID(""), opaque},
		{"type JWT", erpnettest.TokenType("JWT"), seenBy(identity.WrongJWTType, passes)},
		{"no type", erpnettest.TokenType(""), seenBy(identity.WrongJWTType, passes)},
		{"algorithm none", erpnettest.Algorithm("none"), seenBy(identity.WrongAlgorithm, rejected)},
		{"algorithm HS256", erpnettest.Algorithm("HS256"), seenBy(identity.WrongAlgorithm, rejected)},
		{"algorithm PS256", erpnettest.Algorithm("PS256"), seenBy(identity.WrongAlgorithm, rejected)},
		{"no issuer", withoutClaim("iss"), seenBy(identity.ForeignIssuer, rejected)},
		{"no audience", withoutClaim("aud"), seenBy(identity.WrongAudience, rejected)},
		{"no client", withoutClaim("client_id"), seenBy(identity.ForeignClient, passes)},
		{"no expiry", withoutClaim("exp"), seenBy(identity.InvalidLifetime, rejected)},
		{"no beginning", withoutClaim("nbf", "iat"), fine},
		{
			"no claims but the issuer",
			withoutClaim("aud", "client_id", "exp", "nbf", "iat", "jti", "scope", "client_db", "client_system_user"),
			seenBy(identity.WrongAudience, rejected),
		},
		{"expiry in words", claim("exp", "tomorrow"), malformed},
		{"expiry out of range", claim("exp", 1e300), opaque},
		{"expiry negative", claim("exp", -1), everyUse(identity.ExpiredToken)},
		{"issuer a number", claim("iss", 5), malformed},
		{"issuer in capitals too", claim("ISS", "https://other.my.erp.net/id"), fine},
		{"audience a text", claim("aud", "DomainApi"), fine},
		{"audience an object", claim("aud", map[string]any{"a": 1}), malformed},
		{"informative claims of other types", claim("client_db", []int{1}), fine},
	}
}

// documentRows returns faults in the content of the other documents.
func documentRows() []faultRow {
	field, raw, without := erpnettest.Field, erpnettest.RawField, erpnettest.WithoutField
	described := func(kind erpnet.Kind) outcomes { return outcomes{discovery: kind, checked: kind} }
	keys := func(kind erpnet.Kind) outcomes { return outcomes{keys: kind} }
	rows := func(kind erpnet.Kind) outcomes { return outcomes{rows: kind} }
	sites := outcomes{sites: passes}
	excess := slices.Repeat([]string{"read"}, erpnet.MaxScopes+1)
	for i := range excess {
		excess[i] += fmt.Sprint(i)
	}
	deep := `[{"N":` + strings.Repeat("[", 100) + strings.Repeat("]", 100) + `}]`
	oddKeys := `[{"kty":"EC","crv":"P-256"},{"kty":"oct","k":"AAAA"},7,null,"x",{"kty":"RSA","n":"!!","e":"AQAB"},{"kty":"RSA","n":"","e":""}]`
	oddSites := `[null,7,"x",{},{"Type":7,"Url":[1]},{"Type":"ID","Url":"://%zz"},{"Type":"DomainAPI","Status":"Working","AdditionalProperties":7}]`
	return []faultRow{
		{"issuer missing", without("issuer"), described(erpnet.NotJSON)},
		{"issuer a number", field("issuer", 5), described(erpnet.NotJSON)},
		{"scopes_supported a text", field("scopes_supported", "read"), described(erpnet.NotJSON)},
		{"scopes_supported without end", field("scopes_supported", excess), described(erpnet.Excessive)},
		{"grant_types_supported missing", without("grant_types_supported"), described(passes)},
		{"token_endpoint elsewhere", field("token_endpoint", "https://elsewhere.example/token"), described(passes)},
		{"keys null", raw("keys", "null"), keys(identity.NoKeys)},
		{"keys no list", field("keys", "none"), keys(erpnet.NotJSON)},
		{"keys of other kinds", raw("keys", oddKeys), keys(identity.NoKeys)},
		{"rows missing", without("value"), rows(domainapi.NotDomainAPI)},
		{"rows null", raw("value", "null"), rows(domainapi.NotDomainAPI)},
		{"rows no list", field("value", "none"), rows(domainapi.NotDomainAPI)},
		{"rows of numbers", raw("value", "[1,2]"), rows(domainapi.NotDomainAPI)},
		{"rows with null", raw("value", "[null,{}]"), rows(passes)},
		{"rows nested too deeply", raw("value", deep), rows(erpnet.Excessive)},
		{
			"rows of too many values",
			raw("value", `[{"N":[`+strings.Repeat("1,", erpnet.MaxElements)+`1]}]`),
			rows(erpnet.Excessive),
		},
		{"number out of range", raw("value", "["+strings.Repeat(`{"N":1e999999999999},`, 14)+`{"N":1}]`), rows(passes)},
		{"count in words", field("@odata.count", "many"), rows(passes)},
		{
			"next page elsewhere",
			field("@odata.nextLink", "https://elsewhere.example/next"),
			rows(domainapi.ForeignLink),
		},
		{"next page no URL", field("@odata.nextLink", "://%zz"), rows(domainapi.ForeignLink)},
		{"next page the same", field("@odata.nextLink", "?"), rows(domainapi.ForeignLink)},
		{"sites null", raw("WebSites", "null"), sites},
		{"sites no list", field("WebSites", 7), sites},
		{"sites of other kinds", raw("WebSites", oddSites), sites},
		{"sites without end", raw("WebSites", "["+strings.Repeat("{},", erpnet.MaxWebSites)+"{}]"), sites},
	}
}

// echoForms returns the forms in which a server may echo what it received.
func echoForms(secret string) map[string]string {
	forms := leak.Forms(secret)
	for _, form := range []string{"hexadecimal", "base64url", "path-encoded"} { // no server echoes a form field so
		delete(forms, form)
	}
	lower := strings.NewReplacer("%3C", "%3c", "%3E", "%3e", "%2B", "%2b", "%2F", "%2f", "%3D", "%3d", "%5C", "%5c")
	forms["UrlEncode of .NET"] = lower.Replace(url.QueryEscape(secret))
	forms["encodeURIComponent"] = strings.ReplaceAll(url.QueryEscape(secret), "+", "%20")
	forms["System.Text.Json"] = strings.NewReplacer(`\"`, `\u0022`, "+", `\u002B`, `'`, `\u0027`).Replace(forms["JSON"])
	forms["HTML in hexadecimal"] = strings.NewReplacer(
		`"`,
		"&#x22;",
		"<",
		"&#x3C;",
		">",
		"&#x3E;",
		"&",
		"&#x26;",
		"+",
		"&#x2B;",
	).
		Replace(
			secret,
		)
	return forms
}

// echoRows returns responses that contain the client secret in each of these forms, and broken over lines.
func echoRows() []faultRow {
	rows := echoesOf(matrixSecret, "plain", true)
	forms := echoForms(matrixSecret)
	delete(forms, "plain")
	for _, form := range slices.Sorted(maps.Keys(forms)) {
		rows = append(rows, echoesOf(forms[form], form, false)...)
	}
	return append(rows, echoesOf(strings.ReplaceAll(matrixSecret, " ", "\n  "), "broken over lines", false)...)
}

// echoesOf returns the responses that contain an echo. Unless everyEndpoint is set, faults that can strike at any
// endpoint strike only at the token endpoint.
func echoesOf(secret, form string, everyEndpoint bool) []faultRow {
	var rows []faultRow
	echo := func(place string, fault erpnettest.Fault, o outcomes) {
		if !everyEndpoint && o.write != "" {
			o = outcomes{token: o.token}
		}
		rows = append(rows, faultRow{"secret echoed in " + place + ", " + form, fault, o})
	}
	elsewhere := "https://elsewhere.example/" + secret + "/"
	page := "<!DOCTYPE html><html><head><title>" + secret + "</title></head><body>client_secret=" + secret + "</body></html>"
	problem := string(
		must(json.Marshal(map[string]any{"title": "No.", "errors": map[string][]string{"client_secret": {secret}}})),
	)
	refused := at(erpnet.UnexpectedStatus, domainapi.Failed).tokensFail(identity.RequestRefused)
	notJSON := at(erpnet.NotJSON, domainapi.NotDomainAPI).but(outcomes{write: domainapi.Failed})
	echo(
		"an OAuth description",
		erpnettest.OAuthError(400, "invalid_client", "The client_secret "+secret+" is wrong."),
		refused.tokensFail(identity.InvalidClient),
	)
	echo("an OAuth error code", erpnettest.OAuthError(400, secret, ""), refused)
	echo(
		"a message of the Domain API",
		erpnettest.DomainError(400, 1, "System.Exception: "+secret, "Not allowed: "+secret),
		refused,
	)
	echo("problem details", erpnettest.Response(400, "application/problem+json", problem), refused)
	echo(
		"the place of a redirect",
		erpnettest.Redirect(307, elsewhere+"?client_secret="+secret),
		at(erpnet.Redirected, domainapi.NotDomainAPI),
	)
	echo("a web page", erpnettest.Response(200, "text/html", page), notJSON)
	echo(
		"a header",
		erpnettest.Status(500).With("X-Request", strings.ReplaceAll(secret, "\n", " ")),
		everywhere(erpnet.ServerFailed),
	)

	// erpnet_instance reports what the server says, and the check compares it.
	described := func(checked erpnet.Kind) outcomes { return outcomes{discovery: passes, checked: checked} }
	echo("the issuer", erpnettest.Field("issuer", elsewhere), described(identity.ForeignService))
	echo("jwks_uri", erpnettest.Field("jwks_uri", elsewhere), described(identity.NoKeys))
	echo("token_endpoint", erpnettest.Field("token_endpoint", elsewhere), described(passes))
	echo("scopes_supported", erpnettest.Field("scopes_supported", []string{"read", secret}), described(passes))
	sites := []map[string]any{
		{"Type": "ID", "Status": "Working", "Url": elsewhere},
		{"Type": secret, "Status": secret, "Url": elsewhere},
	}
	echo("web sites", erpnettest.Field("WebSites", sites), outcomes{sites: passes})

	scopes := []string{"read", "update", secret}
	user := func(claims map[string]any) {
		claims["client_system_user"], claims["client_db"], claims["jti"] = secret, secret, secret
	}
	echo(
		"granted scopes",
		erpnettest.Together(erpnettest.Field("scope", scopes), erpnettest.Claim("scope", scopes)),
		everyUse(passes),
	)
	echo("the token's issuer", erpnettest.Claim("iss", elsewhere), everyUse(identity.ForeignIssuer))
	echo("the token's client", erpnettest.Claim("client_id", secret), everyUse(identity.ForeignClient))
	echo("the token's audience", erpnettest.Claim("aud", []string{"DomainApi", secret}), everyUse(passes))
	echo("the token's user", erpnettest.Claims(user), everyUse(passes))
	echo("the token's key", erpnettest.KeyID(secret), seenBy(identity.UnknownKey, domainapi.TokenRejected))
	return rows
}
