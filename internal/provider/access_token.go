// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"time"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
)

// What the two access_token objects, ephemeral and data source, say alike.
const (
	scopesDescription        = "The scopes to ask for, such as `[\"read\"]` or `[\"read\", \"update\"]`. Left out, the token carries all scopes of the Trusted Application. A token with fewer scopes than asked for is an error."
	accessTokenDescription   = "The access token, for the header `Authorization: Bearer`. It is for exactly one consumer: ERP.net does not allow to share a token between processes or machines."
	tokenTypeDescription     = "Always `Bearer`."
	expiresInDescription     = "Seconds that the token was to live when it was issued, usually 3600. Objects of one run share a token, so use `expires_at` for the moment of its end. Null when the server does not say."
	expiresAtDescription     = "When the token expires, RFC 3339 in UTC. Null when neither the server nor the token says."
	grantedScopesDescription = "The scopes that the token carries."
)

// addAccessToken adds what both objects give.
func (a attributes) addAccessToken(token *erpnet.Token) {
	a["access_token"] = types.StringValue(token.AccessToken.Reveal())
	a["token_type"] = types.StringValue(token.TokenType)
	a["expires_in"] = secondsOrNull(token.ExpiresIn)
	a["expires_at"] = timeOrNull(token.ExpiresAt)
	scopes := make([]attr.Value, len(token.GrantedScopes))
	for i, scope := range token.GrantedScopes {
		scopes[i] = types.StringValue(scope)
	}
	a["granted_scopes"] = types.SetValueMust(types.StringType, scopes)
}

func secondsOrNull(seconds int64) types.Int64 {
	if seconds == 0 {
		return types.Int64Null()
	}
	return types.Int64Value(seconds)
}

// timeOrNull writes a time as RFC 3339 in UTC, the zero time as null.
func timeOrNull(t time.Time) types.String {
	if t.IsZero() {
		return types.StringNull()
	}
	return types.StringValue(t.UTC().Format(time.RFC3339))
}
