// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package identity

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
)

// MaxClientIDLength is the length, in characters, of the ApplicationUri column (protocol section 4).
const MaxClientIDLength = 254

// Credentials are a trusted application's client credentials (RFC 6749 section 2.3.1).
type Credentials struct {
	ClientID string        // the trusted application's ApplicationUri
	Secret   erpnet.Secret // the plain client secret, not its hash
}

// CheckClientID reports why a text cannot be a trusted application's ApplicationUri, which is free-form. The error is a
// clause that begins with "it" and never repeats any of the text.
func CheckClientID(id string) error {
	switch {
	case id == "":
		return errors.New("it is empty")
	case strings.TrimSpace(id) != id:
		return errors.New("it begins or ends with a space or a line break; remove it")
	case strings.ContainsFunc(id, unicode.IsControl):
		return errors.New("it holds a control character")
	case utf8.RuneCountInString(id) > MaxClientIDLength:
		return fmt.Errorf(
			"it has %d characters; an ApplicationUri has at most %d",
			utf8.RuneCountInString(id),
			MaxClientIDLength,
		)
	}
	return nil
}

// CheckReferenceToken reports why a text cannot be a reference token, which begins with "enrt_" (protocol section 8).
// The error is a clause that begins with "it" and never repeats any of the text. It is [erpnet.ErrSurroundingSpace] if
// trimming fixes the token.
func CheckReferenceToken(token string) error {
	switch {
	case token == "":
		return errors.New("it is empty")
	case strings.TrimSpace(token) != token:
		return erpnet.ErrSurroundingSpace
	case !strings.HasPrefix(token, erpnet.ReferenceTokenPrefix), !isHeaderToken(token), len(token) > maxTokenSize:
		return errors.New("it is not a reference token, which begins with enrt_ and has no spaces")
	}
	return nil
}

// An error shows just enough of the hash of a refused secret for two people to compare. It shows nothing of a short
// secret's hash, because an unsalted hash can be used to test guesses.
const (
	hashPrefixLength = 4
	minHintedSecret  = 24
)

// hashPrefix returns the beginning of the secret's hash, or "" for a short secret.
func (c Credentials) hashPrefix() string {
	secret := c.Secret.Reveal()
	if len(secret) < minHintedSecret {
		return ""
	}
	return erpnet.SecretHash(secret)[:hashPrefixLength]
}

// oddity says what about a secret an identity service may reject, although ERP.net documents no such limit. Services of
// the kind that ERP.net was built on accept 100 characters (protocol section 2.1), and RFC 6749 appendix A.2 allows
// printable ASCII.
func (c Credentials) oddity() string {
	secret := c.Secret.Reveal()
	switch {
	case utf8.RuneCountInString(secret) > erpnet.MaxGeneratedLength:
		return fmt.Sprintf(
			"The secret has more than %d characters: some identity services refuse that.",
			erpnet.MaxGeneratedLength,
		)
	case strings.ContainsFunc(secret, func(r rune) bool { return r > unicode.MaxASCII }):
		return "The secret has characters beyond ASCII: its hash must be that of its UTF-8 bytes."
	}
	return ""
}

// digest returns a hash that identifies the secret without keeping it.
func (c Credentials) digest() [sha256.Size]byte {
	var onStack [erpnet.MaxGeneratedLength]byte // a conversion to []byte would allocate for each cached token
	return sha256.Sum256(append(onStack[:0], c.Secret.Reveal()...))
}
