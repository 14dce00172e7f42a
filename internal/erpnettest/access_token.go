// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"strings"

	"github.com/go-jose/go-jose/v4"
)

// draft is an access token that isn't signed yet, so faults can change it.
type draft struct {
	algorithm jose.SignatureAlgorithm
	keyID     string
	tokenType string // the typ of the header
	key       any
	claims    map[string]any
	payload   func(claims []byte) []byte  // rewrites the JSON of the claims; nil changes nothing
	finish    func(compact string) string // rewrites the signed token; nil changes nothing
}

// newToken signs a token for the grant and returns it in compact form.
func (s *Server) newToken(x *exchange, given grant) string {
	key := s.keys.signing()
	token := draft{
		algorithm: jose.RS256,
		keyID:     key.id,
		tokenType: "at+jwt",
		key:       key.private,
		claims:    s.claims(x, given),
	}
	for _, change := range x.fault.tokens {
		change(&token)
	}
	return token.sign()
}

// claims returns the claims of protocol 2.4. A service token has no sub.
func (s *Server) claims(x *exchange, given grant) map[string]any {
	issuer, settings := s.issuer(x.settings), x.settings
	issued := x.request.Time.Unix()
	claims := map[string]any{
		"iss":                issuer,
		"nbf":                issued,
		"exp":                issued + int64(settings.TokenLifetime.Seconds()),
		"client_id":          given.clientID,
		"client_system_user": given.user.Login,
		"client_db":          settings.Database,
		"scope":              given.scopes,
	}
	if settings.ClaimShape == Legacy {
		claims["aud"] = "DomainApi"
		claims["jti"] = base64.RawURLEncoding.EncodeToString(randomBytes(16))
		return claims
	}
	claims["aud"] = []string{"DomainAPI", "TableAPI", "OLAP", "AppServer", issuer + "/resources"}
	claims["iat"] = issued
	claims["jti"] = strings.ToUpper(hex.EncodeToString(randomBytes(16)))
	claims["client_system_user_type"] = given.user.UserType
	if given.user.Id != "" {
		claims["client_system_user_id"] = given.user.Id
	}
	return claims
}

func (t draft) sign() string {
	options := new(jose.SignerOptions)
	if t.tokenType != "" {
		options.WithType(jose.ContentType(t.tokenType))
	}
	key := jose.SigningKey{Algorithm: t.algorithm, Key: jose.JSONWebKey{Key: t.key, KeyID: t.keyID}}
	signer := must(jose.NewSigner(key, options))
	payload := must(json.Marshal(t.claims))
	if t.payload != nil {
		payload = t.payload(payload)
	}
	signed := must(signer.Sign(payload))
	compact := must(signed.CompactSerialize())
	if t.finish != nil {
		return t.finish(compact)
	}
	return compact
}

// must panics on an error that only a mistake in a test can cause.
func must[T any](value T, err error) T {
	if err != nil {
		panic("erpnettest: " + err.Error())
	}
	return value
}

func randomBytes(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails
	return b
}
