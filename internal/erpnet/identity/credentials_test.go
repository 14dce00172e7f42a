// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package identity

import (
	"fmt"
	"strings"
	"testing"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
)

const plain = "Correct-Horse-Battery-Staple-0123456789"

func TestHashPrefixShowsLittle(t *testing.T) {
	for length, want := range map[int]string{
		len(plain): erpnet.SecretHash(plain)[:4],
		24:         erpnet.SecretHash(plain[:24])[:4],
		23:         "",
	} {
		if got := (Credentials{"id", erpnet.NewSecret(plain[:length])}).hashPrefix(); got != want {
			t.Errorf("of a secret of %d characters, %q is shown", length, got)
		}
	}
}

func TestCheckClientID(t *testing.T) {
	for name, test := range map[string]struct{ id, want string }{
		"reverse host":  {"com.manufacturer/app", ""},
		"blank inside":  {"My App", ""},
		"non-latin":     {"приложение", ""},
		"empty":         {"", "empty"},
		"newline":       {"app\n", "space or a line break"},
		"control":       {"a\x00b", "control character"},
		"longest":       {strings.Repeat("x", 254), ""},
		"over-long":     {strings.Repeat("x", 255), "255 bytes"},
		"hybrid suffix": {"my.app-service", ""},
	} {
		t.Run(name, func(t *testing.T) { expectError(t, CheckClientID(test.id), test.want) })
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

func TestSecretsInsideOfOtherValuesPrintAsRedacted(t *testing.T) {
	credentials := Credentials{"id", erpnet.NewSecret(plain)}
	for name, value := range map[string]any{
		"credentials": credentials,
		"token":       &Token{AccessToken: credentials.Secret},
		"request":     TokenRequest{Credentials: credentials},
	} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d"} {
			printed := strings.ToLower(fmt.Sprintf(verb, value))
			if strings.Contains(printed, strings.ToLower(plain)) || strings.Contains(printed, fmt.Sprintf("%x", plain)) {
				t.Errorf("%s leaks through %s", name, verb)
			}
		}
	}
}
