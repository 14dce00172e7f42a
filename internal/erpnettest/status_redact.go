// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnettest

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

const (
	// maxShown is the maximum length of a text in a StatusReport, in
	// characters.
	maxShown = 200
	redacted = "(redacted)"
	// minRedacted is the minimum length, in bytes, of a secret that is redacted
	// inside a word. Redacting shorter ones would mangle unrelated text.
	minRedacted = 8
)

// secretForms matches texts that look like a JWT, a reference token or the hash
// of a secret.
var secretForms = regexp.MustCompile(`eyJ[\w.-]{16,}|` + referenceTokenPrefix + `\w+|[0-9A-Za-z+/]{43}=`)

// redactor redacts secrets in the texts of one request. A client that mixes up
// its parameters may send a secret in any of them. The redactor recognizes a
// secret by its origin, its form or its hash, anywhere in a text.
type redactor struct {
	secrets    []string // that the request contained
	registered *registeredSecrets
}

func (s *Server) newRedactor(r Request) redactor {
	red := redactor{registered: s.registry.secrets()}
	for _, header := range []string{"Authorization", "X-Api-Key", "Api-Key"} {
		for _, value := range r.Header.Values(header) {
			red.secrets = append(red.secrets, strings.Fields(value)...)
		}
	}
	query, _ := url.ParseQuery(r.RawQuery) // whatever is readable
	for _, parameters := range []url.Values{query, r.Form()} {
		red.secrets = append(red.secrets, parameters["client_secret"]...)
		for name, values := range parameters {
			for _, text := range append(values, name) {
				if red.isSecret(text) {
					red.secrets = append(red.secrets, text)
				}
			}
		}
	}
	return red
}

// isSecret reports whether a text is a secret or the hash of one, or was sent
// as a secret.
func (r redactor) isSecret(text string) bool {
	return text != "" && (slices.Contains(r.secrets, text) || r.registered.has(text))
}

// redact removes the secrets from a text, and shortens the text to one line.
func (r redactor) redact(text string) string {
	// A secret can be percent-encoded, even several times or in part.
	for decoded, depth := text, 0; depth < 5 && strings.ContainsAny(decoded, "%+"); depth++ {
		decoded = percentDecode(decoded)
		for _, form := range []string{decoded, strings.ReplaceAll(decoded, "+", " ")} {
			if form != text && r.holdsSecret(form) {
				return r.redactPlain(form)
			}
		}
	}
	return r.redactPlain(text)
}

// redactPlain does what redact does, for a text that isn't encoded.
func (r redactor) redactPlain(text string) string {
	if r.isSecret(text) {
		return redacted
	}
	var shown strings.Builder
	end, at := shownEnd(text), 0
	for _, secret := range r.spans(text, end) {
		if secret.from > at || at == 0 {
			shown.WriteString(text[at:secret.from])
			shown.WriteString(redacted)
		}
		at = max(at, secret.to)
	}
	shown.WriteString(text[min(at, end):end])
	line := []rune(strings.Map(printable, shown.String()))
	if end < len(text) || len(line) > maxShown {
		line = append(line[:min(len(line), maxShown-1)], '…')
	}
	return string(line)
}

var percentEncoded = regexp.MustCompile(`%[0-9A-Fa-f]{2}`)

// percentDecode decodes valid sequences and leaves the rest unchanged.
func percentDecode(text string) string {
	return percentEncoded.ReplaceAllStringFunc(text, func(encoded string) string {
		decoded, _ := url.PathUnescape(encoded)
		return decoded
	})
}

func (r redactor) holdsSecret(text string) bool {
	return r.isSecret(text) || len(r.spans(text, shownEnd(text))) > 0
}

// shownEnd returns where the first maxShown characters of a text end, in bytes.
func shownEnd(text string) int {
	n := 0
	for i := range text {
		if n++; n > maxShown {
			return i
		}
	}
	return len(text)
}

// span is a range of bytes in a text.
type span struct{ from, to int }

// spans returns the secrets in a text that begin before end, in order and
// without overlaps.
func (r redactor) spans(text string, end int) []span {
	found := slices.Clone(r.registered.spans(text, end))
	for _, secret := range r.secrets {
		if len(secret) < minRedacted {
			continue
		}
		for at := 0; at < end; at++ {
			next := strings.Index(text[at:min(len(text), end+len(secret))], secret)
			if next < 0 {
				break
			}
			at += next
			found = append(found, span{at, at + len(secret)})
		}
	}
	for _, match := range secretForms.FindAllStringIndex(text, -1) {
		found = append(found, span{match[0], match[1]})
	}
	found = slices.DeleteFunc(found, func(s span) bool { return s.from >= end })
	slices.SortFunc(found, func(a, b span) int { return a.from - b.from })
	return merged(found)
}

// merged joins spans that overlap.
func merged(spans []span) []span {
	var joined []span
	for _, s := range spans {
		if n := len(joined); n > 0 && s.from < joined[n-1].to {
			joined[n-1].to = max(joined[n-1].to, s.to)
			continue
		}
		joined = append(joined, s)
	}
	return joined
}

// redactPath returns a path for the access log, in one line. If nothing is
// redacted, it is percent-encoded as it was sent.
func (r redactor) redactPath(u *url.URL) string {
	sent := u.EscapedPath()
	if sent == "" || len(sent) <= maxShown && !r.holdsSecret(u.Path) && !r.holdsSecret(sent) && r.redact(sent) == sent {
		return sent
	}
	escaped := (&url.URL{Path: r.redact(u.Path)}).EscapedPath()
	return strings.NewReplacer("%28", "(", "%29", ")", "%E2%80%A6", "…").Replace(escaped)
}

// printable replaces characters that would break the line or change the
// direction of the text.
func printable(r rune) rune {
	if unicode.IsPrint(r) {
		return r
	}
	if unicode.IsSpace(r) {
		return ' '
	}
	return unicode.ReplacementChar
}
