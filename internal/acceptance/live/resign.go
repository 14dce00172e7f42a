// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"strings"

	"github.com/go-jose/go-jose/v4"
)

// signer signs the tokens of a transcript by keys that it throws away. A key is published as long as the real one was,
// and a token whose signature was wrong keeps a wrong one.
type signer struct {
	published map[string]jose.JSONWebKey // the real keys, by ID
	keys      map[string]crypto.Signer   // what stands for them, by ID
	stranger  *rsa.PrivateKey
}

const keyBits = 2048

// newSigner collects the keys that the exchanges publish.
func newSigner(exchanges []*exchange) (signer, error) {
	s := signer{published: map[string]jose.JSONWebKey{}, keys: map[string]crypto.Signer{}}
	var err error
	if s.stranger, err = rsa.GenerateKey(rand.Reader, keyBits); err != nil {
		return s, err
	}
	for _, one := range exchanges {
		var set jose.JSONWebKeySet
		if json.Unmarshal([]byte(one.ResponseBody), &set) != nil {
			continue
		}
		for _, key := range set.Keys {
			if s.keys[key.KeyID] != nil {
				continue
			}
			s.published[key.KeyID] = key
			if curve, elliptic := key.Key.(*ecdsa.PublicKey); elliptic {
				s.keys[key.KeyID], err = newEllipticKey(curve)
			} else {
				s.keys[key.KeyID], err = rsa.GenerateKey(rand.Reader, keyBits)
			}
			if err != nil {
				return s, err
			}
		}
	}
	return s, nil
}

func newEllipticKey(like *ecdsa.PublicKey) (*ecdsa.PrivateKey, error) {
	if like.Curve == nil {
		return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	}
	return ecdsa.GenerateKey(like.Curve, rand.Reader)
}

// publicKeys are what a key set publishes instead.
func (s signer) publicKeys(a *anonymizer, keys []any) []any {
	clean := []any{}
	for _, one := range keys {
		text, err := json.Marshal(one)
		var key jose.JSONWebKey
		if err != nil || json.Unmarshal(text, &key) != nil || s.keys[key.KeyID] == nil {
			continue // one that no client can read
		}
		text, err = json.Marshal(jose.JSONWebKey{
			Key: s.keys[key.KeyID].Public(), KeyID: a.by("key", "kid "+key.KeyID), Algorithm: key.Algorithm, Use: key.Use,
		})
		var object map[string]any
		if err == nil && json.Unmarshal(text, &object) == nil {
			clean = append(clean, object)
		}
	}
	return clean
}

// resign is a token with the same claims, without what is private.
func (s signer) resign(a *anonymizer, token string) string {
	header, claims, known := decodeToken(token)
	if !known {
		return "replaced"
	}
	id, _ := header["kid"].(string)
	algorithm, _ := header["alg"].(string)
	options := (&jose.SignerOptions{}).WithHeader("kid", a.by("key", "kid "+id))
	if kind, found := header["typ"].(string); found && isProtocolWord(kind) {
		options.WithType(jose.ContentType(kind))
	}
	payload, err := json.Marshal(a.value("", claims))
	if err != nil {
		return "replaced"
	}
	var key any = s.stranger
	if s.verifies(token, id) {
		key = s.keys[id]
	} else if strings.HasPrefix(algorithm, "ES") || !isProtocolWord(algorithm) {
		algorithm = string(jose.RS256)
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.SignatureAlgorithm(algorithm), Key: key}, options)
	if err != nil {
		return "replaced"
	}
	signed, err := signer.Sign(payload)
	if err != nil {
		return "replaced"
	}
	compact, err := signed.CompactSerialize()
	if err != nil {
		return "replaced"
	}
	return compact
}

// verifies reports whether a published key has signed a token.
func (s signer) verifies(token, id string) bool {
	key, published := s.published[id]
	signed, err := jose.ParseSigned(token, []jose.SignatureAlgorithm{
		jose.RS256, jose.RS384, jose.RS512, jose.PS256, jose.PS384, jose.PS512, jose.ES256, jose.ES384,
	})
	if err != nil || !published {
		return false
	}
	_, err = signed.Verify(key.Key)
	return err == nil
}

// decodeToken reads the two readable parts of a token.
func decodeToken(token string) (header, claims map[string]any, known bool) {
	parts := strings.Split(token, ".")
	for i, into := range []*map[string]any{&header, &claims} {
		text, err := base64.RawURLEncoding.DecodeString(parts[i])
		decoder := json.NewDecoder(bytes.NewReader(text))
		decoder.UseNumber()
		if err != nil || decoder.Decode(into) != nil {
			return nil, nil, false
		}
	}
	return header, claims, true
}
