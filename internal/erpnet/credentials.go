// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnet

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"unicode"
)

// MaxClientIDLength is the length, in bytes, of the ApplicationUri column
// (protocol section 4).
const MaxClientIDLength = 254

// Credentials are a trusted application's client credentials (RFC 6749 section
// 2.3.1).
type Credentials struct {
	ClientID string // the trusted application's ApplicationUri
	Secret   Secret // the plain client secret, not its hash
}

// hashHintLength and minHintedSecret rule how much of a hash an error shows:
// enough for two people to compare, little for one who guesses.
const (
	hashHintLength  = 4
	minHintedSecret = 24
)

// hashHint says how to compare the secret that was sent with the record's hash.
// A short secret's hash is not shown even in part, since an unsalted hash is a
// test for guesses.
func (c Credentials) hashHint() string {
	secret := c.Secret.Reveal()
	if len(secret) < minHintedSecret {
		return "Compare the secret with the record's ApplicationSecretHash by the function secret_matches."
	}
	return fmt.Sprintf("The hash of the secret that was sent begins with %q; compare this with the record's ApplicationSecretHash.", SecretHash(secret)[:hashHintLength])
}

// CheckReferenceToken reports why a text cannot be a reference token, which is
// "enrt_" and 64 hexadecimal digits (protocol section 8). The error never repeats
// any of it.
func CheckReferenceToken(token string) error {
	digits, found := strings.CutPrefix(token, referenceTokenPrefix)
	switch {
	case token == "":
		return errors.New("it is empty")
	case strings.TrimSpace(token) != token:
		return errors.New("it begins or ends with a blank or a line break; remove it, in Terraform with trimspace()")
	case !found || len(digits) != 64 || strings.Trim(digits, "0123456789abcdefABCDEF") != "":
		return errors.New("it is not a reference token, which is enrt_ and 64 hexadecimal digits")
	}
	return nil
}

// digest tells credentials apart without keeping the secret.
func (c Credentials) digest() [sha256.Size]byte {
	var onStack [MaxSecretLength]byte // a conversion to []byte would be allocated for each cached token
	return sha256.Sum256(append(onStack[:0], c.Secret.Reveal()...))
}

// CheckClientID reports why a text cannot be a trusted application's
// ApplicationUri, which is free-form. The error never repeats any of it.
func CheckClientID(id string) error {
	switch {
	case id == "":
		return errors.New("it is empty")
	case strings.TrimSpace(id) != id:
		return errors.New("it begins or ends with a blank or a line break; remove it")
	case strings.ContainsFunc(id, unicode.IsControl):
		return errors.New("it holds a control character")
	case len(id) > MaxClientIDLength:
		return fmt.Errorf("it is %d bytes long; an ApplicationUri has at most %d", len(id), MaxClientIDLength)
	}
	return nil
}
