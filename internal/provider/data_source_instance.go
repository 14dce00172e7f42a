// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet/inspect"
)

var _ datasource.DataSourceWithConfigure = (*instanceDataSource)(nil)

func newInstanceDataSource() datasource.DataSource { return &instanceDataSource{} }

// instanceDataSource is the data source erpnet_instance. It is anonymous: instance is the only provider setting that it
// requires.
type instanceDataSource struct{ configuredDataSource }

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

func (d *instanceDataSource) Metadata(
	_ context.Context,
	req datasource.MetadataRequest,
	resp *datasource.MetadataResponse,
) {
	resp.TypeName = req.ProviderTypeName + "_instance"
}

func (d *instanceDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "What the instance publishes about itself, without credentials. " +
			"The URLs are the server's words: the provider itself sends no secret and no token to any of them that " +
			"is not its own configuration's.",
		Attributes: map[string]schema.Attribute{
			"identity_url": schema.StringAttribute{Computed: true, MarkdownDescription: "URL of the identity " +
				"service: the provider's `identity_url` if set; otherwise `https://{instance}/id` if an identity " +
				"service answers there under that name; otherwise what the instance publishes."},
			"domain_api_url": schema.StringAttribute{Computed: true, MarkdownDescription: "Root URL of the " +
				"Domain API: the provider's `domain_api_url` if set; otherwise what the instance publishes; " +
				"otherwise `https://{instance}/api/domain/odata/`."},
			"issuer": schema.StringAttribute{Computed: true, MarkdownDescription: "The issuer of " +
				"its tokens, according to the discovery document."},
			"token_endpoint": schema.StringAttribute{
				Computed:            true,
				MarkdownDescription: "The token endpoint, according to the discovery document.",
			},
			"jwks_url": schema.StringAttribute{
				Computed:            true,
				MarkdownDescription: "URL of its signing keys, according to the discovery document.",
			},
			"scopes_supported": schema.SetAttribute{
				Computed:    true,
				ElementType: types.StringType,
				MarkdownDescription: "The scopes that the discovery document lists. The list may be incomplete: " +
					"ERP.net's own example leaves out `read`.",
			},
			"grant_types_supported": schema.SetAttribute{
				Computed:            true,
				ElementType:         types.StringType,
				MarkdownDescription: "The grant types that the discovery document lists.",
			},
			"version": schema.StringAttribute{Computed: true, MarkdownDescription: "Version that the " +
				"instance publishes, such as `26.2.0.76`. Null if it publishes none."},
			"web_sites": schema.ListNestedAttribute{
				Computed: true, MarkdownDescription: "The web sites that the instance publishes. Null if it " +
					"publishes none.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"type": schema.StringAttribute{Computed: true, MarkdownDescription: "Type, such as `ID`, " +
						"`DomainAPI`, `TableAPI` or `ClientCenter`."},
					"status": schema.StringAttribute{Computed: true, MarkdownDescription: "`Working`, `NotWorking` " +
						"or `Unknown`."},
					"url": schema.StringAttribute{Computed: true, MarkdownDescription: "URL of the site."},
				}},
			},
		},
	}
}

func (d *instanceDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	ctx, done := d.session.begin(ctx)
	defer done()
	service, problems := d.session.service()
	instance, more := d.session.instance(true)
	if problems = append(problems, more...); len(problems) > 0 {
		diags := diag.Diagnostics{problemDiagnostic(problems)}
		if !deferData(ctx, diags, req, resp) {
			resp.Diagnostics.Append(diags...)
		}
		return
	}
	fixed := inspect.Fixed{
		Identity:  !d.session.settings.identityURL.missing,
		DomainAPI: !d.session.settings.domainAPIURL.missing,
	}
	description, err := inspect.Describe(ctx, service, instance, fixed)
	if err != nil {
		resp.Diagnostics.Append(errorDiagnostic(err))
		return
	}
	if description.Elsewhere != "" {
		resp.Diagnostics.AddWarning("Identity Service on Another Host", "The instance says that its identity service "+
			"is at "+description.Elsewhere+". The provider sends no request to another host unless you name it. "+
			"If you trust that host, set the provider's identity_url to this URL.")
	}
	model := newInstanceModel(description)
	resp.Diagnostics.Append(resp.State.Set(ctx, &model)...)
}

func newInstanceModel(d *inspect.Description) instanceModel {
	model := instanceModel{
		IdentityURL:         types.StringValue(d.Instance.IdentityURL),
		DomainAPIURL:        types.StringValue(d.Instance.DomainAPIURL),
		Issuer:              textOrNull(d.Discovery.Issuer),
		TokenEndpoint:       textOrNull(d.Discovery.TokenEndpoint),
		JWKSURL:             textOrNull(d.Discovery.JWKSURL),
		ScopesSupported:     d.Discovery.ScopesSupported,
		GrantTypesSupported: d.Discovery.GrantTypesSupported,
		Version:             textOrNull(d.Version),
	}
	for _, site := range d.WebSites {
		model.WebSites = append(model.WebSites, webSiteModel{site.Type, site.Status, textOrNull(site.URL)})
	}
	return model
}
