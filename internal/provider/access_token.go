// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
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

// accessTokenResult is what both objects give, in schema order.
type accessTokenResult struct {
	AccessToken   types.String `tfsdk:"access_token"`
	TokenType     types.String `tfsdk:"token_type"`
	ExpiresIn     types.Int64  `tfsdk:"expires_in"`
	ExpiresAt     types.String `tfsdk:"expires_at"`
	GrantedScopes types.Set    `tfsdk:"granted_scopes"`
}

func newAccessTokenResult(ctx context.Context, token *erpnet.Token) (accessTokenResult, diag.Diagnostics) {
	scopes, diags := types.SetValueFrom(ctx, types.StringType, append([]string{}, token.GrantedScopes...))
	return accessTokenResult{
		AccessToken:   types.StringValue(token.AccessToken.Reveal()),
		TokenType:     types.StringValue(token.TokenType),
		ExpiresIn:     secondsOrNull(token.ExpiresIn),
		ExpiresAt:     timeOrNull(token.ExpiresAt),
		GrantedScopes: scopes,
	}, diags
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
