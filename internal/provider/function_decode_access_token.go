// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet/identity"
)

var _ function.Function = (*decodeAccessTokenFunction)(nil)

func newDecodeAccessTokenFunction() function.Function { return &decodeAccessTokenFunction{} }

// decodeAccessTokenFunction is the function decode_access_token(token).
type decodeAccessTokenFunction struct{}

// claimsModel is the object that the function returns.
type claimsModel struct {
	Verified       bool         `tfsdk:"verified"`
	Algorithm      types.String `tfsdk:"algorithm"`
	KeyID          types.String `tfsdk:"key_id"`
	Type           types.String `tfsdk:"type"`
	Issuer         types.String `tfsdk:"issuer"`
	Audience       []string     `tfsdk:"audience"`
	ClientID       types.String `tfsdk:"client_id"`
	SystemUser     types.String `tfsdk:"system_user"`
	SystemUserType types.String `tfsdk:"system_user_type"`
	SystemUserID   types.String `tfsdk:"system_user_id"`
	Database       types.String `tfsdk:"database"`
	TokenID        types.String `tfsdk:"token_id"`
	IssuedAt       types.String `tfsdk:"issued_at"`
	NotBefore      types.String `tfsdk:"not_before"`
	ExpiresAt      types.String `tfsdk:"expires_at"`
	Scopes         []string     `tfsdk:"scopes"`
}

func claimsTypes() map[string]attr.Type {
	list, set := types.ListType{ElemType: types.StringType}, types.SetType{ElemType: types.StringType}
	return map[string]attr.Type{
		"verified": types.BoolType, "algorithm": types.StringType, "key_id": types.StringType, "type": types.StringType,
		"issuer": types.StringType, "audience": list, "client_id": types.StringType,
		"system_user": types.StringType, "system_user_type": types.StringType, "system_user_id": types.StringType,
		"database": types.StringType, "token_id": types.StringType,
		"issued_at": types.StringType, "not_before": types.StringType, "expires_at": types.StringType, "scopes": set,
	}
}

func newClaimsModel(c *identity.Claims) claimsModel {
	return claimsModel{
		Algorithm: textOrNull(c.Algorithm), KeyID: textOrNull(c.KeyID), Type: textOrNull(c.Type),
		Issuer: textOrNull(c.Issuer), Audience: c.Audience, ClientID: textOrNull(c.ClientID),
		SystemUser: textOrNull(
			c.SystemUser,
		), SystemUserType: textOrNull(c.SystemUserType), SystemUserID: textOrNull(c.SystemUserID),
		Database: textOrNull(c.Database), TokenID: textOrNull(c.TokenID),
		IssuedAt: timeOrNull(c.IssuedAt), NotBefore: timeOrNull(c.NotBefore), ExpiresAt: timeOrNull(c.ExpiresAt),
		Scopes: c.Scopes,
	}
}

func (f *decodeAccessTokenFunction) Metadata(
	_ context.Context,
	_ function.MetadataRequest,
	resp *function.MetadataResponse,
) {
	resp.Name = "decode_access_token"
}

func (f *decodeAccessTokenFunction) Definition(
	_ context.Context,
	_ function.DefinitionRequest,
	resp *function.DefinitionResponse,
) {
	resp.Definition = function.Definition{
		Summary: "Read the claims of an access token",
		MarkdownDescription: "Returns the header and claims of an access token as one object. **It verifies " +
			"nothing**, neither the signature nor any claim: don't base trust decisions on it. " +
			"Claims that the token doesn't have are null.\n\n" +
			"The object's attributes are `verified` (always false), the header's `algorithm`, `key_id` and `type`, " +
			"and the claims `issuer`, `audience` (a list), `client_id`, " +
			"`system_user`, `system_user_type` and `system_user_id` (the user that calls run as), `database`, " +
			"`token_id`, " +
			"`issued_at`, `not_before` and `expires_at` (RFC 3339 in UTC), and `scopes` (a set).\n\n" +
			"An opaque reference token (`enrt_...`) has no claims and is an error. The claims of a sensitive or " +
			"ephemeral token are sensitive or ephemeral too.",
		Parameters: []function.Parameter{
			function.StringParameter{Name: "token", MarkdownDescription: "The access token, without `Bearer`."},
		},
		Return: function.ObjectReturn{AttributeTypes: claimsTypes()},
	}
}

func (f *decodeAccessTokenFunction) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var token string
	if resp.Error = req.Arguments.Get(ctx, &token); resp.Error != nil {
		return
	}
	claims, err := identity.DecodeClaims(token)
	if err != nil {
		resp.Error = function.NewArgumentFuncError(0, "The token cannot be decoded: "+err.Error())
		return
	}
	resp.Error = resp.Result.Set(ctx, newClaimsModel(claims))
}
