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
		{name: "expires_in as text", fault: field("expires_in", "3600"), outcomes: fine},
		{name: "expires_in in words", fault: field("expires_in", "an hour"), outcomes: badLifetime},
		{name: "expires_in negative", fault: field("expires_in", -1), outcomes: badLifetime},
		{name: "expires_in zero", fault: field("expires_in", 0), outcomes: badLifetime},
		{name: "expires_in huge", fault: field("expires_in", 1<<62), outcomes: badLifetime},
		{name: "expires_in out of range", fault: raw("expires_in", "1e400"), outcomes: badLifetime},
		{name: "expires_in with a fraction", fault: raw("expires_in", "3599.5"), outcomes: fine},
		{name: "expires_in an object", fault: raw("expires_in", "{}"), outcomes: badLifetime},
		{name: "expires_in null", fault: raw("expires_in", "null"), outcomes: fine},
		{name: "expires_in missing", fault: without("expires_in"), outcomes: fine},

		{name: "token_type in lower case", fault: field("token_type", "bearer"), outcomes: fine},
		{name: "token_type MAC", fault: field("token_type", "mac"), outcomes: badType},
		{name: "token_type a number", fault: field("token_type", 7), outcomes: notJSON},
		{name: "token_type missing", fault: without("token_type"), outcomes: badType},

		{
			name:     "scope missing",
			fault:    erpnettest.Together(without("scope"), withoutClaim("scope")),
			outcomes: unscoped,
		},
		{name: "scope missing in the response", fault: without("scope"), outcomes: fine},
		{name: "scope missing in the token", fault: withoutClaim("scope"), outcomes: unscoped},
		{name: "scope a list", fault: field("scope", []string{"read", "update"}), outcomes: fine},
		{name: "scope a number", fault: field("scope", 1), outcomes: notJSON},
		{
			name:     "another scope granted",
			fault:    erpnettest.GrantedScopes("update"),
			outcomes: everyUse(identity.MissingScopes).but(outcomes{api: passes}),
		},
		{name: "no scope granted", fault: erpnettest.GrantedScopes(), outcomes: unscoped},
		{name: "too many scopes", fault: claim("scope", excess), outcomes: everyUse(erpnet.Excessive)},

		{name: "token missing", fault: without("access_token"), outcomes: noToken},
		{name: "token null", fault: raw("access_token", "null"), outcomes: noToken},
		{name: "token empty", fault: field("access_token", ""), outcomes: noToken},
		{name: "token a number", fault: field("access_token", 12345), outcomes: notJSON},
		{name: "token with a line break", fault: field("access_token", "abc\ndef"), outcomes: malformed},
		{
			name:     "token with a header in it",
			fault:    field("access_token", "abc\r\nX-Injected: yes"),
			outcomes: malformed,
		},
		{name: "token with a space", fault: field("access_token", "Bearer abc"), outcomes: malformed},
		{name: "token beyond ASCII", fault: field("access_token", "tökén"), outcomes: malformed},
		{
			name:     "token a broken JWT",
			fault:    field("access_token", "eyJhbGciOiJSUzI1NiJ9.e30x.c2ln"),
			outcomes: malformed,
		},
		{name: "token half a JWT", fault: field("access_token", "eyJhbGciOiJSUzI1NiJ9.e30"), outcomes: opaque},
		{name: "token encrypted", fault: field("access_token", "eyJhbGciOiJSUzI1NiJ9.a.b.c.d"), outcomes: opaque},
		{
			name:     "token of a megabyte",
			fault:    field("access_token", strings.Repeat("a", 1000_000)),
			outcomes: malformed,
		},
		{name: "token opaque", fault: erpnettest.Opaque(), outcomes: opaque},

		{name: "another issuer", fault: erpnettest.WrongIssuer(), outcomes: everyUse(identity.ForeignIssuer)},
		{
			name:     "another audience",
			fault:    erpnettest.WrongAudience(),
			outcomes: seenBy(identity.WrongAudience, rejected),
		},
		{name: "another client", fault: erpnettest.WrongClient(), outcomes: everyUse(identity.ForeignClient)},
		{name: "expired", fault: erpnettest.Expired(), outcomes: everyUse(identity.ExpiredToken)},
		{name: "not yet valid", fault: erpnettest.NotYetValid(), outcomes: seenBy(identity.NotYetValid, rejected)},
		{name: "bad signature", fault: erpnettest.BadSignature(), outcomes: seenBy(identity.BadSignature, rejected)},
		{
			name:     "signed by a foreign key",
			fault:    erpnettest.ForeignKey(),
			outcomes: seenBy(identity.BadSignature, rejected),
		},
		{
			name:     "signed by an unknown key",
			fault:    erpnettest.UnknownKey(),
			outcomes: seenBy(identity.UnknownKey, rejected),
		},
		{name: "another key ID", fault: erpnettest.KeyID("another"), outcomes: seenBy(identity.UnknownKey, rejected)},
		{name: "no key ID", fault: erpnettest.KeyID(""), outcomes: opaque},
		{name: "type JWT", fault: erpnettest.TokenType("JWT"), outcomes: seenBy(identity.WrongJWTType, passes)},
		{name: "no type", fault: erpnettest.TokenType(""), outcomes: seenBy(identity.WrongJWTType, passes)},
		{
			name:     "algorithm none",
			fault:    erpnettest.Algorithm("none"),
			outcomes: seenBy(identity.WrongAlgorithm, rejected),
		},
		{
			name:     "algorithm HS256",
			fault:    erpnettest.Algorithm("HS256"),
			outcomes: seenBy(identity.WrongAlgorithm, rejected),
		},
		{
			name:     "algorithm PS256",
			fault:    erpnettest.Algorithm("PS256"),
			outcomes: seenBy(identity.WrongAlgorithm, rejected),
		},
		{name: "no issuer", fault: withoutClaim("iss"), outcomes: seenBy(identity.ForeignIssuer, rejected)},
		{name: "no audience", fault: withoutClaim("aud"), outcomes: seenBy(identity.WrongAudience, rejected)},
		{name: "no client", fault: withoutClaim("client_id"), outcomes: seenBy(identity.ForeignClient, passes)},
		{name: "no expiry", fault: withoutClaim("exp"), outcomes: seenBy(identity.InvalidLifetime, rejected)},
		{name: "no beginning", fault: withoutClaim("nbf", "iat"), outcomes: fine},
		{
			name:     "no claims but the issuer",
			fault:    withoutClaim("aud", "client_id", "exp", "nbf", "iat", "jti", "scope", "client_db", "client_system_user"),
			outcomes: seenBy(identity.WrongAudience, rejected),
		},
		{name: "expiry in words", fault: claim("exp", "tomorrow"), outcomes: malformed},
		{name: "expiry out of range", fault: claim("exp", 1e300), outcomes: opaque},
		{name: "expiry negative", fault: claim("exp", -1), outcomes: everyUse(identity.ExpiredToken)},
		{name: "issuer a number", fault: claim("iss", 5), outcomes: malformed},
		{name: "issuer in capitals too", fault: claim("ISS", "https://other.my.erp.net/id"), outcomes: fine},
		{name: "audience a text", fault: claim("aud", "DomainApi"), outcomes: fine},
		{name: "audience an object", fault: claim("aud", map[string]any{"a": 1}), outcomes: malformed},
		{name: "informative claims of other types", fault: claim("client_db", []int{1}), outcomes: fine},
	}
}

