// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet/trustedapp"
)

// The descriptions that the registration request and the resource share, which both describe a trusted application. The
// attributes have no validators: [trustedApplicationModel.refuse] checks the values together.
const (
	applicationNameDescription = "Display name (`Name`), in one line."
	applicationURIDescription  = "Identifier of the application (`ApplicationUri`), and the `client_id` of " +
		"its token requests. It is free-form, unique in the instance and at most 254 characters long, such as " +
		"`my.trusted.app/service`."
	clientTypeDescription = "`Confidential` (the default) has a secret, `Public` has none, and `None` " +
		"doesn't authenticate (`ClientType`)."
	secretHashDescription = "Hash of the secret (`ApplicationSecretHash`): padded base64 of its SHA-256, " +
		"44 characters, as `erpnet_secret_hash`, `erpnet_client_secret` and the function `secret_hash` return it. " +
		"A Confidential application needs one; a Public one must not have one. Never put the secret itself here: " +
		"the value is shown. Use a long random secret, because a short one can be guessed from its hash."
	applicationScopesDescription = "The scopes that the application may request (`Scope`), such as `[\"read\"]` " +
		"or `[\"read\", \"update\"]`. `sec` is reserved for ERP.net and refused."
	systemUserAllowedDescription = "Whether the application may use the client credentials grant, as a service " +
		"that nobody signs in to (`SystemUserAllowed`). Default `true` if `system_user` is set, otherwise `false`."
	systemUserDescription = "Login of the user that the service's calls run as (`SystemUser`). Create a " +
		"user for this application alone, and don't make it an administrator."
	impersonateInternalDescription = "Whether internal users sign in with the application " +
		"(`ImpersonateAsInternalUserAllowed`). Needs `redirect_uris` unless `system_user_allowed` is `true`. " +
		"ERP.net's documentation also sets it for services whose system user is an internal user. Default `false`."
	impersonateCommunityDescription = "Whether external users sign in with the application " +
		"(`ImpersonateAsCommunityUserAllowed`). Needs `redirect_uris`. Default `false`."
	redirectURIsDescription = "Where users may be redirected after they sign in (`ImpersonateLoginUrl`). " +
		"ERP.net compares them exactly. At most 500 characters in all, including a comma between each two."
	logoutURIsDescription = "Where users may be redirected after they sign out (`ImpersonateLogoutUrl`). " +
		"At most 500 characters in all, including a comma between each two."
	referenceTokensDescription = "Who may issue reference tokens for the application: `None` (the default), " +
		"`AuthenticatedUsers` or `AdministratorsOnly` (`ReferenceTokens`). Needs ERP.net 26.2."
	isEnabledDescription        = "Whether the application can be used at all (`IsEnabled`). Default `true`."
	applicationNotesDescription = "Notes (`Notes`). Control characters are replaced with U+FFFD when read."
)

// trustedApplicationModel has the attributes of a trusted application that Terraform sets, in schema order. Objects
// embed it.
type trustedApplicationModel struct {
	Name                 types.String `tfsdk:"name"`
	ApplicationURI       types.String `tfsdk:"application_uri"`
	ClientType           types.String `tfsdk:"client_type"`
	SecretHash           types.String `tfsdk:"secret_hash"`
	Scopes               types.Set    `tfsdk:"scopes"`
	SystemUserAllowed    types.Bool   `tfsdk:"system_user_allowed"`
	SystemUser           types.String `tfsdk:"system_user"`
	ImpersonateInternal  types.Bool   `tfsdk:"impersonate_as_internal_user_allowed"`
	ImpersonateCommunity types.Bool   `tfsdk:"impersonate_as_community_user_allowed"`
	RedirectURIs         types.List   `tfsdk:"redirect_uris"`
	LogoutURIs           types.List   `tfsdk:"post_logout_redirect_uris"`
	ReferenceTokens      types.String `tfsdk:"reference_tokens"`
	IsEnabled            types.Bool   `tfsdk:"is_enabled"`
	Notes                types.String `tfsdk:"notes"`
}

// toRecord returns the record that the attributes describe, with defaults for null ones. Unknown ones are empty or
// false, which breaks no rule about another attribute; refuse and advise skip the rules about the unknown attribute
// itself.
func (m *trustedApplicationModel) toRecord() trustedapp.Record {
	record := trustedapp.Record{
		Name:                              m.Name.ValueString(),
		ApplicationURI:                    m.ApplicationURI.ValueString(),
		IsEnabled:                         m.IsEnabled.IsNull() || m.IsEnabled.ValueBool(),
		ClientType:                        trustedapp.ClientType(m.ClientType.ValueString()),
		ApplicationSecretHash:             m.SecretHash.ValueString(),
		Scope:                             texts(m.Scopes.Elements()),
		SystemUserAllowed:                 m.SystemUserAllowed.ValueBool(),
		SystemUser:                        m.SystemUser.ValueString(),
		ImpersonateAsInternalUserAllowed:  m.ImpersonateInternal.ValueBool(),
		ImpersonateAsCommunityUserAllowed: m.ImpersonateCommunity.ValueBool(),
		ImpersonateLoginURL:               texts(m.RedirectURIs.Elements()),
		ImpersonateLogoutURL:              texts(m.LogoutURIs.Elements()),
		ReferenceTokens:                   m.ReferenceTokens.ValueString(),
		Notes:                             m.Notes.ValueString(),
	}
	slices.Sort(record.Scope)
	if m.SystemUserAllowed.IsNull() {
		record.SystemUserAllowed = m.SystemUser.IsUnknown() || m.SystemUser.ValueString() != ""
	}
	if m.ReferenceTokens.IsNull() {
		record.ReferenceTokens = trustedapp.ReferenceTokensNone
	}
	if m.ClientType.IsNull() {
		record.ClientType = trustedapp.Confidential
	}
	return record
}

