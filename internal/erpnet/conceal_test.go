// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnet

import (
	"net/http"
	"strings"
	"testing"
)

func TestConcealJSON(t *testing.T) {
	const secret = `s3cret "of" <more>`
	for name, test := range map[string]struct{ document, want string }{
		"plain":        {`{"a":"x s3cret \"of\" <more> y"}`, `{"a":"x (redacted) y"}`},
		"escaped":      {`{"a":["\u00733cret \u0022of\u0022 \u003cmore\u003e"]}`, `{"a":["(redacted)"]}`},
		"form-encoded": {`{"a":{"b":"?s=s3cret+%22of%22+%3Cmore%3E&t"}}`, `{"a":{"b":"?s=(redacted)\u0026t"}}`},
		"a number":     {`[12345678901234567890.10,null,true]`, `[12345678901234567890.10,null,true]`},
		"no JSON":      {`{"a":"s3cret`, `{"a":"s3cret`},
	} {
		if got := string(concealJSON([]byte(test.document), secret)); got != test.want {
			t.Errorf("%s: %s", name, got)
		}
	}
}

// A short secret may be a part of any word, which data must not lose.
func TestShortSecretsAreNotTakenOutOfData(t *testing.T) {
	if got := conceal("https://demodb.my.erp.net/id", "erp"); got != "https://demodb.my.erp.net/id" {
		t.Error(got)
	}
}

func TestUnreadableLocationIsDropped(t *testing.T) {
	for location, kept := range map[string]bool{"://%zz": false, "https://elsewhere.example/": true, "": true} {
		answer := &http.Response{Header: http.Header{"Location": {location}}}
		dropUnreadableLocation(answer)
		if _, has := answer.Header["Location"]; has != kept {
			t.Errorf("%q: kept is %t", location, has)
		}
	}
}

func TestTokenOfAMegabyteIsRefused(t *testing.T) {
	a := &answer{status: http.StatusOK, body: []byte(`{"token_type":"Bearer","access_token":"` + strings.Repeat("a", maxTokenSize+1) + `"}`)}
	if _, failed := readGrant(TokenRequest{}, a); failed == nil || failed.Kind != MalformedToken {
		t.Errorf("%v", failed)
	}
}
