// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

// Command terraform-provider-ladder tells what each attribute of the data source
// erpnet_access_token costs: its data sources ladder_1 to ladder_6 have the
// first one to six of these attributes, without validators. It is measured
// against, and never shipped.
package main

import (
	"context"
	"log"
	"strconv"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

func main() {
	err := providerserver.Serve(context.Background(), func() provider.Provider { return ladder{} }, providerserver.ServeOpts{
		Address:         "registry.terraform.io/erpnet/ladder",
		ProtocolVersion: 6,
	})
	if err != nil {
		log.Fatal(err)
	}
}

// attribute is one of the data source's, with a value of the usual size.
type attribute struct {
	name   string
	schema schema.Attribute
	value  attr.Value
}

// attributes are in the order in which the rungs take them up.
var attributes = []attribute{
	{"access_token", schema.StringAttribute{Computed: true, Sensitive: true}, types.StringValue(strings.Repeat("t", 950))},
	{"token_type", schema.StringAttribute{Computed: true}, types.StringValue("Bearer")},
	{"expires_in", schema.Int64Attribute{Computed: true}, types.Int64Value(3600)},
	{"expires_at", schema.StringAttribute{Computed: true}, types.StringValue("2026-01-01T00:00:00Z")},
	{"granted_scopes", schema.SetAttribute{Computed: true, ElementType: types.StringType}, types.SetValueMust(types.StringType, []attr.Value{types.StringValue("read"), types.StringValue("update")})},
	{"scopes", schema.SetAttribute{Optional: true, ElementType: types.StringType}, types.SetNull(types.StringType)},
}

type ladder struct{}

func (ladder) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "ladder"
}

func (ladder) Schema(context.Context, provider.SchemaRequest, *provider.SchemaResponse) {}

func (ladder) Configure(context.Context, provider.ConfigureRequest, *provider.ConfigureResponse) {}

func (ladder) Resources(context.Context) []func() resource.Resource { return nil }

func (ladder) DataSources(context.Context) []func() datasource.DataSource {
	var constructors []func() datasource.DataSource
	for n := range attributes {
		constructors = append(constructors, func() datasource.DataSource { return rung(attributes[:n+1]) })
	}
	return constructors
}

// rung is a data source of the first few attributes.
type rung []attribute

func (r rung) Metadata(_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = "ladder_" + strconv.Itoa(len(r))
}

func (r rung) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema.Attributes = map[string]schema.Attribute{}
	for _, a := range r {
		resp.Schema.Attributes[a.name] = a.schema
	}
}

func (r rung) Read(ctx context.Context, _ datasource.ReadRequest, resp *datasource.ReadResponse) {
	kinds, values := map[string]attr.Type{}, map[string]attr.Value{}
	for _, a := range r {
		kinds[a.name], values[a.name] = a.value.Type(ctx), a.value
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, types.ObjectValueMust(kinds, values))...)
}
