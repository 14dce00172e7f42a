// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package main

import (
	_ "embed"
	"regexp"
	"strings"
	"sync"
)

// A message is worth more than anything else in a response, and may name anybody. So only those of its words are kept
// that are in this list, which has no names.
//
//go:embed words.txt
var plainWords string

//go:embed protocol.txt
var protocolWords string

var (
	plain = sync.OnceValue(func() map[string]bool { return setOf(strings.Fields(strings.ToLower(plainWords))) })
	exact = sync.OnceValue(func() map[string]bool { return setOf(strings.Split(strings.TrimSpace(protocolWords), "\n")) })

	anyWord = regexp.MustCompile(`[\p{L}\p{N}_@%+/=.:-]+`)
)

func setOf(words []string) map[string]bool {
	set := map[string]bool{}
	for _, word := range words {
		set[word] = true
	}
	return set
}

// isProtocolWord reports whether a text is a value that ERP.net, OAuth or OData document.
func isProtocolWord(text string) bool { return exact()[text] }

// words keeps the words of a text that name nobody.
func (a *anonymizer) words(text string) string {
	return anyWord.ReplaceAllStringFunc(text, func(word string) string {
		bare := strings.Trim(word, ".:-")
		switch known, found := a.replaced[bare]; {
		case bare == "" || plain()[strings.ToLower(bare)] || isProtocolWord(bare):
			return word
		case found:
			return strings.Replace(word, bare, known, 1)
		case onlyGUIDs.MatchString(bare):
			return strings.Replace(word, bare, a.reference(bare), 1)
		case entitySet.MatchString(bare), namespaced.MatchString(bare), number.MatchString(bare):
			return word
		}
		return strings.Replace(word, bare, "...", 1)
	})
}
