// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
)

var _ datasource.DataSource = (*secretHashDataSource)(nil)

func newSecretHashDataSource() datasource.DataSource { return &secretHashDataSource{} }

// secretHashDataSource is the data source erpnet_secret_hash. It is pure: it needs no provider configuration and makes
// no request.
type secretHashDataSource struct{}

type secretHashModel struct {
	Secret types.String `tfsdk:"secret"`
	Hash   types.String `tfsdk:"hash"`
}

func (d *secretHashDataSource) Metadata(
	_ context.Context,
	req datasource.MetadataRequest,
	resp *datasource.MetadataResponse,
) {
	resp.TypeName = req.ProviderTypeName + "_secret_hash"
}

func (d *secretHashDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Computes the hash of a client secret, the value of a Trusted Application's " +
			"`ApplicationSecretHash`. " +
			"**It stores the secret in plain text in the state and in saved plans.** Use the function " +
			"`secret_hash` or the resource `erpnet_secret_hash` instead if your CLI has them.",
		Attributes: map[string]schema.Attribute{
			"secret": schema.StringAttribute{
				Required: true, Sensitive: true, Validators: []validator.String{secretCheck("secret")},
				MarkdownDescription: "The plain secret, without leading or trailing spaces or line breaks.",
			},
			"hash": schema.StringAttribute{
				Computed:            true,
				MarkdownDescription: "The hash: padded base64 of the secret's SHA-256, 44 characters.",
			},
		},
	}
}

func (d *secretHashDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var model secretHashModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() {
		return
	}
	model.Hash = types.StringValue(erpnet.SecretHash(model.Secret.ValueString()))
	resp.Diagnostics.Append(resp.State.Set(ctx, &model)...)
}
