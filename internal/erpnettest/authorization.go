// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

import (
	"cmp"
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"github.com/go-jose/go-jose/v4"
)

// caller is who makes a request of the Domain API.
type caller struct {
	token    string
	clientID string // of the application that got the token
	scopes   []string
}

func (c caller) has(scope string) bool { return slices.Contains(c.scopes, scope) }

// authorize finds out who makes the request, or returns the response that
// refuses it. A signed token is checked as protocol 2.4 and 3.3 say: signature,
// issuer, audience, lifetime, scope; a reference token is looked up. That both
// refusals have no body is an assumption (protocol 13).
func (s *Server) authorize(x *exchange) (caller, *response) {
	who, valid := s.credentials(x)
	var refusal response
	switch {
	case !valid && who.token == "":
		refusal = unauthorized("The request carries no token, or more than one.")
	case !valid:
		refusal = unauthorized("The token is expired, revoked or not one of this instance.")
	case !who.has("read") && !who.has("update"):
		refusal = emptyResponse(http.StatusForbidden).because("The token has neither the scope read nor update.")
	default:
		return who, nil
	}
	return caller{clientID: who.clientID}, &refusal
}

func unauthorized(reason string) response {
	return emptyResponse(http.StatusUnauthorized).with("WWW-Authenticate", "Bearer").because(reason)
}

// credentials takes a token from the one header that may carry it: never from
// the query. Two at once are not a request that is documented to work
// (protocol 8), so this one refuses it.
func (s *Server) credentials(x *exchange) (who caller, valid bool) {
	header := x.request.Header
	bearer, keys := header.Values("Authorization"), slices.Concat(header.Values("X-Api-Key"), header.Values("Api-Key"))
	if len(bearer)+len(keys) != 1 {
		return caller{}, false
	}
	token, isKey := "", len(keys) == 1
	if isKey {
		token = keys[0]
	} else if scheme, rest, _ := strings.Cut(bearer[0], " "); strings.EqualFold(scheme, "Bearer") {
		token = strings.TrimSpace(rest)
	}
	if strings.HasPrefix(token, referenceTokenPrefix) {
		if slices.Contains(x.settings.UnknownAttributes, "ReferenceTokens") {
			return caller{token: token}, false
		}
		return s.registry.referenceTokenCaller(token, x.request.Time)
	}
	claims, valid := s.verify(token)
	clientID, _ := claims.ClientID.(string)
	return caller{token, clientID, claims.Scope}, valid && !isKey && s.isForDomainAPI(x, claims)
}

// clientIDOf is the application that a request names, proven or not: in the form
// of a token request, or in its token.
func (s *Server) clientIDOf(r Request) string {
	if r.Endpoint == Token {
		return r.Form().Get("client_id")
	}
	_, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	token = strings.TrimSpace(cmp.Or(token, r.Header.Get("X-Api-Key"), r.Header.Get("Api-Key")))
	if strings.HasPrefix(token, referenceTokenPrefix) {
		who, _ := s.registry.referenceTokenCaller(token, r.Time)
		return who.clientID
	}
	parsed, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		return ""
	}
	var claims apiClaims
	_ = json.Unmarshal(parsed.UnsafePayloadWithoutVerification(), &claims)
	clientID, _ := claims.ClientID.(string)
	return clientID
}

type apiClaims struct {
	Issuer    string      `json:"iss"`
	ClientID  any         `json:"client_id"` // only to be shown, so no type is wrong
	Audience  oneOrMany   `json:"aud"`
	Scope     oneOrMany   `json:"scope"`
	NotBefore json.Number `json:"nbf"`
	Expires   json.Number `json:"exp"`
}

// oneOrMany is a claim that is a string or an array of strings.
type oneOrMany []string

func (o *oneOrMany) UnmarshalJSON(data []byte) error {
	var one string
	if json.Unmarshal(data, &one) == nil {
		*o = oneOrMany{one}
		return nil
	}
	return json.Unmarshal(data, (*[]string)(o))
}

// verify checks the signature against the published keys: the API keeps no list
// of tokens, so a disabled application's token works until it expires
// (protocol 7).
func (s *Server) verify(token string) (claims apiClaims, valid bool) {
	parsed, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		return apiClaims{}, false
	}
	payload, err := parsed.Verify(jose.JSONWebKeySet{Keys: s.publicKeys()})
	if err != nil {
		return apiClaims{}, false
	}
	err = json.Unmarshal(payload, &claims)
	return claims, err == nil
}

// isForDomainAPI allows no clock skew: the tolerance of the real API is unknown,
// and the exact limit is the one that tests can reach with SetClock.
func (s *Server) isForDomainAPI(x *exchange, claims apiClaims) bool {
	now := x.request.Time
	expires, err := claims.Expires.Float64()
	if err != nil || now.Unix() >= int64(expires) {
		return false
	}
	if notBefore, err := claims.NotBefore.Float64(); err == nil && now.Unix() < int64(notBefore) {
		return false
	}
	rightAudience := slices.Contains(claims.Audience, "DomainAPI") || slices.Contains(claims.Audience, "DomainApi")
	return rightAudience && claims.Issuer == s.issuer(x.settings)
}
