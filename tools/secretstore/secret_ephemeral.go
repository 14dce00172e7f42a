// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

var _ ephemeral.EphemeralResourceWithConfigure = (*secretEphemeral)(nil)

// secretEphemeral is the ephemeral resource secretstore_secret.
type secretEphemeral struct{ store store }

type secretEphemeralModel struct {
	Name      types.String `tfsdk:"name"`
	VersionID types.String `tfsdk:"version_id"`
	Value     types.String `tfsdk:"value"`
}

// Metadata implements [ephemeral.EphemeralResource].
func (e *secretEphemeral) Metadata(_ context.Context, req ephemeral.MetadataRequest, resp *ephemeral.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_secret"
}

// Schema implements [ephemeral.EphemeralResource].
func (e *secretEphemeral) Schema(_ context.Context, _ ephemeral.SchemaRequest, resp *ephemeral.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "A secret, read from the store.",
		Attributes: map[string]schema.Attribute{
			"name":       schema.StringAttribute{Required: true, MarkdownDescription: "Name of the secret."},
			"version_id": schema.StringAttribute{Optional: true, MarkdownDescription: "The version to read; left out, the newest. While it is unknown, the CLI waits with the read: so it follows a write."},
			"value":      schema.StringAttribute{Computed: true, Sensitive: true, MarkdownDescription: "The value."},
		},
	}
}

// Configure implements [ephemeral.EphemeralResourceWithConfigure].
func (e *secretEphemeral) Configure(_ context.Context, req ephemeral.ConfigureRequest, _ *ephemeral.ConfigureResponse) {
	e.store, _ = req.ProviderData.(store) // nil in validation
}

// Open implements [ephemeral.EphemeralResource].
func (e *secretEphemeral) Open(ctx context.Context, req ephemeral.OpenRequest, resp *ephemeral.OpenResponse) {
	var model secretEphemeralModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	value, err := e.store.read(model.Name.ValueString(), model.VersionID.ValueString())
	if err != nil {
		resp.Diagnostics.AddError("Secret Not Read", err.Error())
		return
	}
	model.Value = types.StringValue(value)
	resp.Diagnostics.Append(resp.Result.Set(ctx, &model)...)
}
