// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnet

import (
	"fmt"
	"net/http"
	"strings"
	"time"
)

// ClockTolerance is how far two clocks may differ before a token counts as
// expired.
const ClockTolerance = time.Minute

// hybridSuffix is what older instances want at the end of the client_id of an
// application that is interactive too (protocol section 2.1). Whether their
// tokens repeat it is unknown, so a token may leave out what was asked with it.
const hybridSuffix = "-service"

// The checks below refuse a token that contradicts the request. A claim that is
// missing contradicts nothing here; [Checker.Check] is stricter.

func checkIssuer(r TokenRequest, token *Token) *Error {
	if token.Claims == nil || token.Claims.Issuer == "" || sameSite(token.Claims.Issuer, r.Instance.IdentityURL) {
		return nil
	}
	return r.fail(ForeignIssuer, fmt.Sprintf("was answered with a token of issuer %q instead of %q", r.show(token.Claims.Issuer), r.Instance.IdentityURL))
}

func checkClient(r TokenRequest, token *Token) *Error {
	if token.Claims == nil || token.Claims.ClientID == "" || sameClient(token.Claims.ClientID, r.Credentials.ClientID) {
		return nil
	}
	return r.fail(ForeignClient, fmt.Sprintf("was answered with a token of client_id %q", r.show(token.Claims.ClientID)))
}

func checkExpiry(r TokenRequest, token *Token) *Error {
	if token.Claims == nil || token.Claims.ExpiresAt.IsZero() || !token.obtained.After(token.Claims.ExpiresAt.Add(ClockTolerance)) {
		return nil
	}
	e := r.fail(ExpiredToken, "was answered with a token that expired at "+rfc3339(token.Claims.ExpiresAt))
	e.Hint = token.clocks()
	return e
}

func checkScopes(r TokenRequest, token *Token) *Error {
	missing := missingScopes(strings.Fields(r.Scope), token.GrantedScopes)
	if len(missing) == 0 {
		return nil
	}
	e := r.fail(MissingScopes, "was answered with a token that lacks "+quotedList(missing))
	e.Hint = "Granted: " + quotedList(r.showAll(token.GrantedScopes)) + "."
	return e
}

// show makes a server's words fit to be shown.
func (r TokenRequest) show(text string) string {
	return cleanText(text, r.Credentials.Secret.Reveal())
}

func (r TokenRequest) showAll(texts []string) []string {
	shown := make([]string, len(texts))
	for i, text := range texts {
		shown[i] = r.show(text)
	}
	return shown
}

// sameClient compares a token's client_id with the one that asked, without letter
// case: the documents show an answer that differs in it (protocol section 2.4).
func sameClient(token, asked string) bool {
	return strings.EqualFold(token, asked) || strings.EqualFold(token, strings.TrimSuffix(asked, hybridSuffix))
}

// ahead is how far this machine's clock is ahead of the server's, by the
// answer's Date; 0 when it has none.
func (a *answer) ahead() time.Duration {
	date, err := http.ParseTime(a.header.Get("Date"))
	if err != nil {
		return 0
	}
	return a.at.Sub(date)
}

// clocks tells this machine's clock, and how far it is from the identity
// service's when that is more than the tolerance: by the answer's Date, else by
// the moment at which the token says that it was issued.
func (t *Token) clocks() string {
	hint := "This machine's clock said " + rfc3339(t.obtained)
	issued := t.Claims.begin()
	switch sinceIssue := t.obtained.Sub(issued); {
	case t.ahead.Abs() > ClockTolerance:
		return fmt.Sprintf("%s, the server's %s: they are %s apart.", hint, rfc3339(t.obtained.Add(-t.ahead)), apart(t.ahead))
	case !issued.IsZero() && sinceIssue.Abs() > ClockTolerance:
		return fmt.Sprintf("%s, while the token says that it was issued at %s: the clocks are %s apart, or it is not a new token.", hint, rfc3339(issued), apart(sinceIssue))
	}
	return hint + "."
}

// apart is a distance between clocks, as exact as a Date is.
func apart(d time.Duration) time.Duration { return d.Abs().Round(10 * time.Second) }

func rfc3339(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// lifetime is the span from issue to expiry; without a moment of issue, from
// the given one. It is 0 when the token does not expire.
func (c *Claims) lifetime(at time.Time) time.Duration {
	if begin := c.begin(); !begin.IsZero() {
		at = begin
	}
	return c.remaining(at)
}

// remaining is the span until expiry; 0 when the token does not expire.
func (c *Claims) remaining(now time.Time) time.Duration {
	if c.ExpiresAt.IsZero() {
		return 0
	}
	return c.ExpiresAt.Sub(now)
}

// begin is when the token says that it was issued, or else valid from.
func (c *Claims) begin() time.Time {
	if c.IssuedAt.IsZero() {
		return c.NotBefore
	}
	return c.IssuedAt
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
