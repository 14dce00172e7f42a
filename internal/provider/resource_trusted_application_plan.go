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

// ValidateConfig checks only how the secrets are combined. ModifyPlan refuses the values that never work, because an
// existing record may keep them, and a configuration doesn't say whether the record exists.
func (r *trustedApplicationResource) ValidateConfig(
	ctx context.Context,
	req resource.ValidateConfigRequest,
	resp *resource.ValidateConfigResponse,
) {
	var config trustedApplicationResourceModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	resp.Diagnostics.Append(config.refuseSecrets()...)
}

// refuseSecrets refuses combinations of secrets that don't fit together, as far as the configuration is known.
func (m *trustedApplicationResourceModel) refuseSecrets() (diags diag.Diagnostics) {
	if isSet(m.SecretHash) && isSet(m.ClientSecretWO) {
		diags.AddError("Two Secrets", "secret_hash and client_secret_wo are both set, and a record has one hash. "+
			"Remove one of them.")
	}
	if m.ClientSecretWO.IsNull() && isSet(m.ClientSecretWOVersion) {
		diags.AddError("Version Without Secret", "client_secret_wo_version is set, but client_secret_wo is not. "+
			"Set both or neither.")
	}
	if m.ClientType.ValueString() == string(trustedapp.Public) && isSet(m.ClientSecretWO) {
		diags.AddError("Impossible Trusted Application", "client_secret_wo: A Public application has no secret. "+
			"Remove client_secret_wo and its version, or make the application Confidential.")
	}
	return diags
}

// isSet reports whether a value is neither null nor unknown.
func isSet(value attr.Value) bool { return !value.IsNull() && !value.IsUnknown() }

// ModifyPlan protects the record from deletion, derives attributes from other attributes, and refuses what never works.
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

// protect refuses to delete a protected record.
func (m *trustedApplicationResourceModel) protect() (diags diag.Diagnostics) {
	if m.DeletionProtection.ValueBool() {
		diags.AddError("Deletion Protected", "This would delete the trusted application, and with it the access of "+
			"everything that uses it. "+
			"To delete it, set deletion_protection = false, apply, and then destroy.")
	}
	return diags
}

// plannedHash returns the configured hash, or else unknown if the apply writes a secret, or else the hash of the
// record, which is null for a Public application. An apply writes a secret if the secret's version changes, or if this
// resource has not written one before.
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
	return state.SecretHash // null if there is no record yet
}

// plannedSystemUserAllowed returns the configured value or, without one, whether there is a system user.
func plannedSystemUserAllowed(config, plan trustedApplicationResourceModel) types.Bool {
	if config.SystemUserAllowed.IsNull() && !config.SystemUser.IsUnknown() {
		return types.BoolValue(!config.SystemUser.IsNull())
	}
	return plan.SystemUserAllowed
}

// plannedClientID is unknown if the apply writes the hash of a secret. Whatever uses the client ID then waits for that.
func plannedClientID(plan trustedApplicationResourceModel) types.String {
	if plan.SecretHash.IsUnknown() {
		return types.StringUnknown()
	}
	return plan.ApplicationURI
}

// judge refuses what never works, and warns about what works but has a better alternative. An existing record may stay
// as it is: a rule applies only if the plan changes an attribute that the rule is about.
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

// keeps reports whether a plan leaves every attribute that a rule is about unchanged.
func (m *trustedApplicationResourceModel) keeps(v trustedapp.Violation, before *trustedApplicationModel) bool {
	for _, name := range append([]string{v.Attribute}, v.With...) {
		if !m.attribute(name).value.Equal(before.attribute(name).value) {
			return false
		}
	}
	return true
}

// wantedRecord returns the record that a plan describes. It hashes the secret, which only the configuration contains.
func (m *trustedApplicationResourceModel) wantedRecord(
	config trustedApplicationResourceModel,
) (trustedapp.Record, diag.Diagnostics) {
	var diags diag.Diagnostics
	diags.Append(config.refuseSecrets()...) // they may have been unknown in the plan
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

// save stores a written record in the state: the planned values, and those that are known only now. If the instance
// changed any of them, the next plan shows it.
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

// savedState is where a response stores a resource.
type savedState struct {
	state    *tfsdk.State
	identity *tfsdk.ResourceIdentity
	private  privateSetter
	session  *session
}

// refresh updates the model from a record that was read. It warns if the hash was changed elsewhere: this is the only
// attribute that a plan can't repair by itself. A missing hash is not a change if the instance withheld it, or showed
// none right after one was written.
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
		m.SystemUser = before.SystemUser // keep the configuration's letter case
	}
	if now.ApplicationSecretHash == "" && (now.SecretHashWithheld || private.HashHidden) {
		m.SecretHash = before.SecretHash
		return diags
	}
	if private.WrittenHash != "" && now.ApplicationSecretHash != private.WrittenHash {
		diags.AddWarning("Secret Changed Elsewhere", "The secret hash of the trusted application is not the one "+
			"that this resource last wrote: the secret was rotated elsewhere, or a write was interrupted. "+
			"To write the secret of this configuration again, raise client_secret_wo_version.")
	}
	return diags
}

// identityOf returns the identity of a record in the provider's instance.
func (s *session) identityOf(id types.String) *trustedApplicationIdentity {
	instance, _ := s.instance(false)
	return &trustedApplicationIdentity{types.StringValue(hostOf(instance)), id}
}

// keptSecret reports whether an apply wrote the secret that the record already had, although its version is new.
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

// storedRecord returns the record as it was last read, with its version.
func (m *trustedApplicationResourceModel) storedRecord(private privateState) trustedapp.Record {
	record := m.toRecord()
	record.ID, record.ObjectVersion = m.ID.ValueString(), private.ObjectVersion
	record.BasicAuthenticationAllowed = m.BasicAuthentication.ValueBool()
	return record
}
