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

// caller is who makes a request of the Domain API.
type caller struct {
	token    string
	clientID string // of the application that got the token
	scopes   []string
}

func (c caller) has(scope string) bool { return slices.Contains(c.scopes, scope) }

// authorize finds out who makes the request, or returns the answer that refuses
// it. A signed token is checked as protocol 2.4 and 3.3 say: signature, issuer,
// audience, lifetime, scope; a reference token is looked up.
func (s *Server) authorize(x *exchange) (caller, *answer) {
	who, genuine := s.credentials(x)
	if !genuine {
		a := emptyAnswer(http.StatusUnauthorized) // the body is unknown; assumed empty (protocol 13)
		a.header.Set("WWW-Authenticate", "Bearer")
		a.reason = "The token is expired, revoked or not one of this instance."
		if who.token == "" {
			a.reason = "The request carries no token, or more than one."
		}
		return caller{clientID: who.clientID}, &a
	}
	if !who.has("read") && !who.has("update") {
		a := emptyAnswer(http.StatusForbidden) // likewise
		a.reason = "The token has neither the scope read nor update."
		return caller{clientID: who.clientID}, &a
	}
	return who, nil
}

// credentials takes a token from the one header that may carry it: never from
// the query. Two at once are not a request that is documented to work
// (protocol 8), so this one refuses it.
func (s *Server) credentials(x *exchange) (who caller, genuine bool) {
	header := x.request.Header
	bearer, keys := header.Values("Authorization"), slices.Concat(header.Values("X-Api-Key"), header.Values("Api-Key"))
	if len(bearer)+len(keys) != 1 {
		return caller{}, false
	}
	var token string
	if len(keys) == 1 {
		token = keys[0]
	} else {
		scheme, rest, found := strings.Cut(bearer[0], " ")
		if !found || !strings.EqualFold(scheme, "Bearer") {
			return caller{}, false
		}
		token = strings.TrimSpace(rest)
	}
	if isReferenceToken(token) {
		if slices.Contains(x.settings.UnknownAttributes, "ReferenceTokens") {
			return caller{token: token}, false
		}
		return s.registry.referenceTokenCaller(token, x.request.Time)
	}
	claims, genuine := s.verify(token)
	clientID, _ := claims.ClientID.(string)
	return caller{token, clientID, claims.Scope}, genuine && len(keys) == 0 && s.isForDomainAPI(claims, x.request.Time)
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
