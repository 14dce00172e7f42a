// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet/trustedapp"
)

// ValidateConfig: What never works is judged in the plan, since an existing record may stay as it is, and a configuration
// does not say whether there is one.
func (r *trustedApplicationResource) ValidateConfig(
	ctx context.Context,
	req resource.ValidateConfigRequest,
	resp *resource.ValidateConfigResponse,
) {
	var config trustedApplicationResourceModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	resp.Diagnostics.Append(config.refuseSecrets()...)
}

// refuseSecrets refuses secrets that do not go together, as far as they are known, in a configuration.
func (m *trustedApplicationResourceModel) refuseSecrets() (diags diag.Diagnostics) {
	if isSet(m.SecretHash) && isSet(m.ClientSecretWO) {
		diags.AddError("Two Secrets", "secret_hash and client_secret_wo are both set, and a record has one hash. "+
			"Remove one of them.")
	}
	if m.ClientSecretWO.IsNull() && isSet(m.ClientSecretWOVersion) {
		diags.AddError("Version Without Secret", "client_secret_wo_version is set, but client_secret_wo is not. "+
			"Set both, or none.")
	}
	if m.ClientType.ValueString() == string(trustedapp.Public) && isSet(m.ClientSecretWO) {
		diags.AddError("Impossible Trusted Application", "client_secret_wo: A Public application has no secret. "+
			"Remove client_secret_wo and its version, or make the application Confidential.")
	}
	return diags
}

// isSet reports whether a value is there, and known.
func isSet(value attr.Value) bool { return !value.IsNull() && !value.IsUnknown() }

// ModifyPlan protects the record from deletion, fills in what follows from other attributes, and refuses what never
// works.
func (r *trustedApplicationResource) ModifyPlan(
	ctx context.Context,
	req resource.ModifyPlanRequest,
	resp *resource.ModifyPlanResponse,
) {
	if r.waits(req.ClientCapabilities.DeferralAllowed) {
		resp.Deferred = deferredResource
	}
	var plan, state, config trustedApplicationResourceModel
	creating, deleting := req.State.Raw.IsNull(), req.Plan.Raw.IsNull()
	if !creating {
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	}
	if deleting {
		resp.Diagnostics.Append(state.protect()...)
		return
	}
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	private, diags := readPrivateState(ctx, req.Private)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	plan.SecretHash = plannedHash(config, plan, state, private)
	plan.SystemUserAllowed = plannedSystemUserAllowed(config, plan)
	plan.ClientID = plannedClientID(plan)
	resp.Diagnostics.Append(config.refuseSecrets()...)
	resp.Diagnostics.Append(plan.judge(ctx, state, creating)...)
	for name, value := range map[string]attr.Value{
		"client_id": plan.ClientID, "secret_hash": plan.SecretHash, "system_user_allowed": plan.SystemUserAllowed,
	} {
		resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root(name), value)...)
	}
}

// protect refuses to delete a record that is protected.
func (m *trustedApplicationResourceModel) protect() (diags diag.Diagnostics) {
	if m.DeletionProtection.ValueBool() {
		diags.AddError("Deletion Protected", "This would delete the trusted application, and with it the access of "+
			"everything that uses it. "+
			"If this is meant, set deletion_protection = false, apply, and destroy then.")
	}
	return diags
}

// plannedHash is the configured hash; else, when a secret is to be written, one that is known after apply; else what
// the record has. A secret is written when its version changes, and when none was written from here before.
func plannedHash(config, plan, state trustedApplicationResourceModel, private privateState) types.String {
	writes := private.WrittenHash == "" || !plan.ClientSecretWOVersion.Equal(state.ClientSecretWOVersion)
	switch {
	case !config.SecretHash.IsNull():
		return config.SecretHash
	case !config.ClientSecretWO.IsNull() && writes:
		return types.StringUnknown()
	case plan.ClientType.ValueString() == string(trustedapp.Public):
		return types.StringNull()
	}
	return state.SecretHash // null when there is no record yet
}

// plannedSystemUserAllowed is true exactly when there is a system user, unless it is configured.
func plannedSystemUserAllowed(config, plan trustedApplicationResourceModel) types.Bool {
	if config.SystemUserAllowed.IsNull() && !config.SystemUser.IsUnknown() {
		return types.BoolValue(!config.SystemUser.IsNull())
	}
	return plan.SystemUserAllowed
}

// plannedClientID is unknown in a plan that will write the hash of a secret, so that what uses it waits.
func plannedClientID(plan trustedApplicationResourceModel) types.String {
	if plan.SecretHash.IsUnknown() {
		return types.StringUnknown()
	}
	return plan.ApplicationURI
}

// judge refuses what never works, and advises about what is better done otherwise. A record that is there already may
// stay as it is: the rules speak when somebody changes what they are about.
func (m *trustedApplicationResourceModel) judge(
	ctx context.Context,
	state trustedApplicationResourceModel,
	creating bool,
) diag.Diagnostics {
	record, before := m.toRecord(), &state.trustedApplicationModel
	violations := record.Violations()
	if creating {
		violations, before = append(violations, record.MissingSecret()...), nil
	}
	diags := m.refuse(
		ctx,
		slices.DeleteFunc(violations, func(v trustedapp.Violation) bool { return before != nil && m.keeps(v, before) }),
	)
	diags.Append(m.advise(ctx, record.Advice(), before)...)
	return diags
}

