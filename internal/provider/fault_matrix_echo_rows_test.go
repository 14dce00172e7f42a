// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"maps"
	"slices"

	"github.com/erpnet/terraform-provider-erpnet/internal/acceptance/leak"
	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

// echoRows are answers that hold the client secret, in each form in which a
// server may write down what it was sent.
func echoRows() []faultRow {
	const foreign = "Identity Service of Another Name"
	var rows []faultRow
	forms := leak.Forms(matrixSecret)
	for _, form := range []string{"hexadecimal", "base64url", "path-encoded"} { // no server writes down a form field so
		delete(forms, form)
	}
	for _, form := range slices.Sorted(maps.Keys(forms)) {
		secret := forms[form]
		echo := func(place string, fault erpnettest.Fault, outcomes cells) {
			if form != "plain" && outcomes.write != na { // the places where an endpoint does not count
				outcomes = inToken(outcomes.token, na, na)
			}
			rows = append(rows, faultRow{"secret echoed in " + place + ", " + form, fault, outcomes, patient})
		}
		url := "https://elsewhere.example/" + secret + "/"
		page := "<!DOCTYPE html><html><head><title>" + secret + "</title></head><body>client_secret=" + secret + "</body></html>"
		echo("an OAuth description", erpnettest.OAuthError(400, "invalid_client", "The client_secret "+secret+" is wrong."), at(badClient, badStatus, badStatus, apiFailed, apiFailed, apiFailed))
		echo("an OAuth error code", erpnettest.OAuthError(400, secret, ""), at(refused, badStatus, badStatus, apiFailed, apiFailed, apiFailed))
		echo("a message of the Domain API", erpnettest.DomainError(400, 1, "System.Exception: "+secret, "Not allowed: "+secret), at(refused, badStatus, badStatus, apiFailed, apiFailed, apiFailed))
		echo("the place of a redirect", erpnettest.Redirect(307, url+"?client_secret="+secret), at(redirected, redirected, redirected, notAPI, notAPI, notAPI))
		echo("a web page", erpnettest.Answer(200, "text/html", page), at(notIdentity, notIdentity, notIdentity, notAPI, notAPI, apiFailed))
		echo("a header", erpnettest.Status(500).With("X-Request", secret), at(failed, failed, failed, failed, failed, failed))

		// The instance's facts are the server's words; the check compares them.
		documents := nowhere
		documents.discovery, documents.checked = ok, foreign
		echo("the issuer", erpnettest.Field("issuer", url), documents)
		documents.checked = noKeys
		echo("jwks_uri", erpnettest.Field("jwks_uri", url), documents)
		documents.checked = ok
		echo("token_endpoint", erpnettest.Field("token_endpoint", url), documents)
		echo("scopes_supported", erpnettest.Field("scopes_supported", []string{"read", secret}), documents)
		documents = nowhere
		documents.sites = ok
		sites := []map[string]any{{"Type": "ID", "Status": "Working", "Url": url}, {"Type": secret, "Status": secret, "Url": url}}
		echo("web sites", erpnettest.Field("WebSites", sites), documents)

		scopes := []string{"read", "update", secret}
		user := func(claims map[string]any) {
			claims["client_system_user"], claims["client_db"], claims["jti"] = secret, secret, secret
		}
		echo("granted scopes", erpnettest.Together(erpnettest.Field("scope", scopes), erpnettest.Claim("scope", scopes)), inToken(ok, ok, ok))
		echo("the token's issuer", erpnettest.Claim("iss", url), inToken(foreignIssuer, foreignIssuer, foreignIssuer))
		echo("the token's client", erpnettest.Claim("client_id", secret), inToken(foreignClient, foreignClient, foreignClient))
		echo("the token's audience", erpnettest.Claim("aud", []string{"DomainApi", secret}), inToken(ok, ok, ok))
		echo("the token's user", erpnettest.Claims(user), inToken(ok, ok, ok))
		echo("the token's key", erpnettest.KeyID(secret), inToken(ok, unknownKey, apiRefused))
	}
	return rows
}
