// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

var (
	_ ephemeral.EphemeralResourceWithConfigure      = (*accessTokenEphemeral)(nil)
	_ ephemeral.EphemeralResourceWithValidateConfig = (*accessTokenEphemeral)(nil)
)

func newAccessTokenEphemeral() ephemeral.EphemeralResource { return &accessTokenEphemeral{} }

// accessTokenEphemeral is the ephemeral resource erpnet_access_token. It has no Renew, because renewing can't change
// the value, and no Close, because ERP.net documents no revocation for the tokens of service applications (protocol
// section 1.2).
type accessTokenEphemeral struct{ session *session }

type accessTokenEphemeralModel struct {
	accessTokenModel
	Instance     types.String `tfsdk:"instance"`
	ClientID     types.String `tfsdk:"client_id"`
	ClientSecret types.String `tfsdk:"client_secret"`
}

func (m *accessTokenEphemeralModel) own() ownCredentials {
	return ownCredentials{m.Instance, m.ClientID, m.ClientSecret}
}

// thisEphemeral names the object in an error, because the CLI shows no location for a value that comes from a variable.
const thisEphemeral = "the ephemeral resource erpnet_access_token"

// incompleteCredentials is reported if an object sets only a part of an identity: the rest never comes from the
// provider.
var incompleteCredentials = &problem{
	summary: "Incomplete Credentials",
	detail: "An object's own client_id and client_secret go together, and its own instance only with both: " +
		"the provider's secret is never sent for another application or to another instance. " +
		"Set what is missing, or remove all of them to use the provider's.",
}

func (e *accessTokenEphemeral) Metadata(
	_ context.Context,
	req ephemeral.MetadataRequest,
	resp *ephemeral.MetadataResponse,
) {
	resp.TypeName = req.ProviderTypeName + "_access_token"
}

func (e *accessTokenEphemeral) Schema(_ context.Context, _ ephemeral.SchemaRequest, resp *ephemeral.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Requests an access token with the OAuth 2.0 client credentials grant, and stores it " +
			"neither in the state nor in a plan. " +
			"Within a run, all objects with the same credentials and scopes share one token. The provider replaces " +
			"it before it is too close to expiry.",
		Attributes: map[string]schema.Attribute{
			"scopes": schema.SetAttribute{
				Optional: true, ElementType: types.StringType,
				Validators:          scopesCheck("scopes", " of "+thisEphemeral),
				MarkdownDescription: scopesDescription,
			},
			"instance": schema.StringAttribute{
				Optional: true, Validators: []validator.String{instanceCheck().in(thisEphemeral)},
				MarkdownDescription: "An instance other than the provider's. Set `client_id` and `client_secret` " +
					"too: the provider's secret, URLs and `issuer` aren't used for another instance.",
			},
			"client_id": schema.StringAttribute{
				Optional: true, Validators: []validator.String{clientIDCheck().in(thisEphemeral)},
				MarkdownDescription: "The `ApplicationUri` of a Trusted Application other than the provider's. Set " +
					"`client_secret` too. If the value is known only after apply, the token is requested in apply.",
			},
			"client_secret": schema.StringAttribute{
				Optional:            true,
				Sensitive:           true,
				Validators:          []validator.String{secretCheck("client_secret").in(thisEphemeral)},
				MarkdownDescription: "The plain secret of that Trusted Application. Set `client_id` too.",
			},
			"access_token": schema.StringAttribute{
				Computed:            true,
				Sensitive:           true,
				MarkdownDescription: accessTokenDescription,
			},
			"token_type": schema.StringAttribute{Computed: true, MarkdownDescription: tokenTypeDescription},
			"expires_in": schema.Int64Attribute{Computed: true, MarkdownDescription: expiresInDescription},
			"expires_at": schema.StringAttribute{Computed: true, MarkdownDescription: expiresAtDescription},
			"granted_scopes": schema.SetAttribute{
				Computed:            true,
				ElementType:         types.StringType,
				MarkdownDescription: grantedScopesDescription,
			},
		},
	}
}

func (e *accessTokenEphemeral) Configure(
	_ context.Context,
	req ephemeral.ConfigureRequest,
	resp *ephemeral.ConfigureResponse,
) {
	e.session = configured(req.ProviderData, &resp.Diagnostics)
}

// ValidateConfig refuses incomplete credentials. It replaces the framework's AlsoRequires, which reports the path of
// the secret and makes the CLI print that source line.
func (e *accessTokenEphemeral) ValidateConfig(
	ctx context.Context,
	req ephemeral.ValidateConfigRequest,
	resp *ephemeral.ValidateConfigResponse,
) {
	var model accessTokenEphemeralModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	own := model.own()
	switch {
	case own.isZero():
	case own.clientID.IsNull():
		resp.Diagnostics.AddAttributeError(
			path.Root("client_id"),
			incompleteCredentials.summary,
			incompleteCredentials.detail,
		)
	case own.clientSecret.IsNull():
		resp.Diagnostics.AddAttributeError(
			path.Root("client_secret"),
			incompleteCredentials.summary,
			incompleteCredentials.detail,
		)
	}
}

func (e *accessTokenEphemeral) Open(ctx context.Context, req ephemeral.OpenRequest, resp *ephemeral.OpenResponse) {
	ctx, done := e.session.begin(ctx)
	defer done()
	var model accessTokenEphemeralModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() {
		return
	}
	token, diags := e.session.accessToken(ctx, model.own(), model.Scopes)
	if deferEphemeral(ctx, diags, req, resp) {
		return
	}
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(model.set(ctx, token)...)
	resp.Diagnostics.Append(resp.Result.Set(ctx, &model)...)
}
