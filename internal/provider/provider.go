// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

// Package provider adapts package erpnet to Terraform and OpenTofu. Each object has its own file, whose name begins
// with the kind of object.
package provider

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
)

var (
	_ provider.Provider                       = (*erpnetProvider)(nil)
	_ provider.ProviderWithFunctions          = (*erpnetProvider)(nil)
	_ provider.ProviderWithEphemeralResources = (*erpnetProvider)(nil)
	_ provider.ProviderWithListResources      = (*erpnetProvider)(nil)
)

// erpnetProvider lives as long as the provider process. Each configuration gets its own [session].
type erpnetProvider struct {
	version   string
	now       func() time.Time
	lookupEnv func(string) (string, bool)
	transport http.RoundTripper // replaces the network in tests
}

// New returns the provider's constructor for providerserver.Serve.
func New(version string) func() provider.Provider {
	return func() provider.Provider {
		return &erpnetProvider{version: version, now: time.Now, lookupEnv: os.LookupEnv}
	}
}

// providerModel is the provider's configuration, in schema order.
type providerModel struct {
	Instance         types.String `tfsdk:"instance"`
	ClientID         types.String `tfsdk:"client_id"`
	ClientSecret     types.String `tfsdk:"client_secret"`
	ReferenceToken   types.String `tfsdk:"reference_token"`
	IdentityURL      types.String `tfsdk:"identity_url"`
	DomainAPIURL     types.String `tfsdk:"domain_api_url"`
	Issuer           types.String `tfsdk:"issuer"`
	CACertificatePEM types.String `tfsdk:"ca_certificate_pem"`
	CACertFile       types.String `tfsdk:"ca_certificate_file"`
	RequestTimeout   types.String `tfsdk:"request_timeout"`
	MaxRetries       types.Int64  `tfsdk:"max_retries"`
}

func (p *erpnetProvider) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "erpnet"
	resp.Version = p.version
}

// Schema makes every attribute optional, because the environment can provide it, and adds no validators: the object
// that needs a value reports what is wrong with it, and pure objects work without it.
func (p *erpnetProvider) Schema(_ context.Context, _ provider.SchemaRequest, resp *provider.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Get access tokens of ERP.net trusted applications, and manage the applications and " +
			"their secrets.",
		Attributes: map[string]schema.Attribute{
			"instance": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "The ERP.net instance: its host name, such as `demodb.my.erp.net`, or its " +
					"`https` URL, with a port if needed. `http` is accepted for loopback hosts only. Environment " +
					"variable: `ERPNET_INSTANCE`.",
			},
			"client_id": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "The `ApplicationUri` of the Trusted Application. Environment variable: " +
					"`ERPNET_CLIENT_ID`.",
			},
			"client_secret": schema.StringAttribute{
				Optional: true, Sensitive: true,
				MarkdownDescription: "The plain secret of the Trusted Application, not its hash. Set the " +
					"environment variable `ERPNET_CLIENT_SECRET`, or use a variable with `ephemeral = true`. A " +
					"variable that is only `sensitive` is stored in plain text in saved plans.",
			},
			"reference_token": schema.StringAttribute{
				Optional: true, Sensitive: true,
				MarkdownDescription: "A reference token (`enrt_...`), instead of `client_id` and `client_secret`, " +
					"for the objects that call the Domain API. The token is opaque, so objects that return or " +
					"verify an access token don't accept it. Set only one kind of credentials. Credentials in the " +
					"configuration override environment variables of the other kind. Environment variable: " +
					"`ERPNET_REFERENCE_TOKEN`.",
			},
			"identity_url": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "URL of the instance's identity service, if it isn't at " +
					"`https://{instance}/id`. The provider sends the client secret there. Environment variable: " +
					"`ERPNET_IDENTITY_URL`.",
			},
			"domain_api_url": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "Root URL of the instance's Domain API, if it isn't at " +
					"`https://{instance}/api/domain/odata/`. The provider sends tokens there. Environment " +
					"variable: `ERPNET_DOMAIN_API_URL`.",
			},
			"issuer": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "The issuer that the instance's tokens name, if it differs from the identity " +
					"URL. For example, an instance behind a reverse proxy that ends TLS may call itself " +
					"`http://...`. The provider compares the issuer with it, and never sends a request to it. " +
					"Environment variable: `ERPNET_ISSUER`.",
			},
			"ca_certificate_pem": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "Certificates of private authorities in PEM format, trusted in addition to " +
					"the system's. Conflicts with `ca_certificate_file`. Environment variable: " +
					"`ERPNET_CA_CERTIFICATE_PEM`.",
			},
			"ca_certificate_file": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "Path to a PEM file with such certificates. Environment variable: " +
					"`ERPNET_CA_CERTIFICATE_FILE`.",
			},
			"request_timeout": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "How long one attempt of a request may take, from `1ms` to `3m`: with a unit, " +
					"such as `500ms`, `30s` or `1m30s`, or in seconds, such as `30`. Default `30s`. All attempts " +
					"together end within three minutes. Environment variable: `ERPNET_REQUEST_TIMEOUT`.",
			},
			"max_retries": schema.Int64Attribute{
				Optional: true,
				MarkdownDescription: "How often a request is retried, from 0 to 10, if the connection fails, or " +
					"the server is busy or unavailable (HTTP status 408, 425, 429, 502 to 504, 520 to 527, 530). " +
					"Default 4. Environment variable: `ERPNET_MAX_RETRIES`.",
			},
		},
	}
}

// Configure makes no request. A faulty value is not an error here; see [settings].
func (p *erpnetProvider) Configure(
	ctx context.Context,
	req provider.ConfigureRequest,
	resp *provider.ConfigureResponse,
) {
	var model providerModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() {
		return
	}
	data := &session{
		interrupted: make(chan struct{}),
		settings:    resolveSettings(model, p.lookupEnv),
		now:         p.now,
		transport:   p.transport,
		userAgent: fmt.Sprintf(
			"Terraform/%s (+https://www.terraform.io) terraform-provider-erpnet/%s",
			req.TerraformVersion,
			p.version,
		),
	}
	if data.settings.instance.problem == nil {
		erpnet.ReadAuthorities()
	}
	resp.DataSourceData = data
	resp.ResourceData = data
	resp.EphemeralResourceData = data
	resp.ListResourceData = data
}

func (p *erpnetProvider) EphemeralResources(context.Context) []func() ephemeral.EphemeralResource {
	return []func() ephemeral.EphemeralResource{
		newAccessTokenEphemeral,
		newClientSecretEphemeral,
	}
}

func (p *erpnetProvider) DataSources(context.Context) []func() datasource.DataSource {
	return []func() datasource.DataSource{
		newAccessTokenDataSource,
		newCredentialsCheckDataSource,
		newDomainQueryDataSource,
		newInstanceDataSource,
		newRegistrationRequestDataSource,
		newSecretHashDataSource,
		newTrustedApplicationDataSource,
	}
}

func (p *erpnetProvider) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{
		newSecretHashResource,
		newTrustedApplicationResource,
	}
}

func (p *erpnetProvider) ListResources(context.Context) []func() list.ListResource {
	return []func() list.ListResource{newTrustedApplicationList}
}

func (p *erpnetProvider) Functions(context.Context) []func() function.Function {
	return []func() function.Function{
		newSecretHashFunction,
		newSecretMatchesFunction,
		newDecodeAccessTokenFunction,
	}
}
