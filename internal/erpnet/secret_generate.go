// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnet

import (
	"crypto/rand"
	"fmt"
)

// The lengths of a generated secret, in characters. Its hash is unsalted, so that its randomness is its only protection
// (protocol section 7): 32 letters and digits are 190 bits.
const (
	MinGeneratedLength     = 32
	DefaultGeneratedLength = 48
	MaxGeneratedLength     = 100 // what identity services of ERP.net's kind take (protocol section 2.1)
)

// Alphabets of a generated secret. Letters and digits alone pass every shell, form and configuration file as they are.
const (
	lettersAndDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	special          = "!#$%&*+-./:;<=>?@^_~"
)

// GenerateSecret returns a random client secret of the given number of characters, each one equally likely: letters and
// digits, and some special characters if asked. The error says which lengths are allowed.
func GenerateSecret(length int, withSpecial bool) (Secret, error) {
	if length < MinGeneratedLength || length > MaxGeneratedLength {
		return Secret{}, fmt.Errorf("a length from %d to %d is needed", MinGeneratedLength, MaxGeneratedLength)
	}
	alphabet := lettersAndDigits
	if withSpecial {
		alphabet += special
	}
	// Bytes from here on would make the alphabet's first characters likelier.
	limit := 256 - 256%len(alphabet)
	secret := make([]byte, 0, length)
	for random := make([]byte, length); len(secret) < length; {
		_, _ = rand.Read(random) // never fails, and fills all of it
		for _, b := range random {
			if int(b) < limit && len(secret) < length {
				secret = append(secret, alphabet[int(b)%len(alphabet)])
			}
		}
	}
	return NewSecret(string(secret)), nil
}
