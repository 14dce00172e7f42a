// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnet

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestCleanTextTakesOutSecretsInEveryForm(t *testing.T) {
	const secret = `p@ss "word" <1>\2&3/4+5`
	jwt := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"RS256"}`)) + strings.Repeat(".claims", 9)
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
		"wrapped":      "Bearer " + jwt,
		"reference":    "token=enrt_" + strings.Repeat("0f", 32) + ";",
	}
	for name, form := range forms {
		got := protecting(secret).Message("before " + form + " after")
		if strings.Contains(got, "word") || strings.Contains(got, form) || !strings.Contains(got, Redacted) {
			t.Errorf("%s: %s", name, got)
		}
		if !strings.HasPrefix(got, "before ") || !strings.HasSuffix(got, " after") {
			t.Errorf("%s: took out more than the secret: %s", name, got)
		}
	}
}

func TestCleanTextIsOneBoundedLine(t *testing.T) {
	got := protecting().Message("a\r\nb\x1b[31m\tc\u202e\x00 \xff d")
	if got != "a b[31m c d" {
		t.Errorf("got %q", got)
	}
	long := protecting().Message(strings.Repeat("ж", 1000))
	if utf8.RuneCountInString(long) != maxMessage+3 || !strings.HasSuffix(long, "...") {
		t.Errorf("a long text has %d runes", utf8.RuneCountInString(long))
	}
	// The cut comes last, so that no half of a secret stays behind.
	secret := strings.Repeat("s", 50)
	if got := protecting(secret).Message(strings.Repeat("x", maxMessage-20) + secret); strings.Contains(got, "ss") {
		t.Errorf("half of the secret is left: %s", got)
	}
}

func TestConcealJSON(t *testing.T) {
	const secret = `s3cret "of" <more>`
	for name, test := range map[string]struct{ document, want string }{
		"plain":        {`{"a":"x s3cret \"of\" <more> y"}`, `{"a":"x (redacted) y"}`},
		"escaped":      {`{"a":["\u00733cret \u0022of\u0022 \u003cmore\u003e"]}`, `{"a":["(redacted)"]}`},
		"form-encoded": {`{"a":{"b":"?s=s3cret+%22of%22+%3Cmore%3E&t"}}`, `{"a":{"b":"?s=(redacted)\u0026t"}}`},
		"a number":     {`[12345678901234567890.10,null,true]`, `[12345678901234567890.10,null,true]`},
	} {
		if got := redactedJSON(t, protecting(secret), test.document); got != test.want {
			t.Errorf("%s: %s", name, got)
		}
	}
}

// A short secret may be a part of any word, which data must not lose.
func TestShortSecretsAreNotTakenOutOfData(t *testing.T) {
	if got := protecting("erp").Data("https://demodb.my.erp.net/id"); got != "https://demodb.my.erp.net/id" {
		t.Error(got)
	}
}

// protecting returns a client that redacts some secrets.
func protecting(secrets ...string) *Client {
	client := NewClient(Options{})
	for _, secret := range secrets {
		client.Protect(NewSecret(secret))
	}
	return client
}

func redactedJSON(t *testing.T, client *Client, document string) string {
	t.Helper()
	decoder := json.NewDecoder(strings.NewReader(document))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(client.DataValue(value))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
