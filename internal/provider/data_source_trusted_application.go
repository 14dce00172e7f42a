// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet/identity"
	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet/trustedapp"
)

var _ datasource.DataSourceWithConfigure = (*trustedApplicationDataSource)(nil)

func newTrustedApplicationDataSource() datasource.DataSource { return &trustedApplicationDataSource{} }

// trustedApplicationDataSource is the data source erpnet_trusted_application.
type trustedApplicationDataSource struct{ configuredDataSource }

type trustedApplicationDataSourceModel struct {
	ApplicationURI       types.String `tfsdk:"application_uri"`
	ID                   types.String `tfsdk:"id"`
	Name                 types.String `tfsdk:"name"`
	ClientType           types.String `tfsdk:"client_type"`
	Scopes               []string     `tfsdk:"scopes"`
	SystemUserAllowed    types.Bool   `tfsdk:"system_user_allowed"`
	SystemUser           types.String `tfsdk:"system_user"`
	ImpersonateInternal  types.Bool   `tfsdk:"impersonate_as_internal_user_allowed"`
	ImpersonateCommunity types.Bool   `tfsdk:"impersonate_as_community_user_allowed"`
	RedirectURIs         []string     `tfsdk:"redirect_uris"`
	LogoutURIs           []string     `tfsdk:"post_logout_redirect_uris"`
	ReferenceTokens      types.String `tfsdk:"reference_tokens"`
	IsEnabled            types.Bool   `tfsdk:"is_enabled"`
	Notes                types.String `tfsdk:"notes"`
	BasicAuthentication  types.Bool   `tfsdk:"basic_authentication_allowed"`
	SecretMatches        types.Bool   `tfsdk:"secret_matches"`
}

func (d *trustedApplicationDataSource) Metadata(
	_ context.Context,
	req datasource.MetadataRequest,
	resp *datasource.MetadataResponse,
) {
	resp.TypeName = req.ProviderTypeName + "_trusted_application"
}

func (d *trustedApplicationDataSource) Schema(
	_ context.Context,
	_ datasource.SchemaRequest,
	resp *datasource.SchemaResponse,
) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Reads the record of a Trusted Application through the Domain API, without its secret " +
			"hash. The provider's own trusted application needs the scope `read` and a SystemUser with the right " +
			"to see trusted applications. An instance may still refuse it: ERP.net has announced that it will " +
			"close this way.",
		Attributes: map[string]schema.Attribute{
			"application_uri": schema.StringAttribute{
				Required: true,
				Validators: []validator.String{textCheck{
					name:  "application_uri",
					check: identity.CheckClientID,
				}},
				MarkdownDescription: "The `ApplicationUri` of the record, which is its `client_id`.",
			},
			"id": schema.StringAttribute{
				Computed:            true,
				MarkdownDescription: "GUID of the record.",
			},
			"name": schema.StringAttribute{
				Computed:            true,
				MarkdownDescription: "Display name, in one line.",
			},
			"client_type": schema.StringAttribute{
				Computed:            true,
				MarkdownDescription: "`Confidential`, `Public` or `None`.",
			},
			"scopes": schema.SetAttribute{
				Computed:            true,
				ElementType:         types.StringType,
				MarkdownDescription: "The scopes that the application may request. Null if there are none.",
			},
			"system_user_allowed": schema.BoolAttribute{
				Computed:            true,
				MarkdownDescription: "Whether it may use the client credentials grant.",
			},
			"system_user": schema.StringAttribute{
				Computed:            true,
				MarkdownDescription: "Login of the user that its calls run as. Null if there is none.",
			},
			"impersonate_as_internal_user_allowed": schema.BoolAttribute{
				Computed:            true,
				MarkdownDescription: "Whether internal users sign in with it.",
			},
			"impersonate_as_community_user_allowed": schema.BoolAttribute{
				Computed:            true,
				MarkdownDescription: "Whether external users sign in with it.",
			},
			"redirect_uris": schema.ListAttribute{
				Computed:            true,
				ElementType:         types.StringType,
				MarkdownDescription: "Where users may be redirected after they sign in. Null if there are none.",
			},
			"post_logout_redirect_uris": schema.ListAttribute{
				Computed:            true,
				ElementType:         types.StringType,
				MarkdownDescription: "Where users may be redirected after they sign out. Null if there are none.",
			},
			"reference_tokens": schema.StringAttribute{
				Computed: true,
				MarkdownDescription: "Who may issue reference tokens for it. Null on versions of ERP.net without " +
					"reference tokens.",
			},
			"is_enabled": schema.BoolAttribute{
				Computed:            true,
				MarkdownDescription: "Whether the application can be used at all.",
			},
			"notes": schema.StringAttribute{
				Computed:            true,
				MarkdownDescription: "Notes. Control characters are replaced with U+FFFD. Null if there are none.",
			},
			"basic_authentication_allowed": schema.BoolAttribute{
				Computed:            true,
				MarkdownDescription: "Whether legacy Basic authentication is allowed.",
			},
			"secret_matches": schema.BoolAttribute{
				Computed: true,
				MarkdownDescription: "Whether the record has the hash of the provider's `client_secret`. Null unless " +
					"`application_uri` is the provider's own `client_id`, and null if the instance doesn't show the " +
					"hash.",
			},
		},
	}
}

