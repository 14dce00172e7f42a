// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package identity

import (
	"fmt"
	"strings"
	"testing"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
)

func TestCheckClientID(t *testing.T) {
	for id, want := range map[string]string{
		"com.manufacturer/app":   "",
		"My App":                 "",
		"приложение":             "",
		"my.app-service":         "",
		strings.Repeat("ж", 254): "",
		strings.Repeat("x", 255): "255 characters",
		"":                       "it is empty",
		"app\n":                  "space or a line break",
		" app":                   "space or a line break",
		"hunter2\x00b":           "control character",
	} {
		err := CheckClientID(id)
		wantError(t, err, want)
		if err != nil && strings.Contains(err.Error(), "hunter2") {
			t.Error("the error repeats the text")
		}
	}
}

func TestCheckReferenceToken(t *testing.T) {
	token := "enrt_" + strings.Repeat("0aF", 21) + "9"
	for text, want := range map[string]string{
		token:            "",
		"":               "it is empty",
		token + "\n":     erpnet.ErrSurroundingSpace.Error(),
		token[:60] + "g": "", // ERP.net documents only the prefix
		token[5:]:        "begins with enrt_",
		token + " x":     "has no spaces",
	} {
		err := CheckReferenceToken(text)
		wantError(t, err, want)
		if err != nil && strings.Contains(err.Error(), token[5:60]) {
			t.Error("the error repeats the token")
		}
	}
}

func TestHashPrefixShowsLittle(t *testing.T) {
	for length, want := range map[int]string{
		len(testSecret): erpnet.SecretHash(testSecret)[:4],
		24:              erpnet.SecretHash(testSecret[:24])[:4],
		23:              "",
	} {
		if got := (Credentials{Secret: erpnet.NewSecret(testSecret[:length])}).hashPrefix(); got != want {
			t.Errorf("of a secret of %d characters, %q is shown", length, got)
		}
	}
}

// A secret prints as redacted even inside other values.
func TestValuesPrintWithoutSecrets(t *testing.T) {
	r := requestFor("read")
	for name, value := range map[string]any{
		"token": &Token{AccessToken: r.Credentials.Secret}, "request": r, "pointer": &r,
	} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d"} {
			printed := strings.ToLower(fmt.Sprintf(verb, value))
			if strings.Contains(printed, strings.ToLower(testSecret)) ||
				strings.Contains(printed, fmt.Sprintf("%x", testSecret)) {
				t.Errorf("%s leaks through %s", name, verb)
			}
		}
	}
	if strings.Contains(r.Key(), testSecret) {
		t.Error("the key of a request holds its secret")
	}
}