// keeps reports whether a plan leaves all attributes as they are that a rule is about.
func (m *trustedApplicationResourceModel) keeps(v trustedapp.Violation, before *trustedApplicationModel) bool {
	for _, name := range append([]string{v.Attribute}, v.With...) {
		if !m.attribute(name).value.Equal(before.attribute(name).value) {
			return false
		}
	}
	return true
}

// wantedRecord is the record that a plan describes. The secret, which is in the configuration only, is hashed here.
func (m *trustedApplicationResourceModel) wantedRecord(
	config trustedApplicationResourceModel,
) (trustedapp.Record, diag.Diagnostics) {
	var diags diag.Diagnostics
	diags.Append(config.refuseSecrets()...) // which no plan may have known
	wanted := m.toRecord()
	wanted.BasicAuthenticationAllowed = m.BasicAuthentication.ValueBool()
	if m.SecretHash.IsUnknown() {
		secret := config.ClientSecretWO.ValueString()
		if err := erpnet.CheckSecret(secret); err != nil {
			diags.AddError("Invalid client_secret_wo", "The value of client_secret_wo cannot be used: "+unusable(err))
		}
		wanted.ApplicationSecretHash = erpnet.SecretHash(secret)
	}
	return wanted, diags
}

// save stores a record that was written: as planned, and what is known since. What the instance made of it shows in the
// next plan.
func (m *trustedApplicationResourceModel) save(
	ctx context.Context,
	wanted trustedapp.Record,
	now *trustedapp.Record,
	private privateState,
	into savedState,
) diag.Diagnostics {
	private.ObjectVersion = now.ObjectVersion
	private.HashHidden = wanted.ApplicationSecretHash != "" && now.ApplicationSecretHash == ""
	m.ID, m.ClientID = types.StringValue(now.ID), m.ApplicationURI
	m.SecretHash = textOrNull(wanted.ApplicationSecretHash)
	m.SystemUserAllowed = types.BoolValue(wanted.SystemUserAllowed)
	m.ClientSecretWO = types.StringNull()
	diags := into.state.Set(ctx, m)
	diags.Append(into.identity.Set(ctx, into.session.identityOf(m.ID))...)
	diags.Append(private.write(ctx, into.private)...)
	return diags
}

// savedState is what a response keeps of a resource.
type savedState struct {
	state    *tfsdk.State
	identity *tfsdk.ResourceIdentity
	private  privateSetter
	session  *session
}

// refresh takes over the record. A hash that was changed elsewhere is a warning: it is the one attribute that a plan
// cannot repair by itself. No hash is no change where none was shown right after one was written.
func (m *trustedApplicationResourceModel) refresh(
	ctx context.Context,
	now *trustedapp.Record,
	private privateState,
) diag.Diagnostics {
	before := *m
	diags := m.fromRecord(ctx, now)
	m.ID, m.ClientID = types.StringValue(now.ID), m.ApplicationURI
	m.BasicAuthentication = types.BoolValue(now.BasicAuthenticationAllowed)
	if strings.EqualFold(m.SystemUser.ValueString(), before.SystemUser.ValueString()) {
		m.SystemUser = before.SystemUser // as the configuration writes it
	}
	if now.ApplicationSecretHash == "" && (now.SecretHashWithheld || private.HashHidden) {
		m.SecretHash = before.SecretHash
		return diags
	}
	if private.WrittenHash != "" && now.ApplicationSecretHash != private.WrittenHash {
		diags.AddWarning("Secret Changed Elsewhere", "The secret hash of the trusted application is not the one "+
			"that was last written here: the secret was rotated elsewhere, or a write of it was interrupted. "+
			"Raise client_secret_wo_version to write the secret of this configuration again.")
	}
	return diags
}

// identityOf is the identity of a record of the provider's instance.
func (s *session) identityOf(id types.String) *trustedApplicationIdentity {
	instance, _ := s.instance(false)
	return &trustedApplicationIdentity{types.StringValue(hostOf(instance)), id}
}

// keptSecret reports whether a plan wrote the secret that the record had already, though its version says that it is a
// new one.
func (m *trustedApplicationResourceModel) keptSecret(
	plan trustedApplicationResourceModel,
	wanted trustedapp.Record,
	private privateState,
) bool {
	return plan.SecretHash.IsUnknown() &&
		!m.ClientSecretWOVersion.IsNull() &&
		!plan.ClientSecretWOVersion.Equal(m.ClientSecretWOVersion) &&
		m.SecretHash.ValueString() == wanted.ApplicationSecretHash &&
		!private.HashHidden
}

// storedRecord is the record as it was read last, with its version.
func (m *trustedApplicationResourceModel) storedRecord(private privateState) trustedapp.Record {
	record := m.toRecord()
	record.ID, record.ObjectVersion = m.ID.ValueString(), private.ObjectVersion
	record.BasicAuthenticationAllowed = m.BasicAuthentication.ValueBool()
	return record
}
