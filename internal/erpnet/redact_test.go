// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnet

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// protecting returns a client that redacts the given secrets.
func protecting(secrets ...string) *Client {
	client := NewClient(Options{})
	for _, secret := range secrets {
		client.Protect(NewSecret(secret))
	}
	return client
}

// A secret is redacted from a message in every form in which a server may echo it, and nothing else is.
func TestMessageRedactsSecretsInEveryForm(t *testing.T) {
	const secret = `p@ss "word" <1>\2&3/4+5`
	asDotNet := strings.NewReplacer("%5C", "%5c", "%2F", "%2f", "%2B", "%2b", "%3C", "%3c", "%3E", "%3e")
	client := protecting("", "another", secret)
	for name, test := range map[string]struct {
		form       string
		notForData bool // redacted in messages only
	}{
		"plain":                {form: secret},
		"form-encoded":         {form: url.QueryEscape(secret)},
		"form-encoded by .NET": {form: asDotNet.Replace(url.QueryEscape(secret))},
		"path-encoded":         {form: url.PathEscape(secret)},
		"path-encoded by .NET": {form: asDotNet.Replace(url.PathEscape(secret))},
		"JSON as Go writes it": {form: `p@ss \"word\" \u003c1\u003e\\2\u00263/4+5`},
		"other JSON":           {form: `p@ss \"word\" <1>\\2&3/4+5`},
		"HTML":                 {form: "p@ss &#34;word&#34; &lt;1&gt;\\2&amp;3/4+5"},
		"whole hash":           {form: SecretHash(secret)},
		"base64":               {form: base64.StdEncoding.EncodeToString([]byte(secret))},
		"base64url":            {form: base64.RawURLEncoding.EncodeToString([]byte(secret))},
		"split":                {form: secret[:9] + "\x00\x07" + secret[9:]},
		"wrapped":              {form: secret[:9] + "\r\n    " + secret[9:]},
		"encoded twice":        {form: url.QueryEscape(url.QueryEscape(secret))},
		"mixed":                {form: `p%40ss \u0022word&quot;%20&#x3c;1%3E\\2&amp;3\/4%2b5`},
		"old .NET":             {form: "p%u0040ss+%22word%22+%3c1%3e%5c2%263%2f4%2b5"},
		"basic authentication": {form: base64.StdEncoding.EncodeToString([]byte("my.trusted.app:" + secret))},
		"hexadecimal":          {form: hex.EncodeToString([]byte(secret))},
		"short secret":         {form: "another", notForData: true},
		"JWT":                  {form: "eyJ" + strings.Repeat("x", 40), notForData: true},
		"reference token":      {form: "token=enrt_" + strings.Repeat("0f", 32) + ";", notForData: true},
	} {
		t.Run(name, func(t *testing.T) {
			if got := client.Message("before " + test.form + " after"); got != "before (redacted) after" {
				t.Errorf("the message is %s", got)
			}
			if got := client.Data("\x1b " + test.form + "\t"); !test.notForData && got != "\ufffd (redacted)\t" {
				t.Errorf("the data is %s", got)
			}
		})
	}
	if got := client.Messages([]string{"another", "b"}); !slices.Equal(got, []string{Redacted, "b"}) {
		t.Errorf("several messages are %q", got)
	}
}

func TestMessageIsOneBoundedLine(t *testing.T) {
	secret := strings.Repeat("s", 50)
	client := protecting(secret)
	if got := client.Message("a\r\nb\x1b[31m\tc\u202e\x00 \xff d"); got != "a b[31m c d" {
		t.Errorf("got %q", got)
	}
	long := client.Message(strings.Repeat("ж", 1000))
	if utf8.RuneCountInString(long) != maxMessage+3 || !strings.HasSuffix(long, "...") {
		t.Errorf("a long text has %d runes", utf8.RuneCountInString(long))
	}
	if got := client.Message(strings.Repeat("x", maxMessage-20) + secret); strings.Contains(got, "ss") {
		t.Errorf("the cut has left half of the secret: %s", got)
	}
}

// Data keeps everything but secrets, because a short secret may be part of any word.
func TestDataIsKeptButForSecrets(t *testing.T) {
	client := protecting(testSecret, "erp")
	var value, want any
	document := `{"a":["x SECRET y",null,true,1.50,"demodb.my.erp.net\r\n"],"?s=SECRET":{"b":"SECRET-SECRET"}}`
	wantError(t, json.Unmarshal([]byte(strings.ReplaceAll(document, "SECRET", testSecret)), &value), "")
	wantError(t, json.Unmarshal([]byte(strings.ReplaceAll(document, "SECRET", Redacted)), &want), "")
	if got := client.DataValue(value); !reflect.DeepEqual(got, want) {
		t.Errorf("got %#v", got)
	}
	texts := []string{testSecret, "erp"}
	if got := client.Names(texts); !slices.Equal(got, []string{Redacted, "erp"}) || texts[0] != testSecret {
		t.Errorf("several texts are %q", got)
	}
	if client.Names(nil) != nil {
		t.Error("no texts become some")
	}
}
