// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"strings"
	"testing"
)

// The pure objects need no provider configuration, and work even with a broken one.
func TestSecretHash(t *testing.T) {
	broken := arguments{
		"instance":            "https://id.erp.net/x?y",
		"client_secret":       "",
		"request_timeout":     "soon",
		"ca_certificate_file": "nowhere",
	}
	for _, configuration := range []arguments{nil, broken} {
		p := start(t, nil, configuration)
		p.read("secret_hash", arguments{"secret": "DEMO"}).succeeds(t).has(t, arguments{"hash": hashOfDEMO})
		if hash := p.call("secret_hash", "DEMO").succeeds(t).value; hash != hashOfDEMO {
			t.Errorf("hash is %v", hash)
		}
	}
}

// The hash covers the UTF-8 bytes of the secret. Nothing in ERP.net's documentation limits the length of a secret.
func TestSecretsMayBeLongAndBeyondASCII(t *testing.T) {
	p := start(t, nil, nil)
	for _, secret := range []string{"Тайна и нещо друго още", strings.Repeat("0123456789", 50)} {
		hash := p.call("secret_hash", secret).succeeds(t).value
		p.resource("secret_hash").apply(arguments{"secret_wo": secret}).succeeds(t).has(t, arguments{"hash": hash})
	}
}

func TestPureObjectsRefuseBadInputWithoutRepeatingIt(t *testing.T) {
	const secret = "hunter2-hunter2-hunter2"
	p := start(t, nil, nil)
	for name, test := range map[string]struct {
		got  result
		want string
	}{
		"hash of a line":  {p.call("secret_hash", secret+"\n"), "it ends with a line break"},
		"hash of nothing": {p.call("secret_hash", ""), "it is empty"},
		"match of a tab":  {p.call("secret_matches", secret+"\tx", "x"), "control character"},
		"secret as hash":  {p.call("secret_matches", "x", secret), "it is not the padded base64 of a SHA-256 sum"},
		"data source": {
			p.read("secret_hash", arguments{"secret": " " + secret}), "it begins or ends with a space",
		},
		"resource": {
			p.resource("secret_hash").apply(arguments{"secret_wo": secret + "\n"}), "it ends with a line break",
		},
		"decode a secret": {p.call("decode_access_token", secret), "it is not a JWT"},
		"decode a reference": {
			p.call("decode_access_token", "enrt_"+strings.Repeat("hunter2a", 8)), "opaque reference token",
		},
		"decode a header": {p.call("decode_access_token", "Bearer "+secret), "it begins with \"Bearer\""},
	} {
		t.Run(name, func(t *testing.T) {
			test.got.fails(t, test.want)
			test.got.hides(t, "hunter2")
		})
	}
}
