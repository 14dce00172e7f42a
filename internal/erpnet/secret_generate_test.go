// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnet

import (
	"strings"
	"testing"
)

func TestGenerateSecret(t *testing.T) {
	seen := map[string]bool{"": true}
	for _, length := range []int{MinGeneratedLength, DefaultGeneratedLength, MaxGeneratedLength} {
		for _, alphabet := range []string{lettersAndDigits, lettersAndDigits + special} {
			for range 2 {
				secret, err := GenerateSecret(length, alphabet != lettersAndDigits)
				wantError(t, err, "")
				wantError(t, CheckSecret(secret.Reveal()), "")
				if text := secret.Reveal(); len(text) != length || strings.Trim(text, alphabet) != "" || seen[text] {
					t.Errorf("a secret of %d characters is too short, of other characters, or not new", length)
				}
				seen[secret.Reveal()] = true
			}
		}
	}
	for _, length := range []int{-1, 0, MinGeneratedLength - 1, MaxGeneratedLength + 1} {
		_, err := GenerateSecret(length, false)
		wantError(t, err, "a length from 32 to 100 is needed")
	}
}

// With a biased choice, the first characters would be 25 % more likely.
func TestGeneratedCharactersAreEquallyLikely(t *testing.T) {
	const secrets = 5000
	counts := map[rune]int{}
	for range secrets {
		secret, err := GenerateSecret(MaxGeneratedLength, false)
		wantError(t, err, "")
		for _, r := range secret.Reveal() {
			counts[r]++
		}
	}
	want := secrets * MaxGeneratedLength / len(lettersAndDigits)
	for _, r := range lettersAndDigits {
		if n := counts[r]; n < want*92/100 || n > want*108/100 {
			t.Errorf("%c came %d times, want about %d", r, n, want)
		}
	}
}
