// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package identity

import (
	"net/http"
	"time"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
)

const (
	bearer = "Bearer"

	// renewBefore is how long before its expiry a token is renewed, or half of its lifetime if that is shorter.
	renewBefore = 5 * time.Minute

	// documentedLifetime is assumed for the renewal only, if neither the response nor the token names a lifetime
	// (protocol section 2.2).
	documentedLifetime = time.Hour
)

// Token is an access token that an instance issued, with what is known about it.
type Token struct {
	AccessToken   erpnet.Secret
	TokenType     string    // always "Bearer", whatever letter case the server wrote
	ExpiresIn     int64     // lifetime in seconds when it was issued; 0 if unknown
	ExpiresAt     time.Time // UTC; zero if unknown
	GrantedScopes []string  // sorted, unique, redacted
	Claims        *Claims   // unchanged; nil for an opaque token

	granted  []string      // the scopes, unchanged
	obtained time.Time     // when the response arrived, by this machine's clock
	ahead    time.Duration // how far this machine's clock is ahead of the server's Date header
	halfAt   time.Time     // when half of its lifetime has passed
	renewAt  time.Time     // when the cache requests a new token
}

// Obtained returns the time at which the token arrived, by this machine's clock.
func (t *Token) Obtained() time.Time { return t.obtained }

// setLifetime sets the fields that depend on the time at which the response arrived.
func (t *Token) setLifetime(r *erpnet.Response) {
	t.obtained, t.ahead = r.At, clockAhead(r)
	lifetime := time.Duration(t.ExpiresIn) * time.Second
	if t.Claims != nil {
		t.ExpiresAt = t.Claims.ExpiresAt
		// The token's own lifetime needs no comparison of two clocks, but it is too long for a token that was issued a
		// while ago.
		for _, span := range []time.Duration{t.Claims.lifetime(r.At), t.Claims.remaining(r.At.Add(-t.ahead))} {
			if span > 0 && (lifetime == 0 || span < lifetime) {
				lifetime = span
			}
		}
	}
	if t.ExpiresIn == 0 {
		t.ExpiresIn = int64(lifetime.Round(time.Second) / time.Second)
	}
	if t.ExpiresAt.IsZero() && t.ExpiresIn > 0 {
		t.ExpiresAt = r.At.Add(lifetime).UTC().Truncate(time.Second)
	}
	if lifetime == 0 {
		lifetime = documentedLifetime
	}
	t.halfAt = r.At.Add(lifetime / 2)
	t.renewAt = r.At.Add(lifetime - min(renewBefore, lifetime/2))
}

// clockAhead returns how far this machine's clock is ahead of the server's, by the Date header of the response. It
// returns 0 if there is no such header.
func clockAhead(r *erpnet.Response) time.Duration {
	date, err := http.ParseTime(r.Header.Get("Date"))
	if err != nil {
		return 0
	}
	return r.At.Sub(date)
}
