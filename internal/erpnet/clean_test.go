// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnet

import (
	"encoding/base64"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestCleanTextTakesOutSecretsInEveryForm(t *testing.T) {
	const secret = `p@ss "word" <1>\2&3/4+5`
	forms := map[string]string{
		"plain":        secret,
		"form-encoded": url.QueryEscape(secret),
		"path-encoded": url.PathEscape(secret),
		"Go's JSON":    `p@ss \"word\" \u003c1\u003e\\2\u00263/4+5`,
		"other JSON":   `p@ss \"word\" <1>\\2&3/4+5`,
		"as .NET does": strings.NewReplacer("%5C", "%5c", "%2F", "%2f", "%2B", "%2b", "%3C", "%3c", "%3E", "%3e").Replace(url.QueryEscape(secret)),
		"HTML":         "p@ss &#34;word&#34; &lt;1&gt;\\2&amp;3/4+5",
		"whole hash":   SecretHash(secret),
		"base64":       base64.StdEncoding.EncodeToString([]byte(secret)),
		"base64url":    base64.RawURLEncoding.EncodeToString([]byte(secret)),
		"split":        secret[:9] + "\x00\x07" + secret[9:],
		"wrapped":      "Bearer " + jwt(usualHeader, currentShape),
		"reference":    "token=enrt_" + strings.Repeat("0f", 32) + ";",
	}
	for name, form := range forms {
		got := cleanText("before "+form+" after", secret)
		if strings.Contains(got, "word") || strings.Contains(got, form) || !strings.Contains(got, Redacted) {
			t.Errorf("%s: %s", name, got)
		}
		if !strings.HasPrefix(got, "before ") || !strings.HasSuffix(got, " after") {
			t.Errorf("%s: took out more than the secret: %s", name, got)
		}
	}
}

func TestCleanTextIsOneBoundedLine(t *testing.T) {
	got := cleanText("a\r\nb\x1b[31m\tc\u202e\x00 \xff d")
	if got != "a b[31m c d" {
		t.Errorf("got %q", got)
	}
	long := cleanText(strings.Repeat("ж", 1000))
	if utf8.RuneCountInString(long) != maxServerText+3 || !strings.HasSuffix(long, "...") {
		t.Errorf("a long text has %d runes", utf8.RuneCountInString(long))
	}
	// The cut comes last, so that no half of a secret stays behind.
	secret := strings.Repeat("s", 50)
	if got := cleanText(strings.Repeat("x", maxServerText-20)+secret, secret); strings.Contains(got, "ss") {
		t.Errorf("half of the secret is left: %s", got)
	}
}
