// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
)

var _ resource.Resource = (*secretHashResource)(nil)

func newSecretHashResource() resource.Resource { return &secretHashResource{} }

// secretHashResource is the resource erpnet_secret_hash: the bridge from an ephemeral secret to arguments that are
// stored, which accept no ephemeral value. It is pure: it lives only in the state and makes no request.
type secretHashResource struct{}

type secretHashResourceModel struct {
	SecretWO        types.String `tfsdk:"secret_wo"`
	SecretWOVersion types.String `tfsdk:"secret_wo_version"`
	Hash            types.String `tfsdk:"hash"`
}

func (r *secretHashResource) Metadata(
	_ context.Context,
	req resource.MetadataRequest,
	resp *resource.MetadataResponse,
) {
	resp.TypeName = req.ProviderTypeName + "_secret_hash"
}

func (r *secretHashResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Computes the hash of a write-only client secret, and stores only the hash in the " +
			"state. " +
			"Use it where an ephemeral secret can't go, such as in a registration ticket or an output. It makes no " +
			"request. " +
			"If `secret_wo_version` changes but the secret is still the old one, apply warns `Secret Not Rotated`. " +
			"From Terraform 1.16 on, the `store` block of " +
			"[`terraform_data`](https://developer.hashicorp.com/terraform/language/resources/terraform-data) " +
			"with the function `secret_hash` is an alternative.",
		Attributes: map[string]schema.Attribute{
			"secret_wo": schema.StringAttribute{
				Required:            true,
				WriteOnly:           true,
				Sensitive:           true,
				Validators:          []validator.String{secretCheck("secret_wo")},
				MarkdownDescription: "The plain secret, write-only, without leading or trailing spaces or line breaks.",
			},
			"secret_wo_version": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "Change it to compute the hash again, for example to the version of the " +
					"secret in its store. A number or any string works. A write-only value is stored nowhere, so " +
					"Terraform can't see that it has changed.",
			},
			"hash": schema.StringAttribute{
				Computed: true,
				MarkdownDescription: "The hash for a Trusted Application's `ApplicationSecretHash`: padded base64 " +
					"of the secret's SHA-256, 44 characters.",
			},
		},
	}
}

func (r *secretHashResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	_, diags := hashOf(ctx, req.Config, &resp.State)
	resp.Diagnostics.Append(diags...)
}

// Update computes the hash again. Only the version can have changed.
func (r *secretHashResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var before secretHashResourceModel
	resp.Diagnostics.Append(req.State.Get(ctx, &before)...)
	after, diags := hashOf(ctx, req.Config, &resp.State)
	resp.Diagnostics.Append(diags...)
	if !before.SecretWOVersion.IsNull() && !resp.Diagnostics.HasError() && after.Hash.Equal(before.Hash) {
		resp.Diagnostics.Append(notRotated("secret_wo_version", "secret_wo"))
	}
}

// notRotated warns that a secret is still the old one although its version is new. Some stores record the new version
// without the new secret if writing the secret fails.
func notRotated(version, secret string) diag.Diagnostic {
	return diag.NewAttributeWarningDiagnostic(path.Root(version), "Secret Not Rotated",
		version+" has changed, but "+secret+" is the same secret as before. If you meant to rotate it, the store "+
			"may have refused the new secret: make sure that the store has it, and change "+version+" again.")
}

// hashOf stores the hash of the configured secret in the state.
func hashOf(ctx context.Context, config tfsdk.Config, state *tfsdk.State) (secretHashResourceModel, diag.Diagnostics) {
	var model secretHashResourceModel
	diags := config.Get(ctx, &model)
	if diags.HasError() {
		return model, diags
	}
	// Check during apply, because a validator doesn't see a value that is unknown in the plan.
	if err := erpnet.CheckSecret(model.SecretWO.ValueString()); err != nil {
		diags.AddError("Invalid secret_wo", "The value of secret_wo cannot be used: "+unusable(err))
		return model, diags
	}
	model.Hash = types.StringValue(erpnet.SecretHash(model.SecretWO.ValueString()))
	model.SecretWO = types.StringNull()
	diags.Append(state.Set(ctx, &model)...)
	return model, diags
}

// Read does nothing: the resource exists only in the state.
func (r *secretHashResource) Read(context.Context, resource.ReadRequest, *resource.ReadResponse) {}

// Delete does nothing: the framework removes the resource from the state.
func (r *secretHashResource) Delete(context.Context, resource.DeleteRequest, *resource.DeleteResponse) {
}
