// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnet

import (
	"strconv"
	"strings"

	"github.com/agext/levenshtein"
)

// DidYouMean asks for the known word that a misspelt one is closest to, after a space; "" if none is close.
func DidYouMean(word string, known ...string) string {
	best, distance := "", 3 // as many changes are no misspelling any more
	for _, candidate := range known {
		if d := levenshtein.Distance(strings.ToLower(word), strings.ToLower(candidate), nil); d < distance {
			best, distance = candidate, d
		}
	}
	if best == "" || best == word {
		return ""
	}
	return " Did you mean " + strconv.Quote(best) + "?"
}
