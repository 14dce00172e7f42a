// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

// Command terraform-provider-secretstore serves a secret store in a directory of
// files. In tests and examples it stands for a real one, such as Vault, AWS
// Secrets Manager or Azure Key Vault, and works as their providers do: a secret is
// written by a write-only argument and read by an ephemeral resource. Its files
// are not encrypted: do not keep real secrets in it.
package main

import (
	"cmp"
	"context"
	"log"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

func main() {
	err := providerserver.Serve(context.Background(), func() provider.Provider { return &storeProvider{} }, providerserver.ServeOpts{
		Address:         "registry.terraform.io/erpnet/secretstore",
		ProtocolVersion: 6,
	})
	if err != nil {
		log.Fatal(err)
	}
}

var _ provider.ProviderWithEphemeralResources = (*storeProvider)(nil)

// storeProvider is the provider secretstore.
type storeProvider struct{}

// Metadata implements [provider.Provider].
func (*storeProvider) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "secretstore"
}

// Schema implements [provider.Provider].
func (*storeProvider) Schema(_ context.Context, _ provider.SchemaRequest, resp *provider.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "A secret store in a directory of files, for tests.",
		Attributes: map[string]schema.Attribute{
			"directory": schema.StringAttribute{Optional: true, MarkdownDescription: "Where the files are. Default `secrets`, in the directory where the CLI runs."},
		},
	}
}

// Configure implements [provider.Provider].
func (*storeProvider) Configure(ctx context.Context, req provider.ConfigureRequest, resp *provider.ConfigureResponse) {
	var config struct {
		Directory types.String `tfsdk:"directory"`
	}
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	s := store(cmp.Or(config.Directory.ValueString(), "secrets"))
	resp.ResourceData, resp.EphemeralResourceData = s, s
}

// Resources implements [provider.Provider].
func (*storeProvider) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{func() resource.Resource { return &secretResource{} }}
}

// EphemeralResources implements [provider.ProviderWithEphemeralResources].
func (*storeProvider) EphemeralResources(context.Context) []func() ephemeral.EphemeralResource {
	return []func() ephemeral.EphemeralResource{func() ephemeral.EphemeralResource { return &secretEphemeral{} }}
}

// DataSources implements [provider.Provider]. There are none: one would keep the
// secret in the state.
func (*storeProvider) DataSources(context.Context) []func() datasource.DataSource { return nil }
