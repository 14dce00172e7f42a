// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package identity

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
)

// TokenRequest holds the instance, the credentials, and the scope of a request for a token.
type TokenRequest struct {
	Instance    erpnet.Instance
	Credentials Credentials
	Scope       string // space-delimited, see JoinScopes; empty for all of the application's scopes
}

// form returns the body of the request (RFC 6749 section 4.4.2, with the client credentials of section 2.3.1 in the
// body; protocol section 2.1).
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

// fail returns the error for a response that is refused.
func (r TokenRequest) fail(kind erpnet.Kind, happened string) *erpnet.Error {
	return &erpnet.Error{
		Kind: kind, URL: r.Instance.TokenEndpoint(), ClientID: r.Credentials.ClientID, Happened: happened,
	}
}

// RequestToken requests a new access token with the client credentials grant and checks the response: status, form,
// token type, lifetime, issuer, client, and scopes. The error is an [*erpnet.Error]. If the token is refused because of
// its content, it is returned together with the error.
func (s *Service) RequestToken(ctx context.Context, r TokenRequest) (*Token, error) {
	return s.requestToken(ctx, r, false)
}

// requestToken is RequestToken. If askAgain is set, it sends the request even if the host was unreachable a moment ago.
func (s *Service) requestToken(ctx context.Context, r TokenRequest, askAgain bool) (*Token, error) {
	s.Client.Protect(r.Credentials.Secret)
	// Issuing a token changes nothing (protocol section 5.2).
	policy := erpnet.Policy{Retry: erpnet.RetryRead, AskAgain: askAgain}
	response, failed := s.Client.Send(ctx, erpnet.Request{
		Method: http.MethodPost,
		URL:    r.Instance.TokenEndpoint(),
		Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}},
		Body:   r.form(),
	}, policy)
	if failed != nil {
		failed.ClientID = r.Credentials.ClientID
		return nil, failed
	}
	grant, failed := readGrant(s.Client, r, response)
	if failed != nil {
		failed.IdentityURL = s.publishedIdentityURL(ctx, r.Instance, failed.Kind)
		return nil, failed
	}
	token, failed := grant.token(s.Client, r, response)
	if failed != nil {
		return token, failed
	}
	return token, nil
}

// token builds the Token of a grant and compares it with the request.
func (g *grant) token(client *erpnet.Client, r TokenRequest, response *erpnet.Response) (*Token, *erpnet.Error) {
	claims, err := DecodeClaims(g.accessToken)
	// What looks like a JWT must be one, because otherwise its issuer could not be compared.
	if err != nil && !errors.Is(err, ErrTooManyScopes) && strings.HasPrefix(g.accessToken, "eyJ") &&
		strings.Count(g.accessToken, ".") == 2 {
		happened := "was answered with a JWT whose header or claims cannot be read"
		if !errors.Is(err, ErrNotJWT) {
			happened = "was answered with an access_token that cannot be read: " + err.Error()
		}
		return nil, r.fail(MalformedToken, happened)
	}
	granted := g.granted(r, claims)
	if errors.Is(err, ErrTooManyScopes) || len(granted) > erpnet.MaxScopes {
		return nil, r.fail(
			erpnet.Excessive,
			fmt.Sprintf("was answered with a token of more than %d scopes", erpnet.MaxScopes),
		)
	}
	token := &Token{
		AccessToken: erpnet.NewSecret(g.accessToken),
		TokenType:   bearer,
		ExpiresIn:   g.expiresIn,
		Claims:      claims,
		granted:     granted,
	}
	token.GrantedScopes = client.Names(token.granted)
	token.setLifetime(response)
	return token, contradiction(client, r, token)
}

// publishedIdentityURL returns the identity service URL that an instance publishes, if the requested URL does not seem
// to be an identity service. It returns "" if the instance publishes no other URL.
func (s *Service) publishedIdentityURL(ctx context.Context, i erpnet.Instance, kind erpnet.Kind) string {
	switch kind {
	case erpnet.NotFound, erpnet.NotJSON, erpnet.Redirected, erpnet.EmptyResponse, erpnet.UnexpectedStatus:
	default:
		return ""
	}
	found, err := s.Client.AutoDiscover(ctx, i)
	if err != nil {
		return ""
	}
	if url := found.IdentityURL(); url != "" && !erpnet.SameSite(url, i.IdentityURL) {
		return s.Client.Message(url)
	}
	return ""
}