// fromRecord copies a record that was read. Empty attributes become null, as in a configuration that leaves them out.
func (m *trustedApplicationModel) fromRecord(ctx context.Context, r *trustedapp.Record) (diags diag.Diagnostics) {
	m.Name = types.StringValue(r.Name)
	m.ApplicationURI = types.StringValue(r.ApplicationURI)
	m.ClientType = types.StringValue(string(r.ClientType))
	m.SecretHash = textOrNull(r.ApplicationSecretHash)
	m.SystemUserAllowed = types.BoolValue(r.SystemUserAllowed)
	m.SystemUser = textOrNull(r.SystemUser)
	m.ImpersonateInternal = types.BoolValue(r.ImpersonateAsInternalUserAllowed)
	m.ImpersonateCommunity = types.BoolValue(r.ImpersonateAsCommunityUserAllowed)
	m.IsEnabled = types.BoolValue(r.IsEnabled)
	m.Notes = textOrNull(r.Notes)
	m.ReferenceTokens = types.StringValue(r.ReferenceTokens)
	if r.ReferenceTokens == "" { // a server version that doesn't know them
		m.ReferenceTokens = types.StringValue(trustedapp.ReferenceTokensNone)
	}
	var more diag.Diagnostics
	m.Scopes, diags = types.SetValueFrom(ctx, types.StringType, r.Scope)
	m.RedirectURIs, more = types.ListValueFrom(ctx, types.StringType, r.ImpersonateLoginURL)
	diags.Append(more...)
	m.LogoutURIs, more = types.ListValueFrom(ctx, types.StringType, r.ImpersonateLogoutURL)
	diags.Append(more...)
	return diags
}

// namedValue is an attribute's value with its Terraform name.
type namedValue struct {
	name  string
	value attr.Value
}

// attribute returns the attribute that has this name in the Domain API.
func (m *trustedApplicationModel) attribute(name string) namedValue {
	return map[string]namedValue{
		"Name":                              {"name", m.Name},
		"ApplicationUri":                    {"application_uri", m.ApplicationURI},
		"ClientType":                        {"client_type", m.ClientType},
		"ApplicationSecretHash":             {"secret_hash", m.SecretHash},
		"Scope":                             {"scopes", m.Scopes},
		"SystemUserAllowed":                 {"system_user_allowed", m.SystemUserAllowed},
		"SystemUser":                        {"system_user", m.SystemUser},
		"ImpersonateAsInternalUserAllowed":  {"impersonate_as_internal_user_allowed", m.ImpersonateInternal},
		"ImpersonateAsCommunityUserAllowed": {"impersonate_as_community_user_allowed", m.ImpersonateCommunity},
		"ImpersonateLoginUrl":               {"redirect_uris", m.RedirectURIs},
		"ImpersonateLogoutUrl":              {"post_logout_redirect_uris", m.LogoutURIs},
		"ReferenceTokens":                   {"reference_tokens", m.ReferenceTokens},
		"IsEnabled":                         {"is_enabled", m.IsEnabled},
		"Notes":                             {"notes", m.Notes},
	}[name]
}

// known reports whether the value is known, down to its last element.
func (v namedValue) known(ctx context.Context) bool {
	value, err := v.value.ToTerraformValue(ctx)
	return err == nil && value.IsFullyKnown()
}

// knows reports whether all attributes that a rule is about are known.
func (m *trustedApplicationModel) knows(ctx context.Context, v trustedapp.Violation) bool {
	for _, name := range append([]string{v.Attribute}, v.With...) {
		// If system_user_allowed is left out, it follows from system_user.
		if name == "SystemUserAllowed" && m.SystemUserAllowed.IsNull() {
			name = "SystemUser"
		}
		if !m.attribute(name).known(ctx) {
			return false
		}
	}
	return true
}

// refuse reports each violation among the known values, at its attribute. Only a secret hash gets no path: with one,
// the CLI prints the source line, which may contain a secret instead of its hash.
func (m *trustedApplicationModel) refuse(
	ctx context.Context,
	violations []trustedapp.Violation,
) (diags diag.Diagnostics) {
	for _, violation := range violations {
		if !m.knows(ctx, violation) {
			continue
		}
		name := m.attribute(violation.Attribute).name
		d := diag.Diagnostic(diag.NewErrorDiagnostic("Impossible Trusted Application", name+": "+violation.Message))
		if name != "secret_hash" {
			d = diag.WithPath(path.Root(name), d)
		}
		diags.Append(d)
	}
	return diags
}

// advise warns about what works but has a better alternative. It considers only attributes that change, to warn each
// person once.
func (m *trustedApplicationModel) advise(
	ctx context.Context,
	advice []trustedapp.Violation,
	before *trustedApplicationModel,
) (diags diag.Diagnostics) {
	for _, a := range advice {
		attribute := m.attribute(a.Attribute)
		if m.knows(ctx, a) && (before == nil || !attribute.value.Equal(before.attribute(a.Attribute).value)) {
			diags.AddAttributeWarning(path.Root(attribute.name), "Check "+attribute.name, a.Message)
		}
	}
	return diags
}
