// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package identity

import (
	"fmt"
	"strings"
	"time"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
)

// ClockTolerance is how far two clocks may differ before a token counts as expired.
const ClockTolerance = time.Minute

// hybridSuffix is the suffix that older instances require at the end of the client_id of an application that is also
// interactive (protocol section 2.1). It is unknown whether their tokens repeat it, so a token may omit it.
const hybridSuffix = "-service"

// contradiction returns the error for a token that contradicts the request, or nil if it does not. A missing claim
// contradicts nothing here; [Verification] is stricter.
func contradiction(client *erpnet.Client, r TokenRequest, token *Token) *erpnet.Error {
	if claims := token.Claims; claims != nil {
		switch {
		case claims.Issuer != "" && !r.Instance.IsIssuer(claims.Issuer):
			return r.fail(
				ForeignIssuer,
				fmt.Sprintf(
					"was answered with a token of issuer %q instead of %q",
					client.Message(claims.Issuer),
					r.Instance.ExpectedIssuer(),
				),
			)
		case claims.ClientID != "" && !sameClient(claims.ClientID, r.Credentials.ClientID):
			return r.fail(
				ForeignClient,
				fmt.Sprintf("was answered with a token of client_id %q", client.Message(claims.ClientID)),
			)
		case !claims.ExpiresAt.IsZero() && token.obtained.After(claims.ExpiresAt.Add(ClockTolerance)):
			e := r.fail(ExpiredToken, "was answered with a token that expired at "+rfc3339(claims.ExpiresAt))
			e.Evidence = token.clocks()
			return e
		}
	}
	return ScopesNotGranted(client, r, token)
}

// ScopesNotGranted returns the error for a token that lacks some of the requested scopes, or nil if it has all of them.
func ScopesNotGranted(client *erpnet.Client, r TokenRequest, token *Token) *erpnet.Error {
	missing := missingScopes(strings.Fields(r.Scope), token.granted)
	if len(missing) == 0 {
		return nil
	}
	e := r.fail(MissingScopes, "was answered with a token that lacks "+quotedList(missing))
	e.Evidence = Granted(client, token)
	return e
}

// Granted returns a sentence that lists the scopes of a token.
func Granted(client *erpnet.Client, token *Token) string {
	return "Granted: " + quotedList(client.Messages(token.granted)) + "."
}

// sameClient compares the client_id of a token with the requested one. It ignores letter case, because the documents
// show a response whose client_id differs in it (protocol section 2.4).
func sameClient(token, asked string) bool {
	return strings.EqualFold(token, asked) || strings.EqualFold(token, strings.TrimSuffix(asked, hybridSuffix))
}

// clocks states the time of this machine's clock. If the identity service's clock differs by more than the tolerance,
// it also states the difference. It takes the service's time from the Date header of the response, or else from the
// time at which the token says it was issued.
func (t *Token) clocks() string {
	here := "This machine's clock said " + rfc3339(t.obtained)
	issued := t.Claims.begin()
	switch sinceIssue := t.obtained.Sub(issued); {
	case t.ahead.Abs() > ClockTolerance:
		return fmt.Sprintf(
			"%s, the server's %s: they are %s apart.",
			here,
			rfc3339(t.obtained.Add(-t.ahead)),
			apart(t.ahead),
		)
	case !issued.IsZero() && sinceIssue.Abs() > ClockTolerance:
		return fmt.Sprintf("%s, while the token says that it was issued at %s: the clocks are %s apart, or it is "+
			"not a new token.",
			here, rfc3339(issued), apart(sinceIssue))
	}
	return here + "."
}

// apart rounds the difference between two clocks to ten seconds, because a Date header is not exact.
func apart(d time.Duration) time.Duration { return d.Abs().Round(10 * time.Second) }

func rfc3339(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// quotedList writes words as a list in quotes, or "none" if there are none.
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
