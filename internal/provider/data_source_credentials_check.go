// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet/domainapi"
	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet/identity"
	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet/inspect"
)

var (
	_ datasource.DataSourceWithConfigure      = (*credentialsCheckDataSource)(nil)
	_ datasource.DataSourceWithValidateConfig = (*credentialsCheckDataSource)(nil)
)

func newCredentialsCheckDataSource() datasource.DataSource { return &credentialsCheckDataSource{} }

// credentialsCheckDataSource is the data source erpnet_credentials_check.
type credentialsCheckDataSource struct{ configuredDataSource }

type credentialsCheckModel struct {
	RequiredScopes types.Set     `tfsdk:"required_scopes"`
	ProbeDomainAPI types.Bool    `tfsdk:"probe_domain_api"`
	ProbeEntitySet types.String  `tfsdk:"probe_entity_set"`
	Issuer         types.String  `tfsdk:"issuer"`
	Audience       []string      `tfsdk:"audience"`
	GrantedScopes  types.Set     `tfsdk:"granted_scopes"`
	SystemUser     types.String  `tfsdk:"system_user"`
	SystemUserType types.String  `tfsdk:"system_user_type"`
	Database       types.String  `tfsdk:"database"`
	KeyID          types.String  `tfsdk:"key_id"`
	ExpiresAt      types.String  `tfsdk:"expires_at"`
	ServerVersion  types.String  `tfsdk:"server_version"`
	Checks         []checkResult `tfsdk:"checks"`
}

type checkResult struct {
	Name   string `tfsdk:"name"`
	Status string `tfsdk:"status"`
	Detail string `tfsdk:"detail"`
}

// defaultProbe is the entity set that the examples in the documentation read.
const defaultProbe = "Crm_Sales_Customers"

func (d *credentialsCheckDataSource) Metadata(
	_ context.Context,
	req datasource.MetadataRequest,
	resp *datasource.MetadataResponse,
) {
	resp.TypeName = req.ProviderTypeName + "_credentials_check"
}

func (d *credentialsCheckDataSource) Schema(
	_ context.Context,
	_ datasource.SchemaRequest,
	resp *datasource.SchemaResponse,
) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Verifies, in every plan, that the provider's trusted application works: the instance " +
			"issues a token with the scopes you need, the token is genuine, belongs to this instance and is valid " +
			"now, and, if you ask for it, the Domain API accepts it. " +
			"One error names every check that fails, and what to do about it. The state holds neither the secret " +
			"nor the token.",
		Attributes: map[string]schema.Attribute{
			"required_scopes": schema.SetAttribute{
				Optional: true, ElementType: types.StringType,
				Validators: scopesCheck("required_scopes", ""),
				MarkdownDescription: "The scopes that must be granted. The check requests a token with exactly " +
					"these scopes, and an `erpnet_access_token` with the same scopes shares it. If you leave it " +
					"out, the check requests all scopes of the Trusted Application.",
			},
			"probe_domain_api": schema.BoolAttribute{
				Optional: true,
				MarkdownDescription: "Whether to call the Domain API once. Default `false`. The first call with a " +
					"token **opens a session and takes a licence** for about 20 minutes; issuing and verifying a " +
					"token costs nothing.",
			},
			"probe_entity_set": schema.StringAttribute{
				Optional:   true,
				Validators: []validator.String{textCheck{name: "probe_entity_set", check: domainapi.CheckEntitySet}},
				MarkdownDescription: "The entity set from which `probe_domain_api` reads one `Id`. Default " +
					"`" + defaultProbe + "`.",
			},
			"issuer": schema.StringAttribute{Computed: true, MarkdownDescription: "The identity service " +
				"that issued the token."},
			"audience": schema.ListAttribute{
				Computed:            true,
				ElementType:         types.StringType,
				MarkdownDescription: "The APIs that the token is for.",
			},
			"granted_scopes": schema.SetAttribute{
				Computed:            true,
				ElementType:         types.StringType,
				MarkdownDescription: grantedScopesDescription,
			},
			"system_user": schema.StringAttribute{Computed: true, MarkdownDescription: "Login of the user " +
				"that the application's calls run as."},
			"system_user_type": schema.StringAttribute{Computed: true, MarkdownDescription: "Type of that user, " +
				"such as `InternalUser`. Null if the instance doesn't say."},
			"database": schema.StringAttribute{Computed: true, MarkdownDescription: "Name of the " +
				"instance's database. Use it to tell production from a test copy."},
			"key_id": schema.StringAttribute{Computed: true, MarkdownDescription: "ID of the key that " +
				"signed the token."},
			"expires_at": schema.StringAttribute{Computed: true, MarkdownDescription: expiresAtDescription},
			"server_version": schema.StringAttribute{Computed: true, MarkdownDescription: "Version that the " +
				"instance publishes, such as `26.2.0.76`. Null if it publishes none."},
			"checks": schema.ListNestedAttribute{
				Computed: true, MarkdownDescription: "Every check and its outcome.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"name": schema.StringAttribute{Computed: true, MarkdownDescription: "`token`, `discovery`, " +
						"`keys`, `type`, `issuer`, `audience`, `not_before`, `expiry`, `client_id`, `algorithm`, " +
						"`key`, `signature`, `scopes` or `domain_api`."},
					"status": schema.StringAttribute{Computed: true, MarkdownDescription: "`passed`, or `skipped` " +
						"if the check had nothing to look at or wasn't requested."},
					"detail": schema.StringAttribute{Computed: true, MarkdownDescription: "What the check saw, or " +
						"why it was skipped."},
				}},
			},
		},
	}
}

