// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnet

import (
	"context"
	"net/url"
	"strings"
	"time"
)

// Token is an access token that an instance issued and that passed every check
// against what was asked.
type Token struct {
	AccessToken   Secret
	TokenType     string    // always "Bearer", whatever letter case the server wrote
	ExpiresIn     int64     // seconds it lived when it was issued; 0 when the server did not say
	ExpiresAt     time.Time // UTC; zero when neither the server nor the token says
	GrantedScopes []string  // sorted, unique
	Claims        *Claims   // nil for an opaque token

	renewAt time.Time // when a cache asks for a new one
}

// TokenRequest says who asks which instance for what.
type TokenRequest struct {
	Instance    Instance
	Credentials Credentials
	Scope       string // space-delimited, see JoinScopes; empty for all of the application's scopes
}

// form is the body of the request (RFC 6749 section 4.4.2, with the client
// credentials of section 2.3.1 in the body; protocol section 2.1).
func (r TokenRequest) form() string {
	form := url.Values{
		"grant_type":    {"client_credentials"},
		"client_id":     {r.Credentials.ClientID},
		"client_secret": {r.Credentials.Secret.Reveal()},
	}
	if r.Scope != "" {
		form.Set("scope", r.Scope)
	}
	return form.Encode()
}

// fail is the error of a refused answer.
func (r TokenRequest) fail(kind Kind, happened string) *Error {
	return &Error{Kind: kind, URL: r.Instance.TokenEndpoint(), ClientID: r.Credentials.ClientID, Happened: happened}
}

// RequestToken requests a new access token by the client-credentials grant and
// checks the answer: status, form, token type, lifetime, issuer, client and
// scopes. The error is an [*Error] of any [Kind].
func (c *Client) RequestToken(ctx context.Context, r TokenRequest) (*Token, error) {
	answer, err := c.postForm(ctx, r.Instance.TokenEndpoint(), r.form())
	if err != nil {
		if failed, ok := err.(*Error); ok { //nolint:errorlint // made by postForm itself, never wrapped
			failed.ClientID = r.Credentials.ClientID
		}
		return nil, err
	}
	grant, err := readGrant(r, answer)
	if err != nil {
		return nil, err
	}
	return grant.token(r, answer)
}

// token makes the Token of a grant, if it is what was asked for.
func (g *grant) token(r TokenRequest, answer *answer) (*Token, error) {
	claims, err := g.claims(r)
	if err != nil {
		return nil, err
	}
	if err := checkClaims(r, claims, answer); err != nil {
		return nil, err
	}
	scopes, err := g.scopes(r, claims)
	if err != nil {
		return nil, err
	}
	token := &Token{
		AccessToken:   NewSecret(g.AccessToken),
		TokenType:     bearer,
		ExpiresIn:     g.expiresIn,
		GrantedScopes: scopes,
		Claims:        claims,
	}
	token.setLifetime(answer.at)
	return token, nil
}

// claims reads the token's claims, nil for an opaque token. What looks like a
// JWT must be one, or its issuer could not be compared.
func (g *grant) claims(r TokenRequest) (*Claims, error) {
	claims, err := DecodeClaims(g.AccessToken)
	if err == nil {
		return claims, nil
	}
	if strings.HasPrefix(g.AccessToken, "eyJ") && strings.Count(g.AccessToken, ".") == 2 {
		return nil, r.fail(MalformedToken, "was answered with a JWT whose header or claims cannot be read")
	}
	return nil, nil //nolint:nilnil // an opaque token has no claims
}

// scopes returns what is granted and refuses less than what was asked.
//
// The answer's "scope" and the token's claim say the same twice; the documents
// show answers where they differ (protocol section 2.3). A scope counts only if
// no one of the two leaves it out. An answer that says nothing grants what was
// asked (RFC 6749 section 5.1).
func (g *grant) scopes(r TokenRequest, claims *Claims) ([]string, error) {
	wanted := strings.Fields(r.Scope)
	granted := splitScopes(g.Scope)
	switch inToken := claims.scopesOrNil(); {
	case len(granted) == 0 && len(inToken) > 0:
		granted = inToken
	case len(granted) == 0:
		granted = wanted
	case len(inToken) > 0:
		granted = commonScopes(granted, inToken)
	}
	if missing := missingScopes(wanted, granted); len(missing) > 0 {
		e := r.fail(MissingScopes, "was answered with a token that lacks "+quotedList(missing))
		e.Hint = "Granted: " + quotedList(cleanAll(granted, r.Credentials.Secret, g.AccessToken)) + "."
		return nil, e
	}
	return granted, nil
}

// setLifetime fills ExpiresIn, ExpiresAt and renewAt for a token that came at
// the given moment.
func (t *Token) setLifetime(at time.Time) {
	lifetime := time.Duration(t.ExpiresIn) * time.Second
	if t.Claims != nil {
		t.ExpiresAt = t.Claims.ExpiresAt
		// The token's own span needs no comparison of two clocks.
		if span := t.Claims.lifetime(at); span > 0 && (lifetime == 0 || span < lifetime) {
			lifetime = span
		}
	}
	if t.ExpiresIn == 0 {
		t.ExpiresIn = int64(lifetime.Round(time.Second) / time.Second)
	}
	if t.ExpiresAt.IsZero() && t.ExpiresIn > 0 {
		t.ExpiresAt = at.Add(lifetime).UTC().Truncate(time.Second)
	}
	if lifetime == 0 {
		lifetime = documentedLifetime
	}
	t.renewAt = at.Add(lifetime - min(renewBefore, lifetime/2))
}

const (
	bearer = "Bearer"

	// renewBefore is how long before its end a token is renewed, or half of its
	// lifetime if that is shorter.
	renewBefore = 5 * time.Minute

	// documentedLifetime is assumed for the renewal, and for nothing else, where
	// neither answer nor token names a lifetime (protocol section 2.2).
	documentedLifetime = time.Hour
)
