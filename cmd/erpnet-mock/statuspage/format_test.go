// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package statuspage

import (
	"testing"
	"time"
)

func TestSpanNamesTwoUnits(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0:                               "0 s",
		-time.Second:                    "0 s",
		999 * time.Millisecond:          "0 s",
		59 * time.Second:                "59 s",
		time.Minute:                     "1 min",
		61 * time.Second:                "1 min 1 s",
		time.Hour + time.Second:         "1 h",
		2*time.Hour + 3*time.Minute + 4: "2 h 3 min",
		49*time.Hour + 5*time.Minute:    "2 d 1 h",
		24*time.Hour + 5*time.Minute:    "1 d",
	} {
		if got := span(d); got != want {
			t.Errorf("%s: %q, want %q", d, got, want)
		}
	}
}

func TestStatusIsNamed(t *testing.T) {
	for code, want := range map[int]string{200: "200 OK", 429: "429 Too Many Requests", 599: "599", 0: "No response"} {
		if got := status(code); got != want {
			t.Errorf("%d: %q, want %q", code, got, want)
		}
	}
}

func TestEveryKindHasAName(t *testing.T) {
	for _, counts := range newInstance(t).StatusReport().Requests {
		if kinds[counts.Endpoint] == "" {
			t.Errorf("%s has no name", counts.Endpoint)
		}
	}
}
