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
// configuration and makes no request, and the same attributes give the same texts everywhere. That is why the
// provider's instance, which the environment may name, is not taken for its own.
type registrationRequestDataSource struct{}

type registrationRequestModel struct {
	trustedApplicationModel
	Instance   types.String `tfsdk:"instance"`
	Ticket     types.String `tfsdk:"ticket"`
	RecordJSON types.String `tfsdk:"record_json"`
	InstallURL types.String `tfsdk:"install_url"`
}

func (d *registrationRequestDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_registration_request"
}

func (d *registrationRequestDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "What it takes to have a trusted application registered, for whoever may do it: a support ticket, the record for the Domain API, and a link for an administrator. " +
			"Combinations that an instance would save although they never work are refused, before anybody waits for an answer. " +
			"It needs no provider configuration and sends nothing. The secret stays with you: only its hash is asked for.",
		Attributes: map[string]schema.Attribute{
			"name":                                  schema.StringAttribute{Required: true, MarkdownDescription: applicationNameDescription},
			"application_uri":                       schema.StringAttribute{Required: true, MarkdownDescription: applicationURIDescription},
			"client_type":                           schema.StringAttribute{Optional: true, MarkdownDescription: clientTypeDescription},
			"secret_hash":                           schema.StringAttribute{Optional: true, MarkdownDescription: secretHashDescription},
			"scopes":                                schema.SetAttribute{Optional: true, ElementType: types.StringType, MarkdownDescription: applicationScopesDescription},
			"system_user_allowed":                   schema.BoolAttribute{Optional: true, MarkdownDescription: systemUserAllowedDescription},
			"system_user":                           schema.StringAttribute{Optional: true, MarkdownDescription: systemUserDescription},
			"impersonate_as_internal_user_allowed":  schema.BoolAttribute{Optional: true, MarkdownDescription: impersonateInternalDescription},
			"impersonate_as_community_user_allowed": schema.BoolAttribute{Optional: true, MarkdownDescription: impersonateCommunityDescription},
			"redirect_uris":                         schema.ListAttribute{Optional: true, ElementType: types.StringType, MarkdownDescription: redirectURIsDescription},
			"post_logout_redirect_uris":             schema.ListAttribute{Optional: true, ElementType: types.StringType, MarkdownDescription: logoutURIsDescription},
			"reference_tokens":                      schema.StringAttribute{Optional: true, MarkdownDescription: referenceTokensDescription},
			"is_enabled":                            schema.BoolAttribute{Optional: true, MarkdownDescription: isEnabledDescription},
			"notes":                                 schema.StringAttribute{Optional: true, MarkdownDescription: applicationNotesDescription},
			"instance": schema.StringAttribute{
				Optional: true, Validators: []validator.String{instanceCheck()},
				MarkdownDescription: "The instance that the ticket names and `install_url` leads to, written as the provider's `instance` is. The provider's own is not used, so that the result does not depend on the environment.",
			},
			"ticket": schema.StringAttribute{
				Computed:            true,
				MarkdownDescription: "The request as Markdown, to paste into a support ticket: every attribute of the record, with its value and the reason for it, and what to check after the registration. It holds the hash of the secret and never the secret.",
			},
			"record_json": schema.StringAttribute{
				Computed: true,
				MarkdownDescription: "The record as one line of JSON: the body of a `POST` to `Systems_Security_TrustedApplications` of the Domain API, which administrators may send where the instance allows it. " +
					"The system user is looked up by its login and never changed or created. `ReferenceTokens` is left out when it is `None`, since servers before version 26.2 do not know it.",
			},
			"install_url": schema.StringAttribute{
				Computed: true,
				MarkdownDescription: "The link by which an administrator registers the application in the Instance Manager, in a browser; when something stands in `redirect_uris`, the Instance Manager reports to the first of them. " +
					"**A link cannot carry all**: set the secret hash and the system user in the record afterwards (the link puts the user `SYSTEM_APPLICATION_USER` there), and the second and further redirect URIs, the post-logout URIs, the notes, scopes other than `openid`, `profile`, `read`, `update` and `offline_access`, and the sign-in of external users where internal ones do not. " +
					"No secret is asked of the server: nobody would see it. " +
					"Null without `instance`, and where a link would be refused or give more than was asked for: for a disabled application, and for a Public one that internal users do not sign in by.",
			},
		},
	}
}

// ValidateConfig: It judges what is known, so that a mistake is found even when another value is known only after
// apply.
func (d *registrationRequestDataSource) ValidateConfig(ctx context.Context, req datasource.ValidateConfigRequest, resp *datasource.ValidateConfigResponse) {
	var model registrationRequestModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	record := model.toRecord()
	resp.Diagnostics.Append(model.refuse(ctx, append(record.Violations(), record.MissingSecret()...))...)
}

func (d *registrationRequestDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
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
	model.Ticket = types.StringValue(record.Ticket(instance.URL, "In Terraform or OpenTofu the data source erpnet_credentials_check proves it."))
	model.RecordJSON = types.StringValue(record.RegistrationJSON())
	resp.Diagnostics.Append(resp.State.Set(ctx, &model)...)
}
