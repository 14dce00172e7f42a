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

func (d *secretHashDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_secret_hash"
}

func (d *secretHashDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "The hash of a client secret, as the `ApplicationSecretHash` of a Trusted Application has it. " +
			"**Both are stored in the state, the secret in clear.** The function `secret_hash` does the same without a state; prefer it.",
		Attributes: map[string]schema.Attribute{
			"secret": schema.StringAttribute{
				Required: true, Sensitive: true, Validators: []validator.String{secretCheck("secret")},
				MarkdownDescription: "The plain secret, without spaces or line breaks around it.",
			},
			"hash": schema.StringAttribute{
				Computed:            true,
				MarkdownDescription: "The padded base64 of the secret's SHA-256, 44 characters.",
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
