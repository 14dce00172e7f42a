// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnet

import (
	"bytes"
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
		nested  Credentials
	}
	values := map[string]any{
		"secret":  secret,
		"pointer": &secret,
		"wrapper": wrapper{secret, secret, &secret, Credentials{"id", secret}},
		"slice":   []Secret{secret},
		"map":     map[string]Secret{"k": secret},
		"token":   &Token{AccessToken: secret},
		"request": TokenRequest{Credentials: Credentials{"id", secret}},
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
		"blanks only":       {" \t\n", "nothing but blanks"},
		"trailing newline":  {plain + "\n", "line break"},
		"trailing CRLF":     {plain + "\r\n", "line break"},
		"leading blank":     {" " + plain, "blank"},
		"trailing tab":      {plain + "\t", "blank"},
		"blank and newline": {" " + plain + "\n", "blank"},
		"too long":          {strings.Repeat("x", 101), "101 characters"},
		"umlaut":            {"pässword-pässword-pässword", "character 2 "},
		"tab inside":        {"a\tb", "character 2 "},
		"DEL":               {"ab\x7f", "character 3 "},
		"no-break space":    {plain + "\u00a0", "blank"},
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

func TestHashHintShowsLittle(t *testing.T) {
	long := Credentials{"id", NewSecret(plain)}.hashHint()
	if !strings.Contains(long, `"`+SecretHash(plain)[:4]+`"`) || strings.Contains(long, SecretHash(plain)[:5]) {
		t.Errorf("a long secret's hint does not show exactly four characters: %s", long)
	}
	edge := Credentials{"id", NewSecret(plain[:24])}.hashHint()
	if !strings.Contains(edge, SecretHash(plain[:24])[:4]) {
		t.Error("24 characters are long enough for a hint")
	}
	short := Credentials{"id", NewSecret(plain[:23])}.hashHint()
	if strings.Contains(short, SecretHash(plain[:23])[:4]) || !strings.Contains(short, "secret_matches") {
		t.Errorf("a short secret's hint is wrong: %s", short)
	}
}

func TestCheckClientID(t *testing.T) {
	for name, test := range map[string]struct{ id, want string }{
		"reverse host":  {"com.manufacturer/app", ""},
		"blank inside":  {"My App", ""},
		"non-latin":     {"приложение", ""},
		"empty":         {"", "empty"},
		"newline":       {"app\n", "blank or a line break"},
		"control":       {"a\x00b", "control character"},
		"longest":       {strings.Repeat("x", 254), ""},
		"over-long":     {strings.Repeat("x", 255), "255 bytes"},
		"hybrid suffix": {"my.app-service", ""},
	} {
		t.Run(name, func(t *testing.T) { expectError(t, CheckClientID(test.id), test.want) })
	}
}