// documentRows returns faults in the content of the other documents.
func documentRows() []faultRow {
	field, raw, without := erpnettest.Field, erpnettest.RawField, erpnettest.WithoutField
	uncounted := func(rows string) erpnettest.Fault {
		return erpnettest.Together(raw("value", rows), without("@odata.count"))
	}
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
		{name: "issuer missing", fault: without("issuer"), outcomes: described(erpnet.NotJSON)},
		{name: "issuer a number", fault: field("issuer", 5), outcomes: described(erpnet.NotJSON)},
		{
			name:     "scopes_supported a text",
			fault:    field("scopes_supported", "read"),
			outcomes: described(passes),
		},
		{
			name:     "scopes_supported without end",
			fault:    field("scopes_supported", excess),
			outcomes: described(erpnet.Excessive),
		},
		{name: "grant_types_supported missing", fault: without("grant_types_supported"), outcomes: described(passes)},
		{
			name:     "token_endpoint elsewhere",
			fault:    field("token_endpoint", "https://elsewhere.example/token"),
			outcomes: described(passes),
		},
		{name: "keys null", fault: raw("keys", "null"), outcomes: keys(identity.NoKeys)},
		{name: "keys no list", fault: field("keys", "none"), outcomes: keys(identity.NoKeys)},
		{name: "keys of other kinds", fault: raw("keys", oddKeys), outcomes: keys(identity.NoKeys)},
		{name: "rows missing", fault: without("value"), outcomes: rows(domainapi.NotDomainAPI)},
		{name: "rows null", fault: raw("value", "null"), outcomes: rows(domainapi.NotDomainAPI)},
		{name: "rows no list", fault: field("value", "none"), outcomes: rows(domainapi.NotDomainAPI)},
		{name: "rows of numbers", fault: raw("value", "[1,2]"), outcomes: rows(domainapi.NotDomainAPI)},
		{name: "rows with null", fault: uncounted("[null,{}]"), outcomes: rows(passes)},
		{name: "rows nested too deeply", fault: raw("value", deep), outcomes: rows(erpnet.Excessive)},
		{
			name:     "rows of too many values",
			fault:    raw("value", `[{"N":[`+strings.Repeat("1,", erpnet.MaxElements)+`1]}]`),
			outcomes: rows(erpnet.Excessive),
		},
		{
			name:     "number out of range",
			fault:    uncounted("[" + strings.Repeat(`{"N":1e999999999999},`, 14) + `{"N":1}]`),
			outcomes: rows(passes),
		},
		{name: "count in words", fault: field("@odata.count", "many"), outcomes: rows(passes)},
		{
			name:     "next page elsewhere",
			fault:    field("@odata.nextLink", "https://elsewhere.example/next"),
			outcomes: rows(domainapi.ForeignLink),
		},
		{name: "next page no URL", fault: field("@odata.nextLink", "://%zz"), outcomes: rows(domainapi.ForeignLink)},
		{name: "next page the same", fault: field("@odata.nextLink", "?"), outcomes: rows(domainapi.NoFurtherRows)},
		{name: "sites null", fault: raw("WebSites", "null"), outcomes: sites},
		{name: "sites no list", fault: field("WebSites", 7), outcomes: sites},
		{name: "sites of other kinds", fault: raw("WebSites", oddSites), outcomes: sites},
		{
			name:     "sites without end",
			fault:    raw("WebSites", "["+strings.Repeat("{},", erpnet.MaxWebSites)+"{}]"),
			outcomes: sites,
		},
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
	html := strings.NewReplacer(`"`, "&#x22;", "<", "&#x3C;", ">", "&#x3E;", "&", "&#x26;", "+", "&#x2B;")
	forms["HTML in hexadecimal"] = html.Replace(secret)
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
	echo(
		"a web page",
		erpnettest.Response(200, "text/html", page),
		at(erpnet.NotJSON, domainapi.NotDomainAPI),
	)
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
