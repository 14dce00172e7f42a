// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"regexp"
	"testing"
)

func TestClientSecretEphemeral(t *testing.T) {
	p := start(t, nil, nil)
	usual, long := p.open("client_secret", nil).
		succeeds(t),
		p.open("client_secret", arguments{"length": 100, "special": true}).
			succeeds(t)
	secret := fmt.Sprint(usual.values["secret"])
	if !regexp.MustCompile("^[A-Za-z0-9]{48}$").MatchString(secret) || len(fmt.Sprint(long.values["secret"])) != 100 {
		t.Error("the secrets have other lengths or alphabets")
	}
	if matches := p.call("secret_matches", secret, fmt.Sprint(usual.values["hash"])).
		succeeds(t).
		value; matches != true {
		t.Error("the hash is of another secret")
	}
	if again := p.open("client_secret", nil); again.values["secret"] == usual.values["secret"] {
		t.Error("the same secret came again")
	}
	for _, length := range []int{31, 101} {
		p.open("client_secret", arguments{"length": length}).fails(t, "between 32 and 100")
	}
}
