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

// Redacted is what a [Secret] prints as.
const Redacted = "(redacted)"

// ReferenceTokenPrefix is how every reference token begins (protocol section 8).
const ReferenceTokenPrefix = "enrt_"

// Secret holds a client secret or an access token. It prints as "(redacted)" through every fmt verb, encoding/json, and
// log/slog, also as a field of another struct. The zero value holds the empty string.
type Secret struct {
	// A closure and not a string: fmt reads unexported string fields of an enclosing struct by reflection, without
	// asking their methods.
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

// What [CheckSecret] reports of a secret that something was added to when it was copied or read. Trimming helps.
var (
	ErrTrailingLineBreak = errors.New("it ends with a line break, as a secret read from a file or pasted from a " +
		"terminal does; remove it")
	ErrSurroundingSpace = errors.New("it begins or ends with a space, a common slip when copying; remove it")
)

// maxSecretSize is a bound, in bytes, that no secret exceeds: a whole file, perhaps.
const maxSecretSize = 4096

// CheckSecret reports why a client secret cannot be the right one: it is empty, has space around it, or holds control
// characters. ERP.net documents no other limit. The error is a clause that begins with "it", and never repeats any of
// the secret.
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
// bytes. The error never repeats any of it: it may be a secret, put where its hash belongs.
func CheckSecretHash(hash string) error {
	sum, err := base64.StdEncoding.Strict().DecodeString(hash)
	if err != nil || len(sum) != sha256.Size || len(hash) != base64.StdEncoding.EncodedLen(sha256.Size) {
		return errors.New("it is not the padded base64 of a SHA-256 sum: 44 characters, the last of them \"=\". " +
			"Was the secret itself given, or a sum in hexadecimal?")
	}
	return nil
}

// SecretMatches reports whether hash is the [SecretHash] of secret, in a time that does not depend on where they
// differ.
func SecretMatches(secret, hash string) bool {
	return subtle.ConstantTimeCompare([]byte(SecretHash(secret)), []byte(hash)) == 1
}
