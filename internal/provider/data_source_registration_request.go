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
)

var _ datasource.DataSourceWithValidateConfig = (*registrationRequestDataSource)(nil)

func newRegistrationRequestDataSource() datasource.DataSource {
	return &registrationRequestDataSource{}
}

// registrationRequestDataSource is the data source erpnet_registration_request. It is pure: it needs no provider
// configuration and makes no request, and the same attributes give the same texts everywhere. For this reason, it
// doesn't use the provider's instance, which may come from the environment.
type registrationRequestDataSource struct{}

type registrationRequestModel struct {
	trustedApplicationModel
	Instance   types.String `tfsdk:"instance"`
	Ticket     types.String `tfsdk:"ticket"`
	RecordJSON types.String `tfsdk:"record_json"`
	InstallURL types.String `tfsdk:"install_url"`
}

func (d *registrationRequestDataSource) Metadata(
	_ context.Context,
	req datasource.MetadataRequest,
	resp *datasource.MetadataResponse,
) {
	resp.TypeName = req.ProviderTypeName + "_registration_request"
}

func (d *registrationRequestDataSource) Schema(
	_ context.Context,
	_ datasource.SchemaRequest,
	resp *datasource.SchemaResponse,
) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Generates what an administrator needs to register a trusted application: a support " +
			"ticket, the record as JSON, and an install link. " +
			"It rejects settings that an instance would accept but that can never work. " +
			"It needs no provider configuration and sends nothing. The secret stays with you: the request contains " +
			"only its hash.",
		Attributes: map[string]schema.Attribute{
			"name": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: applicationNameDescription,
			},
			"application_uri": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: applicationURIDescription,
			},
			"client_type": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: clientTypeDescription,
			},
			"secret_hash": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: secretHashDescription,
			},
			"scopes": schema.SetAttribute{
				Optional:            true,
				ElementType:         types.StringType,
				MarkdownDescription: applicationScopesDescription,
			},
			"system_user_allowed": schema.BoolAttribute{
				Optional:            true,
				MarkdownDescription: systemUserAllowedDescription,
			},
			"system_user": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: systemUserDescription,
			},
			"impersonate_as_internal_user_allowed": schema.BoolAttribute{
				Optional:            true,
				MarkdownDescription: impersonateInternalDescription,
			},
			"impersonate_as_community_user_allowed": schema.BoolAttribute{
				Optional:            true,
				MarkdownDescription: impersonateCommunityDescription,
			},
			"redirect_uris": schema.ListAttribute{
				Optional:            true,
				ElementType:         types.StringType,
				MarkdownDescription: redirectURIsDescription,
			},
			"post_logout_redirect_uris": schema.ListAttribute{
				Optional:            true,
				ElementType:         types.StringType,
				MarkdownDescription: logoutURIsDescription,
			},
			"reference_tokens": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: referenceTokensDescription,
			},
			"is_enabled": schema.BoolAttribute{
				Optional:            true,
				MarkdownDescription: isEnabledDescription,
			},
			"notes": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: applicationNotesDescription,
			},
			"instance": schema.StringAttribute{
				Optional: true, Validators: []validator.String{instanceCheck()},
				MarkdownDescription: "The instance that the ticket names and `install_url` leads to, in the same " +
					"form as the provider's `instance`. The provider's `instance` isn't used here, so the result " +
					"doesn't depend on the environment.",
			},
			"ticket": schema.StringAttribute{
				Computed: true,
				MarkdownDescription: "The request as Markdown, to paste into a support ticket: every attribute of " +
					"the record with its value and the reason for it, and what to check after the registration. It " +
					"contains the hash of the secret, never the secret.",
			},
			"record_json": schema.StringAttribute{
				Computed: true,
				MarkdownDescription: "The record as one line of JSON: the body of a `POST` to " +
					"`Systems_Security_TrustedApplications` of the Domain API, which an administrator can send if " +
					"the instance allows it. " +
					"The system user is looked up by login, and never created or changed. `ReferenceTokens` is " +
					"left out if it is `None`, because servers before version 26.2 don't know it.",
			},
			"install_url": schema.StringAttribute{
				Computed: true,
				MarkdownDescription: "A link for an administrator, who opens it in a browser and registers the " +
					"application in Instance Manager. If `redirect_uris` is set, Instance Manager reports the " +
					"result to the first of them. " +
					"**A link can't carry everything.** Afterwards, set these in the record: the secret hash; the " +
					"system user (the link sets `SYSTEM_APPLICATION_USER`, which has system rights); redirect " +
					"URIs after the first; post-logout URIs; notes; scopes other than `openid`, `profile`, " +
					"`read`, `update` and `offline_access`; and the sign-in of external users without internal " +
					"ones. " +
					"The link doesn't ask the server for a secret, because nobody would see it. " +
					"Null without `instance`, for a disabled application, and for a Public application that " +
					"internal users don't sign in with: the link would be refused, or grant more than you " +
					"asked for.",
			},
		},
	}
}

// ValidateConfig checks the known values, to report a mistake even while another value is known only after apply.
func (d *registrationRequestDataSource) ValidateConfig(
	ctx context.Context,
	req datasource.ValidateConfigRequest,
	resp *datasource.ValidateConfigResponse,
) {
	var model registrationRequestModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	record := model.toRecord()
	resp.Diagnostics.Append(model.refuse(ctx, append(record.Violations(), record.MissingSecret()...))...)
}

func (d *registrationRequestDataSource) Read(
	ctx context.Context,
	req datasource.ReadRequest,
	resp *datasource.ReadResponse,
) {
	var model registrationRequestModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	record := model.toRecord()
	resp.Diagnostics.Append(model.refuse(ctx, append(record.Violations(), record.MissingSecret()...))...)
	var instance erpnet.Instance
	if !model.Instance.IsNull() {
		var problems []*problem
		if instance, problems = ownInstance(model.Instance.ValueString()); len(problems) > 0 {
			resp.Diagnostics.Append(problemDiagnostic(problems))
		}
		model.InstallURL = textOrNull(record.InstallURL(instance))
	}
	if resp.Diagnostics.HasError() {
		return
	}
	model.Ticket = types.StringValue(record.Ticket(instance.URL, "In Terraform or OpenTofu the data source "+
		"erpnet_credentials_check proves it."))
	model.RecordJSON = types.StringValue(record.RegistrationJSON())
	resp.Diagnostics.Append(resp.State.Set(ctx, &model)...)
}
