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

const plain = "Correct-Horse-Battery-Staple-0123456789"

func TestSecretPrintsAsRedactedThroughEveryVerb(t *testing.T) {
	secret := NewSecret(plain)
	type wrapper struct {
		Public  Secret
		private Secret
		pointer *Secret
	}
	values := map[string]any{
		"secret":  secret,
		"pointer": &secret,
		"wrapper": wrapper{secret, secret, &secret},
		"slice":   []Secret{secret},
		"map":     map[string]Secret{"k": secret},
	}
	for name, value := range values {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%t", "%T"} {
			if printed := fmt.Sprintf(verb, value); leaks(printed, plain) {
				t.Errorf("%s leaks through %s", name, verb)
			}
		}
		text, err := json.Marshal(value)
		if err == nil && leaks(string(text), plain) {
			t.Errorf("%s leaks through JSON", name)
		}
		var log bytes.Buffer
		slog.New(slog.NewJSONHandler(&log, nil)).Info("m", "v", value)
		slog.New(slog.NewTextHandler(&log, nil)).Info("m", "v", value)
		if leaks(log.String(), plain) {
			t.Errorf("%s leaks through slog", name)
		}
	}
	if text, _ := json.Marshal(secret); string(text) != `"`+Redacted+`"` {
		t.Errorf("JSON is %s", text)
	}
	for _, verb := range []string{"%v", "%#v", "%s", "%q", "%x"} {
		if printed := fmt.Sprintf(verb, secret); printed != Redacted {
			t.Errorf("%s prints %q", verb, printed)
		}
	}
	if secret.Reveal() != plain || (Secret{}).Reveal() != "" {
		t.Error("Reveal does not give back what was put in")
	}
}

// leaks knows the text in plain and in hexadecimal, which %x would print.
func leaks(printed, secret string) bool {
	return strings.Contains(printed, secret) || strings.Contains(strings.ToLower(printed), fmt.Sprintf("%x", secret))
}

func TestCheckSecret(t *testing.T) {
	for name, test := range map[string]struct{ secret, want string }{
		"usual":             {plain, ""},
		"short":             {"DEMO", ""},
		"blank inside":      {"two words", ""},
		"longest":           {strings.Repeat("x", 100), ""},
		"all ASCII":         {`!"#$%&'()*+,-./0189:;<=>?@AZ[\]^_az{|}~`, ""},
		"empty":             {"", "empty"},
		"blanks only":       {" \t\n", "nothing but spaces"},
		"trailing newline":  {plain + "\n", "line break"},
		"trailing CRLF":     {plain + "\r\n", "line break"},
		"leading blank":     {" " + plain, "space"},
		"trailing tab":      {plain + "\t", "space"},
		"blank and newline": {" " + plain + "\n", "space"},
		"too long":          {strings.Repeat("x", 101), "101 characters"},
		"umlaut":            {"pässword-pässword-pässword", "character 2 "},
		"tab inside":        {"a\tb", "character 2 "},
		"DEL":               {"ab\x7f", "character 3 "},
		"no-break space":    {plain + "\u00a0", "space"},
	} {
		t.Run(name, func(t *testing.T) {
			err := CheckSecret(test.secret)
			expectError(t, err, test.want)
			if err != nil && len(test.secret) > 3 && strings.Contains(err.Error(), strings.TrimSpace(test.secret)) {
				t.Error("the error repeats the secret")
			}
		})
	}
}

func expectError(t *testing.T, err error, want string) {
	t.Helper()
	switch {
	case want == "" && err != nil:
		t.Errorf("unexpected error: %v", err)
	case want != "" && err == nil:
		t.Errorf("no error, want one with %q", want)
	case want != "" && !strings.Contains(err.Error(), want):
		t.Errorf("error %q lacks %q", err, want)
	}
}

func TestSecretHash(t *testing.T) {
	// The first vector is in ERP.net's documents, the second was computed with openssl (protocol section 4.1).
	for secret, want := range map[string]string{
		"DEMO":     "T/AGymuI51LwjLeIFxRQXOs9IHnupDKs/ajhWODR2C4=",
		"mysecret": "ZSx9xofZjJiJME7S5AjHS2EehqQMqlHEtD8d1ZE8XNA=",
	} {
		if got := SecretHash(secret); got != want {
			t.Errorf("SecretHash(%q) = %q, want %q", secret, got, want)
		}
		if !SecretMatches(secret, want) || SecretMatches(secret+"x", want) || SecretMatches(secret, "") {
			t.Errorf("SecretMatches is wrong about %q", secret)
		}
	}
}

func TestCheckSecretHash(t *testing.T) {
	good := SecretHash("DEMO")
	for name, test := range map[string]struct {
		hash string
		ok   bool
	}{
		"hash":           {good, true},
		"empty":          {"", false},
		"the secret":     {plain, false},
		"unpadded":       {strings.TrimRight(good, "="), false},
		"URL-safe":       {strings.NewReplacer("/", "_", "+", "-").Replace(good), false},
		"hexadecimal":    {fmt.Sprintf("%x", "01234567890123456789012345678901"), false},
		"newline at end": {good + "\n", false},
		"stray bits":     {"T/AGymuI51LwjLeIFxRQXOs9IHnupDKs/ajhWODR2C5=", false},
		"SHA-512":        {strings.Repeat("A", 86) + "==", false},
	} {
		t.Run(name, func(t *testing.T) {
			err := CheckSecretHash(test.hash)
			if (err == nil) != test.ok {
				t.Errorf("got %v", err)
			}
			if err != nil && test.hash != "" && strings.Contains(err.Error(), test.hash) {
				t.Error("the error repeats its input")
			}
		})
	}
}

// A text is a hash exactly when it is what the 32 bytes it stands for are
// written as.
func FuzzSecretHashRule(f *testing.F) {
	for _, text := range []string{"", "DEMO", SecretHash("DEMO"), SecretHash("DEMO") + "\n", SecretHash("DEMO")[:43] + "!", "T_AGymuI51LwjLeIFxRQXOs9IHnupDKs_ajhWODR2C4=", strings.Repeat("=", 44), strings.Repeat("A", 42) + "B=", plain} {
		f.Add(text)
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
