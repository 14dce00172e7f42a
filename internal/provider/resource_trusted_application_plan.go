// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"strconv"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
)

// ValidateConfig implements [resource.ResourceWithValidateConfig].
func (r *trustedApplicationResource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var config trustedApplicationResourceModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if !config.SecretHash.IsNull() && !config.ClientSecretWO.IsNull() {
		resp.Diagnostics.AddError("Two Secrets", "secret_hash and client_secret_wo are both set, and a record has one hash. Remove one of them.")
	}
	if !config.ClientSecretWO.IsNull() {
		config.SecretHash = types.StringUnknown() // there will be one
	}
	resp.Diagnostics.Append(config.refuse(ctx, config.application().Violations())...)
}

// ModifyPlan implements [resource.ResourceWithModifyPlan]: it protects from
// deletion, fills in what follows from other attributes, and refuses what never
// works.
func (r *trustedApplicationResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	var plan, state, config trustedApplicationResourceModel
	if !req.State.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	}
	if req.Plan.Raw.IsNull() {
		if state.DeletionProtection.ValueBool() {
			resp.Diagnostics.AddError("Deletion Protected", "The plan would delete the trusted application, and with it the access of everything that uses it. "+
				"If this is meant, set deletion_protection = false, apply, and destroy then.")
		}
		return
	}
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	creating := req.State.Raw.IsNull()
	plan.SecretHash = plannedHash(config, plan, state, creating)
	if config.SystemUserAllowed.IsNull() && !config.SystemUser.IsUnknown() {
		plan.SystemUserAllowed = types.BoolValue(!config.SystemUser.IsNull())
	}
	application := plan.application()
	violations := application.Violations()
	if creating {
		violations = append(violations, application.MissingSecret()...)
	}
	resp.Diagnostics.Append(plan.refuse(ctx, violations)...)
	resp.Diagnostics.Append(plan.advise(ctx, application.Advice())...)
	plan.ClientID = plan.ApplicationURI
	if plan.SecretHash.IsUnknown() {
		plan.ClientID = types.StringUnknown()
	}
	resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("client_id"), plan.ClientID)...)
	resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("secret_hash"), plan.SecretHash)...)
	resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("system_user_allowed"), plan.SystemUserAllowed)...)
}

// plannedHash is the configured hash; else, when a secret is to be written, one
// that is known after apply; else what the record has.
func plannedHash(config, plan, state trustedApplicationResourceModel, creating bool) types.String {
	writes := !config.ClientSecretWO.IsNull() && (creating || !plan.ClientSecretWOVersion.Equal(state.ClientSecretWOVersion))
	switch {
	case !config.SecretHash.IsNull():
		return config.SecretHash
	case writes:
		return types.StringUnknown()
	}
	return state.SecretHash // null when there is no record yet
}

// record is the record that a plan describes. The secret, which is in the
// configuration only, is hashed here.
func (m *trustedApplicationResourceModel) record(config trustedApplicationResourceModel) (erpnet.TrustedApplication, diag.Diagnostics) {
	var diags diag.Diagnostics
	wanted := m.application()
	wanted.BasicAuthenticationAllowed = m.BasicAuthentication.ValueBool()
	if m.SecretHash.IsUnknown() {
		secret := config.ClientSecretWO.ValueString()
		if err := erpnet.CheckSecret(secret); err != nil {
			diags.AddError("Invalid client_secret_wo", "The value of client_secret_wo cannot be used: "+err.Error()+".")
		}
		wanted.ApplicationSecretHash = erpnet.SecretHash(secret)
	}
	return wanted, diags
}

// keep stores a record that was written: as planned, and what is known since. What
// the instance made of it shows in the next plan.
func (m *trustedApplicationResourceModel) keep(ctx context.Context, wanted erpnet.TrustedApplication, now *erpnet.TrustedApplication,
	state *tfsdk.State, identity *tfsdk.ResourceIdentity, private privateSetter,
) diag.Diagnostics {
	m.ID, m.ClientID = types.StringValue(now.ID), m.ApplicationURI
	m.SecretHash = textOrNull(wanted.ApplicationSecretHash)
	m.SystemUserAllowed = types.BoolValue(wanted.SystemUserAllowed)
	m.ClientSecretWO = types.StringNull()
	diags := state.Set(ctx, m)
	diags.Append(identity.Set(ctx, &trustedApplicationIdentity{m.ID})...)
	diags.Append(keepVersion(ctx, private, now)...)
	diags.Append(keepHashHidden(ctx, private, wanted, now)...)
	return diags
}

// read takes over the record. A hash that was changed elsewhere is a warning: it
// is the one attribute that a plan cannot repair by itself. No hash is no change
// where none was shown right after one was written.
func (m *trustedApplicationResourceModel) read(ctx context.Context, now *erpnet.TrustedApplication, hashHidden bool) diag.Diagnostics {
	var diags diag.Diagnostics
	before := m.SecretHash
	diags.Append(m.trustedApplicationModel.read(ctx, now)...)
	m.ID, m.ClientID = types.StringValue(now.ID), m.ApplicationURI
	m.BasicAuthentication = types.BoolValue(now.BasicAuthenticationAllowed)
	if now.SecretHashWithheld || hashHidden && now.ApplicationSecretHash == "" {
		m.SecretHash = before
	}
	if !before.IsNull() && !m.SecretHash.Equal(before) {
		diags.AddWarning("Secret Changed Elsewhere", "The secret hash of the trusted application is not the one that was last written here: somebody else has rotated the secret. "+
			"Raise client_secret_wo_version to write the secret of this configuration again.")
	}
	return diags
}

// stored is the record as it was read last, with its version.
func (m *trustedApplicationResourceModel) stored(ctx context.Context, private privateGetter) (erpnet.TrustedApplication, diag.Diagnostics) {
	application := m.application()
	application.ID = m.ID.ValueString()
	application.BasicAuthenticationAllowed = m.BasicAuthentication.ValueBool()
	text, diags := private.GetKey(ctx, versionKey)
	if version, err := strconv.ParseInt(string(text), 10, 64); err == nil {
		application.ObjectVersion = &version
	}
	return application, diags
}

const (
	// versionKey is where the private state has the record's ObjectVersion.
	versionKey = "object_version"
	// hashHiddenKey is where it has whether the instance shows null in place of the
	// hash that was written last.
	hashHiddenKey = "hash_hidden"
)

type privateGetter interface {
	GetKey(ctx context.Context, key string) ([]byte, diag.Diagnostics)
}

type privateSetter interface {
	SetKey(ctx context.Context, key string, value []byte) diag.Diagnostics
}

func keepHashHidden(ctx context.Context, private privateSetter, written erpnet.TrustedApplication, now *erpnet.TrustedApplication) diag.Diagnostics {
	hidden := written.ApplicationSecretHash != "" && now.ApplicationSecretHash == ""
	return private.SetKey(ctx, hashHiddenKey, strconv.AppendBool(nil, hidden))
}

func hashHidden(ctx context.Context, private privateGetter) (bool, diag.Diagnostics) {
	text, diags := private.GetKey(ctx, hashHiddenKey)
	return string(text) == "true", diags
}

func keepVersion(ctx context.Context, private privateSetter, now *erpnet.TrustedApplication) diag.Diagnostics {
	if now.ObjectVersion == nil {
		return private.SetKey(ctx, versionKey, []byte("null"))
	}
	return private.SetKey(ctx, versionKey, strconv.AppendInt(nil, *now.ObjectVersion, 10))
}
