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

// draft is an access token before it is signed, for faults to change.
type draft struct {
	algorithm jose.SignatureAlgorithm
	keyID     string
	tokenType string // the header's typ
	key       any
	claims    map[string]any
	finish    func(compact string) string // after signing; nil leaves it
}

// newToken signs what was granted and returns the compact form.
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

// claims are those of protocol 2.4; a service token has no sub.
func (s *Server) claims(x *exchange, given grant) map[string]any {
	issuer, settings := s.IdentityURL(), x.settings
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
	options := new(jose.SignerOptions).WithType(jose.ContentType(t.tokenType))
	if t.tokenType == "" {
		options = new(jose.SignerOptions)
	}
	signer, err := jose.NewSigner(jose.SigningKey{
		Algorithm: t.algorithm,
		Key:       jose.JSONWebKey{Key: t.key, KeyID: t.keyID},
	}, options)
	if err != nil {
		panic("erpnettest: token: " + err.Error())
	}
	payload, err := json.Marshal(t.claims)
	if err != nil {
		panic("erpnettest: claims: " + err.Error())
	}
	signed, err := signer.Sign(payload)
	if err != nil {
		panic("erpnettest: token: " + err.Error())
	}
	compact, err := signed.CompactSerialize()
	if err != nil {
		panic("erpnettest: token: " + err.Error())
	}
	if t.finish != nil {
		return t.finish(compact)
	}
	return compact
}

func randomBytes(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails
	return b
}
