// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestAccessTokenDataSource(t *testing.T) {
	_, env := startInstance(t)
	r := start(t, env, nil).read("access_token", arguments{"scopes": []string{"update", "read"}}).succeeds(t)
	r.has(t, arguments{"token_type": "Bearer", "expires_in": "3600", "granted_scopes": []any{"read", "update"}})
	rfc3339In(t, r.values["expires_at"], time.Hour)
	if !strings.HasPrefix(fmt.Sprint(r.values["access_token"]), "eyJ") {
		t.Error("no token")
	}
}
