// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnet

import (
	"strconv"
	"strings"

	"github.com/agext/levenshtein"
)

// DidYouMean suggests the known word that is closest to a misspelled one, as a question after a space. It returns "" if
// none is close.
func DidYouMean(word string, known ...string) string {
	best, distance := "", 3 // three or more changes are not a typo
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
