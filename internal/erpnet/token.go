// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnet

import (
	"context"
	"net/url"
	"slices"
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

	obtained time.Time     // when the answer came, by this machine's clock
	ahead    time.Duration // how far this machine's clock is ahead of the server's, by its Date
	renewAt  time.Time     // when a cache asks for a new one
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
// scopes. The error is an [*Error].
func (c *Client) RequestToken(ctx context.Context, r TokenRequest) (*Token, error) {
	answer, failed := c.postForm(ctx, r.Instance.TokenEndpoint(), r.form())
	if failed != nil {
		failed.ClientID = r.Credentials.ClientID
		return nil, failed
	}
	grant, failed := readGrant(r, answer)
	if failed != nil {
		failed.Hint = strings.TrimSpace(failed.Hint + "\n" + redact(c.whereIdentityIs(ctx, r.Instance, failed.Kind), []string{r.Credentials.Secret.Reveal()}))
		return nil, failed
	}
	token, failed := grant.token(r, answer)
	if failed != nil {
		return nil, failed
	}
	return token, nil
}

// token makes the Token of a grant, or refuses one that is not what was asked
// for.
func (g *grant) token(r TokenRequest, answer *answer) (*Token, *Error) {
	claims, failed := g.claims(r)
	if failed != nil {
		return nil, failed
	}
	token := &Token{
		AccessToken:   NewSecret(g.AccessToken),
		TokenType:     bearer,
		ExpiresIn:     g.expiresIn,
		GrantedScopes: g.granted(r, claims),
		Claims:        claims,
	}
	token.setLifetime(answer)
	for _, check := range []func(TokenRequest, *Token) *Error{checkIssuer, checkClient, checkExpiry, checkScopes} {
		if failed := check(r, token); failed != nil {
			failed.refused = token
			return nil, failed
		}
	}
	return token, nil
}

// claims reads the token's claims, nil for an opaque token. What looks like a
// JWT must be one, or its issuer could not be compared.
func (g *grant) claims(r TokenRequest) (*Claims, *Error) {
	claims, err := DecodeClaims(g.AccessToken)
	if err == nil {
		claims.conceal(r.Credentials.Secret.Reveal())
		return claims, nil
	}
	if strings.HasPrefix(g.AccessToken, "eyJ") && strings.Count(g.AccessToken, ".") == 2 {
		return nil, r.fail(MalformedToken, "was answered with a JWT whose header or claims cannot be read")
	}
	return nil, nil
}

// granted returns the scopes that the token carries.
//
// The answer's "scope" and the token's claim say the same twice; the documents
// show answers where they differ (protocol section 2.3). A scope counts only if
// no one of the two leaves it out. An answer that says nothing grants what was
// asked (RFC 6749 section 5.1).
func (g *grant) granted(r TokenRequest, claims *Claims) []string {
	answered := splitScopes(g.Scope)
	var inToken []string
	if claims != nil {
		inToken = claims.Scopes
	}
	switch {
	case len(answered) == 0 && len(inToken) == 0:
		return strings.Fields(r.Scope)
	case len(answered) == 0:
		return inToken
	case len(inToken) == 0:
		return answered
	}
	return slices.DeleteFunc(answered, func(scope string) bool { return !slices.Contains(inToken, scope) })
}

// setLifetime fills what depends on the moment at which the answer came.
func (t *Token) setLifetime(a *answer) {
	at := a.at
	t.obtained, t.ahead = at, a.ahead()
	lifetime := time.Duration(t.ExpiresIn) * time.Second
	if t.Claims != nil {
		t.ExpiresAt = t.Claims.ExpiresAt
		// The token's own span needs no comparison of two clocks, but is too long
		// for a token that was issued a while ago.
		for _, span := range []time.Duration{t.Claims.lifetime(at), t.Claims.remaining(at.Add(-t.ahead))} {
			if span > 0 && (lifetime == 0 || span < lifetime) {
				lifetime = span
			}
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
