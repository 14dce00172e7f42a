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

// hybridSuffix is what older instances want at the end of the client_id of an application that is interactive too
// (protocol section 2.1). Whether their tokens repeat it is unknown, so a token may leave it out.
const hybridSuffix = "-service"

// contradiction is the error of a token that contradicts the request, nil if it does not. A claim that is missing
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

// ScopesNotGranted is the error of a token that carries fewer scopes than were asked for, nil if it carries all.
func ScopesNotGranted(client *erpnet.Client, r TokenRequest, token *Token) *erpnet.Error {
	missing := missingScopes(strings.Fields(r.Scope), token.granted)
	if len(missing) == 0 {
		return nil
	}
	e := r.fail(MissingScopes, "was answered with a token that lacks "+quotedList(missing))
	e.Evidence = Granted(client, token)
	return e
}

// Granted says in a sentence what scopes a token carries.
func Granted(client *erpnet.Client, token *Token) string {
	return "Granted: " + quotedList(client.Messages(token.granted)) + "."
}

// sameClient compares a token's client_id with the one that asked, without letter case: the documents show a response
// that differs in it (protocol section 2.4).
func sameClient(token, asked string) bool {
	return strings.EqualFold(token, asked) || strings.EqualFold(token, strings.TrimSuffix(asked, hybridSuffix))
}

// clocks tells this machine's clock, and how far it is from the identity service's when that is more than the
// tolerance: by the response's Date, else by the moment at which the token says that it was issued.
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

// apart is a distance between clocks, as exact as a Date is.
func apart(d time.Duration) time.Duration { return d.Abs().Round(10 * time.Second) }

func rfc3339(t time.Time) string { return t.UTC().Format(time.RFC3339) }

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
