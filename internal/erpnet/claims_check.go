// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnet

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// ClockTolerance is how far two clocks may differ before a token counts as
// expired.
const ClockTolerance = time.Minute

// hybridSuffix is what older instances want at the end of the client_id of an
// application that is interactive too (protocol section 2.1). Whether their
// tokens repeat it is unknown, so a client_id with and without it is the same.
const hybridSuffix = "-service"

// checkClaims refuses a token that contradicts the request. A claim that is
// missing contradicts nothing.
func checkClaims(r TokenRequest, claims *Claims, a *answer) error {
	if claims == nil {
		return nil
	}
	show := func(text string) string { return cleanText(text, r.Credentials.Secret.Reveal()) }
	switch {
	case claims.Issuer != "" && !sameSite(claims.Issuer, r.Instance.IdentityURL):
		return r.fail(ForeignIssuer, fmt.Sprintf("was answered with a token of issuer %q instead of %q", show(claims.Issuer), r.Instance.IdentityURL))
	case claims.ClientID != "" && !sameClient(claims.ClientID, r.Credentials.ClientID):
		return r.fail(ForeignClient, fmt.Sprintf("was answered with a token of client_id %q", show(claims.ClientID)))
	case !claims.ExpiresAt.IsZero() && a.at.After(claims.ExpiresAt.Add(ClockTolerance)):
		e := r.fail(ExpiredToken, "was answered with a token that expired at "+rfc3339(claims.ExpiresAt))
		e.Hint = clocks(a)
		return e
	}
	return nil
}

// sameClient compares client_ids without letter case: the documents show an
// answer that differs in it (protocol section 2.4).
func sameClient(a, b string) bool {
	return strings.EqualFold(strings.TrimSuffix(a, hybridSuffix), strings.TrimSuffix(b, hybridSuffix))
}

// clocks tells this machine's clock from the server's, where the answer has a
// Date.
func clocks(a *answer) string {
	hint := "This machine's clock says " + rfc3339(a.at)
	if date, err := http.ParseTime(a.header.Get("Date")); err == nil {
		hint += fmt.Sprintf(", the server's %s: they are %s apart", rfc3339(date), a.at.Sub(date).Abs().Round(time.Second))
	}
	return hint + "."
}

func rfc3339(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// lifetime is the span from issue to expiry; without a moment of issue, from
// the given one. It is 0 when the token does not expire.
func (c *Claims) lifetime(at time.Time) time.Duration {
	begin := at
	for _, moment := range []time.Time{c.IssuedAt, c.NotBefore} {
		if !moment.IsZero() {
			begin = moment
			break
		}
	}
	if c.ExpiresAt.IsZero() {
		return 0
	}
	return c.ExpiresAt.Sub(begin)
}

func (c *Claims) scopesOrNil() []string {
	if c == nil {
		return nil
	}
	return c.Scopes
}

func commonScopes(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(scope string) bool { return !slices.Contains(b, scope) })
}

// cleanAll makes a server's words fit to be shown.
func cleanAll(words []string, secret Secret, token string) []string {
	cleaned := make([]string, len(words))
	for i, word := range words {
		cleaned[i] = cleanText(word, secret.Reveal(), token)
	}
	return cleaned
}

// quotedList writes words as a list of quoted ones, "none" when there are none.
func quotedList(words []string) string {
	if len(words) == 0 {
		return "none"
	}
	quoted := make([]string, len(words))
	for i, word := range words {
		quoted[i] = fmt.Sprintf("%q", word)
	}
	return strings.Join(quoted, ", ")
}
