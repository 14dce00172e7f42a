// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet/identity"
)

// The descriptions that the two access_token objects share, the ephemeral resource and the data source.
const (
	scopesDescription = "The scopes to request, such as `[\"read\"]` or `[\"read\", \"update\"]`. If you " +
		"leave it out, the token carries all scopes of the Trusted Application. A token with fewer scopes than " +
		"requested is an error."
	accessTokenDescription = "The access token, for the header `Authorization: Bearer`. Don't share it between " +
		"processes or machines: ERP.net's licence terms allow one consumer per token."
	tokenTypeDescription = "Always `Bearer`."
	expiresInDescription = "Lifetime in seconds, counted from when the token was issued, usually 3600. Objects " +
		"of one run share a token, so use `expires_at` to know when it ends. Null if the server doesn't say."
	expiresAtDescription = "When the token expires, as RFC 3339 in UTC. Null if neither the server nor the " +
		"token says."
	grantedScopesDescription = "The scopes that the token carries."
)

// accessTokenModel holds the attributes that both objects share, in schema order.
type accessTokenModel struct {
	Scopes        types.Set    `tfsdk:"scopes"`
	AccessToken   types.String `tfsdk:"access_token"`
	TokenType     types.String `tfsdk:"token_type"`
	ExpiresIn     types.Int64  `tfsdk:"expires_in"`
	ExpiresAt     types.String `tfsdk:"expires_at"`
	GrantedScopes types.Set    `tfsdk:"granted_scopes"`
}

// set fills in the computed attributes from a token.
func (m *accessTokenModel) set(ctx context.Context, token *identity.Token) (diags diag.Diagnostics) {
	m.AccessToken, m.TokenType = types.StringValue(token.AccessToken.Reveal()), types.StringValue(token.TokenType)
	m.ExpiresIn, m.ExpiresAt = secondsOrNull(token.ExpiresIn), timeOrNull(token.ExpiresAt)
	m.GrantedScopes, diags = types.SetValueFrom(ctx, types.StringType, append([]string{}, token.GrantedScopes...))
	return diags
}

// texts returns the elements of a set or list of strings. Null and unknown elements become empty strings, which every
// rule about elements refuses.
func texts(elements []attr.Value) []string {
	var found []string
	for _, element := range elements {
		if text, ok := element.(types.String); ok {
			found = append(found, text.ValueString())
		}
	}
	return found
}

func textOrNull(text string) types.String {
	if text == "" {
		return types.StringNull()
	}
	return types.StringValue(text)
}

func secondsOrNull(seconds int64) types.Int64 {
	if seconds == 0 {
		return types.Int64Null()
	}
	return types.Int64Value(seconds)
}

// timeOrNull formats a time as RFC 3339 in UTC. The zero time becomes null.
func timeOrNull(t time.Time) types.String {
	if t.IsZero() {
		return types.StringNull()
	}
	return types.StringValue(t.UTC().Format(time.RFC3339))
}
