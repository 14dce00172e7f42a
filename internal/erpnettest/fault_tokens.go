// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// The faults below are for the endpoint Token. They change the access token
// before it is signed, so its signature is valid unless the fault says
// otherwise.

func tokenFault(change func(*draft)) Fault { return Fault{tokens: []func(*draft){change}} }

// Claims lets a function change the claims of the access token.
func Claims(change func(map[string]any)) Fault {
	return tokenFault(func(t *draft) { change(t.claims) })
}

// Claim sets one claim of the access token.
func Claim(name string, value any) Fault {
	return Claims(func(claims map[string]any) { claims[name] = value })
}

// WithoutClaim removes claims from the access token.
func WithoutClaim(names ...string) Fault {
	return Claims(func(claims map[string]any) {
		for _, name := range names {
			delete(claims, name)
		}
	})
}

// WrongIssuer issues the token with another instance as the issuer.
func WrongIssuer() Fault { return Claim("iss", "https://other.my.erp.net/id") }

// WrongAudience issues the token for another API.
func WrongAudience() Fault { return Claim("aud", []string{"TableAPI"}) }

// WrongClient issues the token to another trusted application.
func WrongClient() Fault { return Claim("client_id", "another.trusted.app/service") }

// Expired issues a token that expired an hour ago. The expires_in of the
// response still promises the full lifetime.
func Expired() Fault { return shifted(-2*time.Hour, -time.Hour) }

// NotYetValid issues a token that becomes valid in an hour.
func NotYetValid() Fault { return shifted(time.Hour, 2*time.Hour) }

func shifted(begin, end time.Duration) Fault {
	return Claims(func(claims map[string]any) {
		issued, _ := claims["nbf"].(int64)
		claims["nbf"] = issued + int64(begin.Seconds())
		claims["exp"] = issued + int64(end.Seconds())
		if _, has := claims["iat"]; has {
			claims["iat"] = claims["nbf"]
		}
	})
}

// Lifetime issues a token that is valid for d, according to both its claims and
// the expires_in of the response.
func Lifetime(d time.Duration) Fault {
	seconds := int64(d.Seconds())
	return Together(Field("expires_in", seconds), Claims(func(claims map[string]any) {
		issued, _ := claims["nbf"].(int64)
		claims["exp"] = issued + seconds
	}))
}

// ExtremeDates issues a token that is valid from the first to the last second
// that .NET can represent: years 1 to 9999.
func ExtremeDates() Fault {
	return Claims(func(claims map[string]any) {
		claims["nbf"], claims["exp"] = int64(-62135596800), int64(253402300799)
		if _, has := claims["iat"]; has {
			claims["iat"] = claims["nbf"]
		}
	})
}

// DuplicateClaim appends a claim to the payload, even if it has one with that
// name already.
func DuplicateClaim(name string, value any) Fault {
	return tokenFault(func(t *draft) {
		t.payload = func(claims []byte) []byte {
			added := must(json.Marshal(map[string]any{name: value}))
			return slices.Concat(bytes.TrimSuffix(claims, []byte("}")), []byte(","), added[1:])
		}
	})
}

// GrantedScopes grants these scopes, whatever the request asks for, both in the
// token and in the response.
func GrantedScopes(scopes ...string) Fault {
	if scopes == nil {
		scopes = []string{} // an empty array, not null
	}
	return Together(Claim("scope", scopes), Field("scope", strings.Join(scopes, " ")))
}

// BadSignature corrupts the signature.
func BadSignature() Fault {
	return tokenFault(func(t *draft) {
		t.finish = func(compact string) string {
			dot := strings.LastIndexByte(compact, '.')
			signature := must(base64.RawURLEncoding.DecodeString(compact[dot+1:]))
			signature[0] ^= 0xff
			return compact[:dot+1] + base64.RawURLEncoding.EncodeToString(signature)
		}
	})
}

// ForeignKey signs with someone else's key, but names the instance's own key.
func ForeignKey() Fault {
	return tokenFault(func(t *draft) { t.key = strangerKey().private })
}

// UnknownKey signs with a key that isn't in the JWKS.
func UnknownKey() Fault {
	return tokenFault(func(t *draft) { t.key, t.keyID = strangerKey().private, strangerKey().id })
}

// KeyID replaces the kid in the header. An empty kid removes it.
func KeyID(kid string) Fault { return tokenFault(func(t *draft) { t.keyID = kid }) }

// TokenType replaces the typ in the header. An empty typ removes it.
func TokenType(typ string) Fault { return tokenFault(func(t *draft) { t.tokenType = typ }) }

// Algorithm signs with another JOSE algorithm. "none" leaves the signature
// empty. "HS256" uses the public key, in PEM, as the secret: the classic attack
// on a verifier that trusts the header. Any other algorithm must fit an RSA
// key.
func Algorithm(algorithm string) Fault {
	return tokenFault(func(t *draft) {
		switch algorithm {
		case "none":
			t.finish = unsigned
		case "HS256":
			t.algorithm, t.key = jose.HS256, publicPEM(t.key)
		default:
			t.algorithm = jose.SignatureAlgorithm(algorithm)
		}
	})
}

// Opaque sends a reference token instead of a JWT: "enrt_" and 64 hexadecimal
// digits (protocol 8).
func Opaque() Fault {
	return Fault{}.edit(func(_ *exchange, r *response) {
		if _, issued := r.document["access_token"]; issued {
			r.document["access_token"] = "enrt_" + hex.EncodeToString(randomBytes(32))
		}
	})
}

func unsigned(compact string) string {
	parts := strings.Split(compact, ".")
	header := map[string]any{}
	_ = json.Unmarshal(must(base64.RawURLEncoding.DecodeString(parts[0])), &header)
	header["alg"] = "none"
	return base64.RawURLEncoding.EncodeToString(must(json.Marshal(header))) + "." + parts[1] + "."
}

func publicPEM(private any) []byte {
	key, ok := private.(crypto.Signer)
	if !ok {
		panic("erpnettest: no public key to misuse")
	}
	der := must(x509.MarshalPKIXPublicKey(key.Public()))
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
}
