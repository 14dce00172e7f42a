// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package identity

import (
	"net/http"
	"testing"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
)

func FuzzReadGrant(f *testing.F) {
	f.Add(200, grantOf(tokenWith(nil), nil))
	f.Add(400, `{"error":"invalid_client","error_description":"no"}`)
	f.Add(200, `{"expires_in":"1e5","scope":[],"token_type":"BEARER","access_token":"x"}`)
	f.Add(503, `<html>`)
	client, r := erpnet.NewClient(erpnet.Options{}), requestFor("read")
	f.Fuzz(func(t *testing.T, status int, body string) {
		sent := &erpnet.Response{Status: status, Header: http.Header{}, Body: []byte(body), At: noon}
		grant, failed := readGrant(client, r, sent)
		if (grant == nil) == (failed == nil) {
			t.Fatal("neither a grant nor an error, or both")
		}
		if failed != nil {
			return
		}
		token, failed := grant.token(client, r, sent)
		if token == nil && failed == nil {
			t.Fatal("neither a token nor an error")
		}
		if failed == nil &&
			(!isHeaderToken(token.AccessToken.Reveal()) || token.ExpiresIn < 0 || token.ExpiresIn > maxLifetime) {
			t.Errorf("took a token of %d s", token.ExpiresIn)
		}
	})
}
