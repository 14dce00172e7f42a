// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnet

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Redacted is the text that a [Secret] prints as.
const Redacted = "(redacted)"

// ReferenceTokenPrefix is the beginning of every reference token (protocol section 8).
const ReferenceTokenPrefix = "enrt_"

// Secret holds a client secret or an access token. It prints as "(redacted)" through every fmt verb, encoding/json, and
// log/slog, also as a field of another struct. The zero value holds the empty string.
type Secret struct {
	// A closure, not a string: fmt reads unexported string fields of an enclosing struct by reflection and ignores
	// their methods.
	reveal func() string
}

// NewSecret returns a Secret that holds s.
func NewSecret(s string) Secret {
	return Secret{reveal: func() string { return s }}
}

// Reveal returns the plain text. It belongs in a request body, an Authorization header or a sensitive attribute, and
// nowhere else.
func (s Secret) Reveal() string {
	if s.reveal == nil {
		return ""
	}
	return s.reveal()
}

// Format implements [fmt.Formatter] for every verb.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, Redacted) }

// String implements [fmt.Stringer].
func (s Secret) String() string { return Redacted }

// MarshalText implements [encoding.TextMarshaler], which encoding/json and log/slog use.
func (s Secret) MarshalText() ([]byte, error) { return []byte(Redacted), nil }

// The errors of [CheckSecret] for a secret that gained characters when it was copied or read. Trimming fixes the
// secret.
var (
	ErrTrailingLineBreak = errors.New("it ends with a line break, as a secret read from a file or pasted from a " +
		"terminal does; remove it")
	ErrSurroundingSpace = errors.New("it begins or ends with a space, a common slip when copying; remove it")
)

// maxSecretSize bounds, in bytes, the length of a secret. Anything longer may be a whole file.
const maxSecretSize = 4096

// CheckSecret reports why a client secret cannot be the right one: it is empty, has surrounding space, holds control
// characters, or has more than 4,096 bytes. ERP.net documents no maximum length. The error is a clause that begins with
// "it" and never repeats any of the secret.
func CheckSecret(secret string) error {
	switch trimmed := strings.TrimSpace(secret); {
	case secret == "":
		return errors.New("it is empty")
	case trimmed == "":
		return errors.New("it holds nothing but spaces")
	case strings.TrimRight(secret, "\r\n") == trimmed && trimmed != secret:
		return ErrTrailingLineBreak
	case trimmed != secret:
		return ErrSurroundingSpace
	case !utf8.ValidString(secret), strings.ContainsFunc(secret, unicode.IsControl):
		return errors.New("it holds a line break or another control character; was a key or a whole file given?")
	case len(secret) > maxSecretSize:
		return fmt.Errorf("it is %d bytes long; was a token, a key or a whole file given?", len(secret))
	}
	return nil
}

// SecretHash returns the padded standard base64 of the SHA-256 of the secret's UTF-8 bytes, 44 characters: the value of
// a trusted application's ApplicationSecretHash (protocol section 4.1).
func SecretHash(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// CheckSecretHash reports why a text cannot be an ApplicationSecretHash, which is the padded standard base64 of 32
// bytes. The error never repeats any of the text, which may be a secret that was given instead of its hash.
func CheckSecretHash(hash string) error {
	sum, err := base64.StdEncoding.Strict().DecodeString(hash)
	if err != nil || len(sum) != sha256.Size || len(hash) != base64.StdEncoding.EncodedLen(sha256.Size) {
		return errors.New("it is not the padded base64 of a SHA-256 sum: 44 characters, the last of them \"=\". " +
			"Was the secret itself given, or a sum in hexadecimal?")
	}
	return nil
}

// SecretMatches reports whether hash is the [SecretHash] of secret. The time it takes does not depend on where they
// differ.
func SecretMatches(secret, hash string) bool {
	return subtle.ConstantTimeCompare([]byte(SecretHash(secret)), []byte(hash)) == 1
}
