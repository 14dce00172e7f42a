// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

// Command terraform-provider-twin has the schemas of the ERP.net provider, and
// nothing behind them: its objects answer constants of the usual size, in the
// framework's plainest idiom, and make no request. What the provider takes
// longer than its twin is what its own code and its requests cost. It is
// measured against, and never shipped.
package main

import (
	"context"
	"log"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	erpnet "github.com/erpnet/terraform-provider-erpnet/internal/provider"
)

func main() {
	err := providerserver.Serve(context.Background(), newTwin, providerserver.ServeOpts{
		Address:         "registry.terraform.io/erpnet/twin",
		ProtocolVersion: 6,
	})
	if err != nil {
		log.Fatal(err)
	}
}

// original is what the provider implements.
type original interface {
	provider.ProviderWithFunctions
	provider.ProviderWithEphemeralResources
}

type twin struct{ original }

func newTwin() provider.Provider {
	return twin{erpnet.New("twin")().(original)} //nolint:forcetypeassert // that is what it implements
}

func (twin) Configure(context.Context, provider.ConfigureRequest, *provider.ConfigureResponse) {}

// token has the length of one that an instance issues.
var token = strings.Repeat("t", 950)

const hash = "b1DG7V46sd0EGFg5XimcNFQz//q1RFFZ2REHRpc43+Y="

type tokenResult struct {
	AccessToken   types.String `tfsdk:"access_token"`
	TokenType     types.String `tfsdk:"token_type"`
	ExpiresIn     types.Int64  `tfsdk:"expires_in"`
	ExpiresAt     types.String `tfsdk:"expires_at"`
	GrantedScopes types.Set    `tfsdk:"granted_scopes"`
}

func newTokenResult(ctx context.Context) tokenResult {
	scopes, _ := types.SetValueFrom(ctx, types.StringType, []string{"read", "update"})
	return tokenResult{types.StringValue(token), types.StringValue("Bearer"), types.Int64Value(3600), types.StringValue("2026-01-01T00:00:00Z"), scopes}
}

func (t twin) DataSources(ctx context.Context) []func() datasource.DataSource {
	constructors := t.original.DataSources(ctx)
	for i, construct := range constructors {
		var named datasource.MetadataResponse
		construct().Metadata(ctx, datasource.MetadataRequest{ProviderTypeName: "erpnet"}, &named)
		if named.TypeName == "erpnet_access_token" {
			constructors[i] = func() datasource.DataSource { return tokenDataSource{construct()} }
		}
	}
	return constructors
}

type tokenDataSource struct{ datasource.DataSource }

func (tokenDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var model struct {
		Scopes types.Set `tfsdk:"scopes"`
		tokenResult
	}
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	model.tokenResult = newTokenResult(ctx)
	resp.Diagnostics.Append(resp.State.Set(ctx, &model)...)
}

func (t twin) EphemeralResources(ctx context.Context) []func() ephemeral.EphemeralResource {
	constructors := t.original.EphemeralResources(ctx)
	for i, construct := range constructors {
		var named ephemeral.MetadataResponse
		construct().Metadata(ctx, ephemeral.MetadataRequest{ProviderTypeName: "erpnet"}, &named)
		if named.TypeName == "erpnet_access_token" {
			constructors[i] = func() ephemeral.EphemeralResource { return tokenEphemeral{construct()} }
		}
	}
	return constructors
}

type tokenEphemeral struct{ ephemeral.EphemeralResource }

func (tokenEphemeral) Open(ctx context.Context, req ephemeral.OpenRequest, resp *ephemeral.OpenResponse) {
	var model struct {
		Scopes       types.Set    `tfsdk:"scopes"`
		Instance     types.String `tfsdk:"instance"`
		ClientID     types.String `tfsdk:"client_id"`
		ClientSecret types.String `tfsdk:"client_secret"`
		tokenResult
	}
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	model.tokenResult = newTokenResult(ctx)
	resp.Diagnostics.Append(resp.Result.Set(ctx, &model)...)
}

func (t twin) Resources(ctx context.Context) []func() resource.Resource {
	constructors := t.original.Resources(ctx)
	for i, construct := range constructors {
		var named resource.MetadataResponse
		construct().Metadata(ctx, resource.MetadataRequest{ProviderTypeName: "erpnet"}, &named)
		if named.TypeName == "erpnet_secret_hash" {
			constructors[i] = func() resource.Resource { return hashResource{construct()} }
		}
	}
	return constructors
}

type hashResource struct{ resource.Resource }

func (hashResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var model struct {
		SecretWO        types.String `tfsdk:"secret_wo"`
		SecretWOVersion types.Int64  `tfsdk:"secret_wo_version"`
		Hash            types.String `tfsdk:"hash"`
	}
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	model.SecretWO, model.Hash = types.StringNull(), types.StringValue(hash)
	resp.Diagnostics.Append(resp.State.Set(ctx, &model)...)
}

func (t twin) Functions(ctx context.Context) []func() function.Function {
	constructors := t.original.Functions(ctx)
	for i, construct := range constructors {
		var named function.MetadataResponse
		construct().Metadata(ctx, function.MetadataRequest{}, &named)
		if named.Name == "secret_hash" {
			constructors[i] = func() function.Function { return hashFunction{construct()} }
		}
	}
	return constructors
}

type hashFunction struct{ function.Function }

func (hashFunction) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var secret string
	if resp.Error = req.Arguments.Get(ctx, &secret); resp.Error == nil {
		resp.Error = resp.Result.Set(ctx, hash)
	}
}
