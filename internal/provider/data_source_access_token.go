// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

var _ datasource.DataSourceWithConfigure = (*accessTokenDataSource)(nil)

func newAccessTokenDataSource() datasource.DataSource { return &accessTokenDataSource{} }

// accessTokenDataSource is the data source erpnet_access_token, for places that don't accept an ephemeral value.
type accessTokenDataSource struct{ configuredDataSource }

func (d *accessTokenDataSource) Metadata(
	_ context.Context,
	req datasource.MetadataRequest,
	resp *datasource.MetadataResponse,
) {
	resp.TypeName = req.ProviderTypeName + "_access_token"
}

func (d *accessTokenDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Requests an access token and **stores it in plain text in the state and in saved " +
			"plans**. " +
			"Use the ephemeral resource `erpnet_access_token` instead wherever an ephemeral value is accepted: in " +
			"provider blocks, write-only arguments and provisioners. " +
			"Use this data source for everything else, such as arguments of other data sources, and with CLIs " +
			"older than Terraform 1.10 or OpenTofu 1.11. " +
			"A saved plan carries the token from when the plan was made, which may have expired by the time you " +
			"apply it.",
		Attributes: map[string]schema.Attribute{
			"scopes": schema.SetAttribute{
				Optional: true, ElementType: types.StringType,
				Validators:          scopesCheck("scopes", ""),
				MarkdownDescription: scopesDescription,
			},
			"access_token": schema.StringAttribute{
				Computed:            true,
				Sensitive:           true,
				MarkdownDescription: accessTokenDescription,
			},
			"token_type": schema.StringAttribute{Computed: true, MarkdownDescription: tokenTypeDescription},
			"expires_in": schema.Int64Attribute{Computed: true, MarkdownDescription: expiresInDescription},
			"expires_at": schema.StringAttribute{Computed: true, MarkdownDescription: expiresAtDescription},
			"granted_scopes": schema.SetAttribute{
				Computed:            true,
				ElementType:         types.StringType,
				MarkdownDescription: grantedScopesDescription,
			},
		},
	}
}

func (d *accessTokenDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	ctx, done := d.session.begin(ctx)
	defer done()
	var model accessTokenModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() {
		return
	}
	token, diags := d.session.accessToken(ctx, ownCredentials{}, model.Scopes)
	if deferData(ctx, diags, req, resp) {
		return
	}
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(model.set(ctx, token)...)
	resp.Diagnostics.Append(resp.State.Set(ctx, &model)...)
}
