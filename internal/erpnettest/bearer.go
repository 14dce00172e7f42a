// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// authorize checks the bearer token as protocol 2.4 and 3.3 say: signature,
// issuer, audience, lifetime, scope. It returns nil when the request may go on.
func (s *Server) authorize(x *exchange) *answer {
	token, isBearer := bearerToken(x.request.Header)
	claims, genuine := s.verify(token)
	if !isBearer || !genuine || !s.isForDomainAPI(claims, x.request.Time) {
		a := emptyAnswer(http.StatusUnauthorized) // the body is unknown; assumed empty (protocol 13)
		a.header.Set("WWW-Authenticate", "Bearer")
		return &a
	}
	if !slices.Contains(claims.Scope, "read") && !slices.Contains(claims.Scope, "update") {
		a := emptyAnswer(http.StatusForbidden) // likewise
		return &a
	}
	return nil
}

// bearerToken takes the token from the Authorization header only.
func bearerToken(header http.Header) (string, bool) {
	scheme, token, found := strings.Cut(header.Get("Authorization"), " ")
	return strings.TrimSpace(token), found && strings.EqualFold(scheme, "Bearer")
}

type apiClaims struct {
	Issuer    string      `json:"iss"`
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
func (s *Server) verify(token string) (apiClaims, bool) {
	parsed, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil || len(parsed.Signatures) != 1 {
		return apiClaims{}, false
	}
	key, found := s.keys.find(parsed.Signatures[0].Protected.KeyID)
	if !found {
		return apiClaims{}, false
	}
	payload, err := parsed.Verify(key.private.Public())
	if err != nil {
		return apiClaims{}, false
	}
	var claims apiClaims
	err = json.Unmarshal(payload, &claims)
	return claims, err == nil
}

// isForDomainAPI allows no clock skew: the tolerance of the real API is unknown,
// and the exact limit is the one that tests can reach with SetClock.
func (s *Server) isForDomainAPI(claims apiClaims, now time.Time) bool {
	expires, err := claims.Expires.Float64()
	if err != nil || now.Unix() >= int64(expires) {
		return false
	}
	if notBefore, err := claims.NotBefore.Float64(); err == nil && now.Unix() < int64(notBefore) {
		return false
	}
	rightAudience := slices.Contains(claims.Audience, "DomainAPI") || slices.Contains(claims.Audience, "DomainApi")
	return rightAudience && claims.Issuer == s.IdentityURL()
}
