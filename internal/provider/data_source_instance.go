// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
)

var _ datasource.DataSourceWithConfigure = (*instanceDataSource)(nil)

func newInstanceDataSource() datasource.DataSource { return &instanceDataSource{} }

// instanceDataSource is the data source erpnet_instance. It is anonymous: of the
// provider's configuration it needs the instance only.
type instanceDataSource struct{ providerDataSource }

type instanceModel struct {
	IdentityURL         types.String   `tfsdk:"identity_url"`
	DomainAPIURL        types.String   `tfsdk:"domain_api_url"`
	Issuer              types.String   `tfsdk:"issuer"`
	TokenEndpoint       types.String   `tfsdk:"token_endpoint"`
	JWKSURL             types.String   `tfsdk:"jwks_url"`
	ScopesSupported     []string       `tfsdk:"scopes_supported"`
	GrantTypesSupported []string       `tfsdk:"grant_types_supported"`
	Version             types.String   `tfsdk:"version"`
	WebSites            []webSiteModel `tfsdk:"web_sites"`
}

type webSiteModel struct {
	Type   string       `tfsdk:"type"`
	Status string       `tfsdk:"status"`
	URL    types.String `tfsdk:"url"`
}

// Metadata implements [datasource.DataSource].
func (d *instanceDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_instance"
}

// Schema implements [datasource.DataSource].
func (d *instanceDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "What the instance publishes about itself, without credentials. " +
			"The URLs are the server's words: the provider itself sends no secret and no token to any of them that is not its own configuration's.",
		Attributes: map[string]schema.Attribute{
			"identity_url":          schema.StringAttribute{Computed: true, MarkdownDescription: "Where the identity service is: the provider's `identity_url` if set, else `https://{instance}/id` if one of that name answers there, else what the instance publishes."},
			"domain_api_url":        schema.StringAttribute{Computed: true, MarkdownDescription: "Root of the Domain API: the provider's `domain_api_url` if set, else what the instance publishes, else `https://{instance}/api/domain/odata/`."},
			"issuer":                schema.StringAttribute{Computed: true, MarkdownDescription: "The issuer of its tokens, by the discovery document."},
			"token_endpoint":        schema.StringAttribute{Computed: true, MarkdownDescription: "The token endpoint, by the discovery document."},
			"jwks_url":              schema.StringAttribute{Computed: true, MarkdownDescription: "Where its signing keys are, by the discovery document."},
			"scopes_supported":      schema.SetAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: "The scopes that the discovery document lists. ERP.net's own example of it leaves out `read`."},
			"grant_types_supported": schema.SetAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: "The grant types that the discovery document lists."},
			"version":               schema.StringAttribute{Computed: true, MarkdownDescription: "Version that the instance publishes, such as `26.2.0.76`. Null when it publishes none."},
			"web_sites": schema.ListNestedAttribute{
				Computed: true, MarkdownDescription: "The web sites that the instance publishes. Null when it publishes none.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"type":   schema.StringAttribute{Computed: true, MarkdownDescription: "Type, such as `ID`, `DomainAPI`, `TableAPI` or `ClientCenter`."},
					"status": schema.StringAttribute{Computed: true, MarkdownDescription: "`Working`, `NotWorking` or `Unknown`."},
					"url":    schema.StringAttribute{Computed: true, MarkdownDescription: "URL of the site."},
				}},
			},
		},
	}
}

// Read implements [datasource.DataSource].
func (d *instanceDataSource) Read(ctx context.Context, _ datasource.ReadRequest, resp *datasource.ReadResponse) {
	client, problems := d.data.httpClient()
	instance, more := d.data.instance(true)
	if problems = append(problems, more...); len(problems) > 0 {
		resp.Diagnostics.Append(problemDiagnostic(problems))
		return
	}
	facts, err := client.Describe(ctx, instance, erpnet.Fixed{Identity: !d.data.settings.identityURL.missing, DomainAPI: !d.data.settings.domainAPIURL.missing})
	if err != nil {
		resp.Diagnostics.Append(errorDiagnostic(err))
		return
	}
	if facts.Unread != "" {
		resp.Diagnostics.AddWarning("Identity Service Not Looked At", facts.Unread)
	}
	model := newInstanceModel(facts)
	resp.Diagnostics.Append(resp.State.Set(ctx, &model)...)
}

func newInstanceModel(facts *erpnet.Facts) instanceModel {
	model := instanceModel{
		IdentityURL:         types.StringValue(facts.Instance.IdentityURL),
		DomainAPIURL:        types.StringValue(facts.Instance.DomainAPIURL),
		Issuer:              textOrNull(facts.Discovery.Issuer),
		TokenEndpoint:       textOrNull(facts.Discovery.TokenEndpoint),
		JWKSURL:             textOrNull(facts.Discovery.JWKSURL),
		ScopesSupported:     facts.Discovery.ScopesSupported,
		GrantTypesSupported: facts.Discovery.GrantTypesSupported,
		Version:             textOrNull(facts.Version),
	}
	for _, site := range facts.WebSites {
		model.WebSites = append(model.WebSites, webSiteModel{site.Type, site.Status, textOrNull(site.URL)})
	}
	return model
}