func (d *trustedApplicationDataSource) Read(
	ctx context.Context,
	req datasource.ReadRequest,
	resp *datasource.ReadResponse,
) {
	ctx, done := d.session.begin(ctx)
	defer done()
	var model trustedApplicationDataSourceModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() {
		return
	}
	api, diags := d.session.domainAPI()
	if deferData(ctx, diags, req, resp) {
		return
	}
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	found, err := trustedapp.Store{API: api.OneOperation()}.Find(ctx, model.ApplicationURI.ValueString())
	switch {
	case err != nil:
		resp.Diagnostics.Append(errorDiagnostic(err))
		return
	case found == nil:
		resp.Diagnostics.AddError("No Such Trusted Application", "The instance has no Trusted Application with "+
			"this application_uri, or the caller is not allowed to see it. Letter case may count.")
		return
	}
	model.fromRecord(found)
	model.SecretMatches = matchesOwnSecret(api.Tokens.Request.Credentials, found)
	resp.Diagnostics.Append(resp.State.Set(ctx, &model)...)
}

func (m *trustedApplicationDataSourceModel) fromRecord(r *trustedapp.Record) {
	m.ID = types.StringValue(r.ID)
	m.Name = types.StringValue(r.Name)
	m.ClientType = types.StringValue(string(r.ClientType))
	m.Scopes = r.Scope
	m.SystemUserAllowed = types.BoolValue(r.SystemUserAllowed)
	m.SystemUser = textOrNull(r.SystemUser)
	m.ImpersonateInternal = types.BoolValue(r.ImpersonateAsInternalUserAllowed)
	m.ImpersonateCommunity = types.BoolValue(r.ImpersonateAsCommunityUserAllowed)
	m.RedirectURIs = r.ImpersonateLoginURL
	m.LogoutURIs = r.ImpersonateLogoutURL
	m.ReferenceTokens = textOrNull(r.ReferenceTokens)
	m.Notes = textOrNull(r.Notes)
	m.IsEnabled = types.BoolValue(r.IsEnabled)
	m.BasicAuthentication = types.BoolValue(r.BasicAuthenticationAllowed)
}

func matchesOwnSecret(own identity.Credentials, r *trustedapp.Record) types.Bool {
	if own.ClientID != r.ApplicationURI ||
		r.ApplicationSecretHash == "" { // the token proves that there is a hash, so the instance hides it
		return types.BoolNull()
	}
	return types.BoolValue(erpnet.SecretMatches(own.Secret.Reveal(), r.ApplicationSecretHash))
}
