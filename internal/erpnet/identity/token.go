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

	// renewBefore is how long before its end a token is renewed, or half of its lifetime if that is shorter.
	renewBefore = 5 * time.Minute

	// documentedLifetime is assumed for the renewal, and for nothing else, where neither response nor token names a
	// lifetime (protocol section 2.2).
	documentedLifetime = time.Hour
)

// Token is an access token that an instance issued, and what is known about it.
type Token struct {
	AccessToken   erpnet.Secret
	TokenType     string    // always "Bearer", whatever letter case the server wrote
	ExpiresIn     int64     // seconds it lived when it was issued; 0 when the server did not say
	ExpiresAt     time.Time // UTC; zero when neither the server nor the token says
	GrantedScopes []string  // sorted, unique, redacted
	Claims        *Claims   // as they came; nil for an opaque token

	granted  []string      // the scopes as they came
	obtained time.Time     // when the response came, by this machine's clock
	ahead    time.Duration // how far this machine's clock is ahead of the server's, by its Date
	halfAt   time.Time     // when half of its life is over
	renewAt  time.Time     // when the cache asks for a new one
}

// Obtained is when the token came, by this machine's clock.
func (t *Token) Obtained() time.Time { return t.obtained }

// setLifetime fills in what depends on the moment at which the response came.
func (t *Token) setLifetime(r *erpnet.Response) {
	t.obtained, t.ahead = r.At, clockAhead(r)
	lifetime := time.Duration(t.ExpiresIn) * time.Second
	if t.Claims != nil {
		t.ExpiresAt = t.Claims.ExpiresAt
		// The token's own span needs no comparison of two clocks, but is too long for a token that was issued a while
		// ago.
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

// clockAhead is how far this machine's clock is ahead of the server's, by the response's Date; 0 when it has none.
func clockAhead(r *erpnet.Response) time.Duration {
	date, err := http.ParseTime(r.Header.Get("Date"))
	if err != nil {
		return 0
	}
	return r.At.Sub(date)
}
