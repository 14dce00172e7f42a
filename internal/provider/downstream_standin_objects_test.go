// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	read "github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	opened "github.com/hashicorp/terraform-plugin-framework/ephemeral/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	managed "github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// standInObject is what the three kinds of objects have in common.
type standInObject struct {
	name     string
	act      act
	provider tfsdk.Config
}

// do sets the attributes that the act gives, by the setter of a state or result.
func (o *standInObject) do(ctx context.Context, own tfsdk.Config, set func(context.Context, path.Path, any) diag.Diagnostics) (diags diag.Diagnostics) {
	given, err := o.act(ctx, own, o.provider)
	if err != nil {
		diags.AddError("Stand-in Failed", err.Error())
		return diags
	}
	for _, name := range slices.Sorted(maps.Keys(given)) {
		diags.Append(set(ctx, path.Root(name), given[name])...)
	}
	return diags
}

// argument is a text in a configuration.
func argument(ctx context.Context, config tfsdk.Config, name string, below ...string) string {
	var value types.String
	at := path.Root(name)
	for _, name := range below {
		at = at.AtName(name)
	}
	_ = config.GetAttribute(ctx, at, &value) // a mistake here is one of the test's
	return value.ValueString()
}

// standInResource does its act in each create and update.
type standInResource struct {
	standInObject
	schema managed.Schema
}

func (r *standInResource) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = r.name
}

func (r *standInResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = r.schema
}

func (r *standInResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	resp.State.Raw = req.Plan.Raw
	resp.Diagnostics.Append(r.do(ctx, req.Config, resp.State.SetAttribute)...)
}

func (r *standInResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	resp.State.Raw = req.Plan.Raw
	resp.Diagnostics.Append(r.do(ctx, req.Config, resp.State.SetAttribute)...)
}

func (r *standInResource) Read(context.Context, resource.ReadRequest, *resource.ReadResponse) {}

func (r *standInResource) Delete(context.Context, resource.DeleteRequest, *resource.DeleteResponse) {}

type standInData struct {
	standInObject
	schema read.Schema
}

func (d *standInData) Metadata(_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = d.name
}

func (d *standInData) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = d.schema
}

func (d *standInData) Configure(_ context.Context, req datasource.ConfigureRequest, _ *datasource.ConfigureResponse) {
	d.provider, _ = req.ProviderData.(tfsdk.Config) // nil in validation
}

func (d *standInData) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	resp.State.Raw = req.Config.Raw
	resp.Diagnostics.Append(d.do(ctx, req.Config, resp.State.SetAttribute)...)
}

type standInEphemeral struct {
	standInObject
	schema opened.Schema
}

func (e *standInEphemeral) Metadata(_ context.Context, _ ephemeral.MetadataRequest, resp *ephemeral.MetadataResponse) {
	resp.TypeName = e.name
}

func (e *standInEphemeral) Schema(_ context.Context, _ ephemeral.SchemaRequest, resp *ephemeral.SchemaResponse) {
	resp.Schema = e.schema
}

func (e *standInEphemeral) Open(ctx context.Context, req ephemeral.OpenRequest, resp *ephemeral.OpenResponse) {
	resp.Result.Raw = req.Config.Raw
	resp.Diagnostics.Append(e.do(ctx, req.Config, resp.Result.SetAttribute)...)
}
