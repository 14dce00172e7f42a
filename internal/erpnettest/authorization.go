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

// caller is the sender of a Domain API request.
type caller struct {
	token    string
	clientID string // of the application that got the token
	scopes   []string
}

func (c caller) has(scope string) bool { return slices.Contains(c.scopes, scope) }

// authorize identifies the caller, or returns the response that refuses the
// request. It checks a signed token as protocol 2.4 and 3.3 describe:
// signature, issuer, audience, lifetime and scope. It looks up a reference
// token. Assumption: neither refusal has a body (protocol 13).
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

// credentials reads the token from a header, never from the query. No page
// documents a request with two tokens (protocol 8), so this instance refuses
// it.
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

// clientIDOf returns the application that a request names, without checking the
// claim: the client_id of a token request, or the one in the token.
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
	ClientID  any         `json:"client_id"` // only shown, so any type will do
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

// verify checks the signature against the published keys. The API keeps no list
// of tokens, so the token of a disabled application works until it expires
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

// isForDomainAPI allows no clock skew. The tolerance of the real API is
// unknown, and an exact limit is one that tests can reach with SetClock.
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
