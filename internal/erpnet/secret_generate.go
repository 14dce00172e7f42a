// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnet

import (
	"crypto/rand"
	"fmt"
)

// The lengths of a generated secret, in characters. The hash of a secret is unsalted, so only randomness protects the
// secret (protocol section 7): 32 letters and digits are 190 bits.
const (
	MinGeneratedLength     = 32
	DefaultGeneratedLength = 48
	MaxGeneratedLength     = 100 // what identity services of ERP.net's kind accept (protocol section 2.1)
)

// The alphabets of a generated secret. Letters and digits need no quoting in a shell, a form, or a configuration file.
const (
	lettersAndDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	special          = "!#$%&*+-./:;<=>?@^_~"
)

// GenerateSecret returns a random client secret of length characters, each chosen with equal probability from letters,
// digits, and, if withSpecial is set, some special characters. The error says which lengths are allowed.
func GenerateSecret(length int, withSpecial bool) (Secret, error) {
	if length < MinGeneratedLength || length > MaxGeneratedLength {
		return Secret{}, fmt.Errorf("a length from %d to %d is needed", MinGeneratedLength, MaxGeneratedLength)
	}
	alphabet := lettersAndDigits
	if withSpecial {
		alphabet += special
	}
	// Bytes at or above the limit would make the first characters of the alphabet more likely.
	limit := 256 - 256%len(alphabet)
	secret := make([]byte, 0, length)
	for random := make([]byte, length); len(secret) < length; {
		_, _ = rand.Read(random) // never fails, and fills the whole slice
		for _, b := range random {
			if int(b) < limit && len(secret) < length {
				secret = append(secret, alphabet[int(b)%len(alphabet)])
			}
		}
	}
	return NewSecret(string(secret)), nil
}