func (d *credentialsCheckDataSource) Read(
	ctx context.Context,
	req datasource.ReadRequest,
	resp *datasource.ReadResponse,
) {
	ctx, done := d.session.begin(ctx)
	defer done()
	var model credentialsCheckModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	request, diags := d.request(model)
	if deferData(ctx, diags, req, resp) {
		return
	}
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	report := inspect.Check(ctx, request)
	if failures := report.Failures(); len(failures) > 0 {
		resp.Diagnostics.Append(checkDiagnostic(request.API.Tokens.Request, failures))
		return
	}
	if report.Claims == nil && !request.Probe {
		resp.Diagnostics.AddWarning("Opaque Token", "The instance issued a token that is not a JWT, so what it "+
			"grants cannot be verified. To test whether the Domain API accepts it, set probe_domain_api = true.")
	}
	resp.Diagnostics.Append(model.set(ctx, report)...)
	resp.Diagnostics.Append(resp.State.Set(ctx, &model)...)
}

// ValidateConfig refuses probe_entity_set if nothing reads it.
func (d *credentialsCheckDataSource) ValidateConfig(
	ctx context.Context,
	req datasource.ValidateConfigRequest,
	resp *datasource.ValidateConfigResponse,
) {
	var model credentialsCheckModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if isSet(model.ProbeEntitySet) && !model.ProbeDomainAPI.IsUnknown() && !model.ProbeDomainAPI.ValueBool() {
		resp.Diagnostics.AddAttributeError(path.Root("probe_entity_set"), "probe_entity_set Without "+
			"probe_domain_api", "Only probe_domain_api = true reads probe_entity_set. Set probe_domain_api = true, "+
			"or remove probe_entity_set.")
	}
}

// request returns what to check. Only a call to the Domain API can prove anything about an opaque reference token.
func (d *credentialsCheckDataSource) request(m credentialsCheckModel) (inspect.CheckRequest, diag.Diagnostics) {
	r := inspect.CheckRequest{Probe: m.ProbeDomainAPI.ValueBool(), ProbeEntitySet: m.ProbeEntitySet.ValueString()}
	if m.ProbeEntitySet.IsNull() {
		r.ProbeEntitySet = defaultProbe
	}
	var diags diag.Diagnostics
	if r.Probe || d.session.settings.usesReferenceToken() {
		r.API, diags = d.session.domainAPI()
	} else {
		r.API.Tokens.Service, r.API.Tokens.Request, diags = d.session.tokenRequest(ownCredentials{}, m.RequiredScopes)
	}
	r.API.Tokens.Request.Scope = identity.JoinScopes(texts(m.RequiredScopes.Elements()))
	if d.session.settings.usesReferenceToken() && !r.Probe && !diags.HasError() {
		diags.AddError("Missing probe_domain_api", "A reference token is opaque: its issuer, scopes, expiry "+
			"and signature cannot be checked. To test whether the Domain API accepts it, set "+
			"probe_domain_api = true. Otherwise, set client_id and client_secret instead of the provider's "+
			"reference_token.")
	}
	return r, diags
}

func (m *credentialsCheckModel) set(ctx context.Context, report inspect.Report) (diags diag.Diagnostics) {
	claims := report.Claims
	if claims == nil { // an opaque token has no claims to read
		claims = &identity.Claims{}
	}
	m.Issuer = textOrNull(claims.Issuer)
	m.Audience = claims.Audience
	m.SystemUser = textOrNull(claims.SystemUser)
	m.SystemUserType = textOrNull(claims.SystemUserType)
	m.Database = textOrNull(claims.Database)
	m.KeyID = textOrNull(claims.KeyID)
	m.ExpiresAt = timeOrNull(report.Token.ExpiresAt)
	m.ServerVersion = textOrNull(report.Version)
	m.GrantedScopes, diags = types.SetValueFrom(
		ctx,
		types.StringType,
		append([]string{}, report.Token.GrantedScopes...),
	)
	for _, finding := range report.Findings {
		m.Checks = append(m.Checks, checkResult{finding.Name, string(finding.Status), finding.Detail})
	}
	return diags
}

// sameCause reports whether two failures have the same cause, such as a host that didn't respond or a gateway's
// response.
func sameCause(a, b *erpnet.Error) bool {
	return a == b || a.Kind == b.Kind && a.Status == b.Status && a.Happened == b.Happened
}

// checkDiagnostic reports all failed checks as one error.
func checkDiagnostic(r identity.TokenRequest, failures []identity.Finding) diag.Diagnostic {
	subject := "the reference token"
	if r.Credentials.ClientID != "" {
		subject = "client_id \"" + r.Credentials.ClientID + "\""
	}
	texts := []string{"These checks of " + subject + " at " + r.Instance.IdentityURL + " failed:"}
	for len(failures) > 0 {
		first := failures[0]
		var names []string
		failures = slices.DeleteFunc(failures, func(f identity.Finding) bool {
			same := sameCause(f.Failure, first.Failure)
			if same {
				names = append(names, f.Name)
			}
			return same
		})
		texts = append(
			texts,
			strings.Join(names, ", ")+": "+remedyOf(first.Failure).Title+".\n"+explanation(first.Failure),
		)
	}
	return diag.NewErrorDiagnostic("ERP.net Credentials Check Failed", strings.Join(texts, "\n\n"))
}
