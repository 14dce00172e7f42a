// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnet

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

func TestSecretPrintsAsRedactedThroughEveryVerb(t *testing.T) {
	secret := NewSecret(testSecret)
	type wrapper struct {
		Public  Secret
		private Secret
		pointer *Secret
	}
	for name, value := range map[string]any{
		"secret":  secret,
		"pointer": &secret,
		"wrapper": wrapper{secret, secret, &secret},
		"slice":   []Secret{secret},
		"map":     map[string]Secret{"k": secret},
	} {
		var printed bytes.Buffer
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%t", "%T"} {
			fmt.Fprintf(&printed, verb, value)
		}
		wantError(t, json.NewEncoder(&printed).Encode(value), "")
		slog.New(slog.NewJSONHandler(&printed, nil)).Info("m", "v", value)
		slog.New(slog.NewTextHandler(&printed, nil)).Info("m", "v", value)
		text := strings.ToLower(printed.String())
		if strings.Contains(text, strings.ToLower(testSecret)) ||
			strings.Contains(text, fmt.Sprintf("%x", testSecret)) {
			t.Errorf("%s leaks", name)
		}
	}
	document, err := json.Marshal(secret)
	wantError(t, err, "")
	printed := fmt.Sprintf("%v %#v %s %q %x %s", secret, secret, secret, secret, secret, document)
	if want := strings.Repeat(Redacted+" ", 5) + `"` + Redacted + `"`; printed != want {
		t.Errorf("a secret prints as %s", printed)
	}
	if secret.Reveal() != testSecret || (Secret{}).Reveal() != "" {
		t.Error("Reveal does not give back what was put in")
	}
}

func TestCheckSecret(t *testing.T) {
	for name, test := range map[string]struct {
		secret string
		want   string // expected in the error; empty for none
	}{
		"usual":             {secret: testSecret},
		"short":             {secret: "DEMO"},
		"space inside":      {secret: "two words"},
		"longest":           {secret: strings.Repeat("x", 100)},
		"all ASCII":         {secret: `!"#$%&'()*+,-./0189:;<=>?@AZ[\]^_az{|}~`},
		"empty":             {secret: "", want: "empty"},
		"spaces only":       {secret: " \t\n", want: "nothing but spaces"},
		"trailing newline":  {secret: testSecret + "\n", want: ErrTrailingLineBreak.Error()},
		"trailing CRLF":     {secret: testSecret + "\r\n", want: ErrTrailingLineBreak.Error()},
		"leading space":     {secret: " " + testSecret, want: ErrSurroundingSpace.Error()},
		"trailing tab":      {secret: testSecret + "\t", want: ErrSurroundingSpace.Error()},
		"space and newline": {secret: " " + testSecret + "\n", want: ErrSurroundingSpace.Error()},
		"no-break space":    {secret: testSecret + "\u00a0", want: ErrSurroundingSpace.Error()},
		"more than most":    {secret: strings.Repeat("x", 101)},
		"a whole file":      {secret: strings.Repeat("x", 4097), want: "4097 bytes"},
		"umlaut":            {secret: "pässword-pässword-pässword"},
		"tab inside":        {secret: "a\tb", want: "control character"},
		"DEL":               {secret: "ab\x7f", want: "control character"},
	} {
		t.Run(name, func(t *testing.T) {
			err := CheckSecret(test.secret)
			wantError(t, err, test.want)
			if err != nil && len(test.secret) > 3 && strings.Contains(err.Error(), strings.TrimSpace(test.secret)) {
				t.Error("the error repeats the secret")
			}
		})
	}
}

func TestSecretHash(t *testing.T) {
	// ERP.net's documents contain the first vector. The second was computed with openssl (protocol section 4.1).
	for secret, want := range map[string]string{
		"DEMO":     "T/AGymuI51LwjLeIFxRQXOs9IHnupDKs/ajhWODR2C4=",
		"mysecret": "ZSx9xofZjJiJME7S5AjHS2EehqQMqlHEtD8d1ZE8XNA=",
	} {
		if got := SecretHash(secret); got != want {
			t.Errorf("the hash of %q is %q", secret, got)
		}
		if !SecretMatches(secret, want) || SecretMatches(secret+"x", want) || SecretMatches(secret, "") {
			t.Errorf("SecretMatches is wrong about %q", secret)
		}
	}
}

// A text is a valid hash if and only if it is the canonical encoding of the 32 bytes that it decodes to.
func FuzzSecretHashRule(f *testing.F) {
	hash := SecretHash("DEMO")
	for _, seed := range []string{
		"", "DEMO", testSecret, hash, hash + "\n", hash[:43] + "!", hash[:43], hash[:42] + "5=",
		strings.Repeat("=", 44), strings.Repeat("A", 42) + "B=", strings.Repeat("A", 86) + "==",
		strings.Repeat("0f", 32),
		strings.NewReplacer("/", "_", "+", "-").Replace(hash),
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		sum, err := base64.StdEncoding.DecodeString(text)
		canonical := err == nil && len(sum) == 32 && base64.StdEncoding.EncodeToString(sum) == text
		if err := CheckSecretHash(text); (err == nil) != canonical {
			t.Errorf("%q: %v", text, err)
		} else if err != nil && len(text) > 12 && strings.Contains(err.Error(), text) {
			t.Errorf("the error repeats %q", text)
		}
		if err := CheckSecretHash(SecretHash(text)); err != nil {
			t.Errorf("the hash of %q: %v", text, err)
		}
	})
}
