// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
)

var _ ephemeral.EphemeralResource = (*clientSecretEphemeral)(nil)

func newClientSecretEphemeral() ephemeral.EphemeralResource { return &clientSecretEphemeral{} }

// clientSecretEphemeral is the ephemeral resource erpnet_client_secret. It is pure: it needs no provider configuration
// and makes no request.
type clientSecretEphemeral struct{}

type clientSecretModel struct {
	Length  types.Int64  `tfsdk:"length"`
	Special types.Bool   `tfsdk:"special"`
	Secret  types.String `tfsdk:"secret"`
	Hash    types.String `tfsdk:"hash"`
}

func (e *clientSecretEphemeral) Metadata(_ context.Context, req ephemeral.MetadataRequest, resp *ephemeral.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_client_secret"
}

func (e *clientSecretEphemeral) Schema(_ context.Context, _ ephemeral.SchemaRequest, resp *ephemeral.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "A new random client secret and its hash. Nothing of it is stored: the CLI opens an ephemeral resource anew in each plan and each apply, so **its value is never the same twice**. " +
			"Write it to a secret store in the same apply, by a write-only argument, and take the hash from there on.",
		Attributes: map[string]schema.Attribute{
			"length": schema.Int64Attribute{
				Optional: true, Validators: []validator.Int64{int64validator.Between(erpnet.MinGeneratedLength, erpnet.MaxGeneratedLength)},
				MarkdownDescription: "Number of characters, from 32 to 100. Default 48.",
			},
			"special": schema.BoolAttribute{
				Optional:            true,
				MarkdownDescription: "Whether it may hold special characters besides letters and digits. Default `false`: letters and digits pass every shell and form unchanged.",
			},
			"secret": schema.StringAttribute{Computed: true, Sensitive: true, MarkdownDescription: "The secret."},
			"hash":   schema.StringAttribute{Computed: true, MarkdownDescription: "Its hash, the `ApplicationSecretHash` of a Trusted Application: padded base64 of the SHA-256, 44 characters."},
		},
	}
}

func (e *clientSecretEphemeral) Open(ctx context.Context, req ephemeral.OpenRequest, resp *ephemeral.OpenResponse) {
	var model clientSecretModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() {
		return
	}
	length := erpnet.DefaultGeneratedLength
	if !model.Length.IsNull() {
		length = int(model.Length.ValueInt64())
	}
	secret, err := erpnet.GenerateSecret(length, model.Special.ValueBool())
	if err != nil {
		resp.Diagnostics.AddError("Invalid length", "The length cannot be used: "+err.Error()+".")
		return
	}
	model.Secret = types.StringValue(secret.Reveal())
	model.Hash = types.StringValue(erpnet.SecretHash(secret.Reveal()))
	resp.Diagnostics.Append(resp.Result.Set(ctx, &model)...)
}
