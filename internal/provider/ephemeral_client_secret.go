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

func (e *clientSecretEphemeral) Metadata(
	_ context.Context,
	req ephemeral.MetadataRequest,
	resp *ephemeral.MetadataResponse,
) {
	resp.TypeName = req.ProviderTypeName + "_client_secret"
}

func (e *clientSecretEphemeral) Schema(_ context.Context, _ ephemeral.SchemaRequest, resp *ephemeral.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Generates a random client secret and its hash, and stores neither. The CLI opens an " +
			"ephemeral resource again in each plan and each apply, so **you never get the same secret twice**. " +
			"Write the secret to a secret store with a write-only argument in the same apply, and read it back " +
			"from there.",
		Attributes: map[string]schema.Attribute{
			"length": schema.Int64Attribute{
				Optional: true,
				Validators: []validator.Int64{
					int64validator.Between(erpnet.MinGeneratedLength, erpnet.MaxGeneratedLength),
				},
				MarkdownDescription: "Number of characters, from 32 to 100. Default 48.",
			},
			"special": schema.BoolAttribute{
				Optional: true,
				MarkdownDescription: "Whether to use special characters besides letters and digits. Default " +
					"`false`, because letters and digits pass through every shell and form unchanged.",
			},
			"secret": schema.StringAttribute{Computed: true, Sensitive: true, MarkdownDescription: "The secret."},
			"hash": schema.StringAttribute{Computed: true, MarkdownDescription: "The hash for a Trusted " +
				"Application's `ApplicationSecretHash`: padded base64 of the secret's SHA-256, 44 characters."},
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
