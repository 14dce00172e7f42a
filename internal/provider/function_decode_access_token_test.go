// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"encoding/base64"
	"fmt"
	"testing"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

// A token in the legacy shape has a string as its audience, and neither iat nor a user type.
func TestDecodeAccessTokenTakesTheLegacyShape(t *testing.T) {
	instance, env := startInstance(t)
	instance.SetClaimShape(erpnettest.Legacy)
	p := start(t, env, nil)
	token := p.open("access_token", nil).succeeds(t).values["access_token"]
	p.call("decode_access_token", fmt.Sprint(token)).succeeds(t).has(t, arguments{
		"audience": []any{"DomainApi"}, "issued_at": nil, "system_user_type": nil,
	})
}

func TestDecodeAccessTokenTakesOddButSoundTokens(t *testing.T) {
	p := start(t, nil, nil)
	for name, test := range map[string]struct {
		payload string
		want    arguments // nil for an error
	}{
		"informative claims of other types": {
			payload: `{"iss":"a","client_db":7,"jti":{},"iat":"x"}`,
			want:    arguments{"issuer": "a", "database": nil, "issued_at": nil},
		},
		".NET's extreme dates": {
			`{"nbf":-62135596800,"exp":253402300799}`,
			arguments{"not_before": nil, "expires_at": "9999-12-31T23:59:59Z"},
		},
		"names in other letter cases": {`{"ISS":"b","iss":"a"}`, arguments{"issuer": "a"}},
		"a name twice":                {`{"iss":"b","iss":"a"}`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			r := p.call("decode_access_token", "e30."+base64.RawURLEncoding.EncodeToString([]byte(test.payload))+".e30")
			if test.want == nil {
				r.fails(t, "cannot be decoded")
				return
			}
			r.succeeds(t).has(t, test.want)
		})
	}
}
