// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package identity

import (
	"cmp"
	"testing"
	"time"
)

func TestLifetime(t *testing.T) {
	at := func(d time.Duration) int64 { return noon.Add(d).Unix() }
	for name, test := range map[string]struct {
		claims    members       // changed
		grant     members       // changed
		date      string        // of the response
		expiresIn int64         // 3600 if zero
		expiresAt time.Duration // from noon; an hour if zero
		renewAt   time.Duration // from noon; 55 minutes if zero
	}{
		"as documented":     {},
		"as a string":       {grant: members{"expires_in": "3600"}},
		"with a fraction":   {grant: members{"expires_in": 3600.5}},
		"of the token only": {grant: members{"expires_in": nil}},
		"empty":             {grant: members{"expires_in": ""}},
		"of the response only": {
			claims: members{"exp": nil}, grant: members{"expires_in": 60}, expiresIn: 60, expiresAt: time.Minute,
			renewAt: time.Minute / 2,
		},
		"token lives shorter": {
			claims: members{"exp": at(time.Minute)}, expiresAt: time.Minute, renewAt: time.Minute / 2,
		},
		"just over": {claims: members{"exp": at(-time.Second)}, expiresAt: -time.Second},
		// A gateway may replay a token, whatever the response says.
		"replayed": {
			claims: members{"iat": at(-50 * time.Minute), "exp": at(10 * time.Minute)}, expiresAt: 10 * time.Minute,
			renewAt: 5 * time.Minute,
		},
		// The remaining lifetime counts from the server's own time.
		"clocks apart": {
			claims: members{"iat": at(-time.Hour), "exp": at(time.Minute)}, date: "Sun, 22 Nov 2026 11:00:00 GMT",
			expiresAt: time.Minute,
		},
	} {
		t.Run(name, func(t *testing.T) {
			body := grantOf(tokenWith(test.claims), test.grant)
			sent := response{status: 200, header: map[string]string{"Date": test.date}, body: body}
			token, failed := askAtNoon(requestFor("read"), sent)
			wantKind(t, failed, "")
			if token.ExpiresIn != cmp.Or(test.expiresIn, 3600) ||
				!token.ExpiresAt.Equal(noon.Add(cmp.Or(test.expiresAt, time.Hour))) ||
				!token.renewAt.Equal(noon.Add(cmp.Or(test.renewAt, 55*time.Minute))) || !token.Obtained().Equal(noon) {
				t.Errorf("lives %d s, until %s, and is renewed at %s", token.ExpiresIn, token.ExpiresAt, token.renewAt)
			}
		})
	}
}

// An hour is assumed for the renewal only. The token reports no lifetime.
func TestLifetimeThatNobodyNames(t *testing.T) {
	body := grantOf(tokenWith(members{"exp": nil}), members{"expires_in": nil})
	token, failed := askAtNoon(requestFor("read"), response{status: 200, body: body})
	wantKind(t, failed, "")
	if token.ExpiresIn != 0 || !token.ExpiresAt.IsZero() || !token.renewAt.Equal(noon.Add(55*time.Minute)) {
		t.Errorf("lives %d s, until %s, and is renewed at %s", token.ExpiresIn, token.ExpiresAt, token.renewAt)
	}
}
