// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package identity

import (
	"testing"
	"time"
)

// The error for an expired token states how far the clocks are apart, by the Date header of the response or else by the
// time at which the token was issued.
func TestClocksAreCompared(t *testing.T) {
	const here = "This machine's clock said 2026-11-22T12:00:00Z"
	for name, test := range map[string]struct {
		date   string // of the response
		issued any    // iat of the token
		want   string
	}{
		"by nothing":       {want: here + "."},
		"within tolerance": {date: "Sun, 22 Nov 2026 11:59:10 GMT", want: here + "."},
		"by the Date": {
			date: "Sun, 22 Nov 2026 10:00:04 GMT",
			want: here + ", the server's 2026-11-22T10:00:04Z: they are 2h0m0s apart.",
		},
		"by the issue": {
			issued: noon.Add(-3 * time.Hour).Unix(),
			want: here + ", while the token says that it was issued at 2026-11-22T09:00:00Z: " +
				"the clocks are 3h0m0s apart, or it is not a new token.",
		},
	} {
		token := tokenWith(members{"exp": noon.Add(-time.Hour).Unix(), "iat": test.issued, "nbf": nil})
		header := map[string]string{"Date": test.date}
		_, failed := askAtNoon(requestFor("read"), response{status: 200, header: header, body: grantOf(token, nil)})
		wantKind(t, failed, ExpiredToken)
		if failed.Evidence != test.want {
			t.Errorf("%s: %s", name, failed.Evidence)
		}
	}
}
