// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnet

import (
	"strings"
	"testing"
)

func TestGenerateSecret(t *testing.T) {
	for _, length := range []int{MinGeneratedLength, DefaultGeneratedLength, MaxGeneratedLength} {
		for _, withSpecial := range []bool{false, true} {
			secret, err := GenerateSecret(length, withSpecial)
			if err != nil || len(secret.Reveal()) != length || CheckSecret(secret.Reveal()) != nil {
				t.Errorf("%d, %t: %v", length, withSpecial, err)
			}
			if !withSpecial && strings.Trim(secret.Reveal(), lettersAndDigits) != "" {
				t.Error("a secret holds more than letters and digits")
			}
			again, _ := GenerateSecret(length, withSpecial)
			if again.Reveal() == secret.Reveal() {
				t.Error("the same secret twice")
			}
		}
	}
	for _, length := range []int{-1, 0, MinGeneratedLength - 1, MaxGeneratedLength + 1} {
		if _, err := GenerateSecret(length, false); err == nil {
			t.Errorf("a length of %d is taken", length)
		}
	}
}

// Every character is as likely as every other: with a biased choice, the first of them would be 25 % likelier.
func TestGeneratedCharactersAreEquallyLikely(t *testing.T) {
	counts := map[rune]int{}
	const secrets = 5000
	for range secrets {
		secret, err := GenerateSecret(MaxGeneratedLength, false)
		if err != nil {
			t.Fatal(err)
		}
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
