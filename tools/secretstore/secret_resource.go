// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

var _ resource.ResourceWithConfigure = (*secretResource)(nil)

// secretResource is the resource secretstore_secret. It writes a new version of
// the secret when it is created and when value_wo_version changes, at no other
// time.
type secretResource struct{ store store }

type secretResourceModel struct {
	Name           types.String `tfsdk:"name"`
	ValueWO        types.String `tfsdk:"value_wo"`
	ValueWOVersion types.Int64  `tfsdk:"value_wo_version"`
	VersionID      types.String `tfsdk:"version_id"`
}

// Metadata implements [resource.Resource].
func (r *secretResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_secret"
}

// Schema implements [resource.Resource].
func (r *secretResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "A secret in the store. Its value is in no state.",
		Attributes: map[string]schema.Attribute{
			"name": schema.StringAttribute{
				Required: true, Validators: []validator.String{stringvalidator.LengthAtLeast(1)},
				PlanModifiers:       []planmodifier.String{stringplanmodifier.RequiresReplace()},
				MarkdownDescription: "Name of the secret.",
			},
			"value_wo":         schema.StringAttribute{Required: true, WriteOnly: true, Sensitive: true, MarkdownDescription: "The value, write-only."},
			"value_wo_version": schema.Int64Attribute{Required: true, MarkdownDescription: "A change of it writes the value again."},
			"version_id":       schema.StringAttribute{Computed: true, MarkdownDescription: "ID of the newest version: another one, known only afterwards, whenever the value is written."},
		},
	}
}

// Configure implements [resource.ResourceWithConfigure].
func (r *secretResource) Configure(_ context.Context, req resource.ConfigureRequest, _ *resource.ConfigureResponse) {
	r.store, _ = req.ProviderData.(store) // nil in validation
}

// Create implements [resource.Resource].
func (r *secretResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	resp.Diagnostics.Append(r.write(ctx, req.Config, &resp.State)...)
}

// Update implements [resource.Resource]. Only the version can have changed.
func (r *secretResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	resp.Diagnostics.Append(r.write(ctx, req.Config, &resp.State)...)
}

func (r *secretResource) write(ctx context.Context, config tfsdk.Config, state *tfsdk.State) diag.Diagnostics {
	var model secretResourceModel
	diags := config.Get(ctx, &model)
	if diags.HasError() {
		return diags
	}
	id, err := r.store.write(model.Name.ValueString(), model.ValueWO.ValueString())
	if err != nil {
		diags.AddError("Secret Not Written", err.Error())
		return diags
	}
	model.ValueWO, model.VersionID = types.StringNull(), types.StringValue(id)
	diags.Append(state.Set(ctx, &model)...)
	return diags
}

// Read implements [resource.Resource].
func (r *secretResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var model secretResourceModel
	resp.Diagnostics.Append(req.State.Get(ctx, &model)...)
	ids, err := r.store.versions(model.Name.ValueString())
	switch {
	case err != nil:
		resp.Diagnostics.AddError("Secret Not Read", err.Error())
	case len(ids) == 0:
		resp.State.RemoveResource(ctx)
	default:
		model.VersionID = types.StringValue(ids[len(ids)-1])
		resp.Diagnostics.Append(resp.State.Set(ctx, &model)...)
	}
}

// Delete implements [resource.Resource].
func (r *secretResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var model secretResourceModel
	resp.Diagnostics.Append(req.State.Get(ctx, &model)...)
	if err := r.store.remove(model.Name.ValueString()); err != nil {
		resp.Diagnostics.AddError("Secret Not Deleted", err.Error())
	}
}
