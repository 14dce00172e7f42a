// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"encoding/json"
	"strings"

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
	if config.ClientSecretWO.IsNull() && !config.ClientSecretWOVersion.IsNull() {
		resp.Diagnostics.AddError("Version Without Secret", "client_secret_wo_version is set, but client_secret_wo is not. Set both, or none.")
	}
	resp.Diagnostics.Append(config.publicSecret(config)...)
	if !config.ClientSecretWO.IsNull() {
		config.SecretHash = types.StringUnknown() // there will be one
	}
	resp.Diagnostics.Append(config.refuse(ctx, config.application().Violations())...)
}

// publicSecret refuses the one violation that the record itself cannot show: a
// write-only secret of an application that has none.
func (m *trustedApplicationResourceModel) publicSecret(config trustedApplicationResourceModel) (diags diag.Diagnostics) {
	if m.ClientType.ValueString() == string(erpnet.Public) && !config.ClientSecretWO.IsNull() {
		diags.AddError("Impossible Trusted Application", "client_secret_wo: A Public application has no secret. Remove client_secret_wo and its version, or make the application Confidential.")
	}
	return diags
}

const (
	deletionProtected       = "Deletion Protected"
	deletionProtectedDetail = "This would delete the trusted application, and with it the access of everything that uses it. " +
		"If this is meant, set deletion_protection = false, apply, and destroy then."
)

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
			resp.Diagnostics.AddError(deletionProtected, deletionProtectedDetail)
		}
		return
	}
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	creating := req.State.Raw.IsNull()
	known, diags := recall(ctx, req.Private)
	resp.Diagnostics.Append(diags...)
	plan.SecretHash = plannedHash(config, plan, state, known)
	if config.SystemUserAllowed.IsNull() && !config.SystemUser.IsUnknown() {
		plan.SystemUserAllowed = types.BoolValue(!config.SystemUser.IsNull())
	}
	resp.Diagnostics.Append(plan.publicSecret(config)...)
	if resp.Diagnostics.HasError() {
		return
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
// that is known after apply; else what the record has. A secret is written when
// its version changes, and when none was written from here before.
func plannedHash(config, plan, state trustedApplicationResourceModel, known memory) types.String {
	writes := known.WrittenHash == "" || !plan.ClientSecretWOVersion.Equal(state.ClientSecretWOVersion)
	switch {
	case !config.SecretHash.IsNull():
		return config.SecretHash
	case !config.ClientSecretWO.IsNull() && writes:
		return types.StringUnknown()
	case plan.ClientType.ValueString() == string(erpnet.Public):
		return types.StringNull()
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
func (m *trustedApplicationResourceModel) keep(ctx context.Context, wanted erpnet.TrustedApplication, now *erpnet.TrustedApplication, known memory,
	state *tfsdk.State, identity *tfsdk.ResourceIdentity, private privateSetter,
) diag.Diagnostics {
	known.Version, known.HashHidden = now.ObjectVersion, wanted.ApplicationSecretHash != "" && now.ApplicationSecretHash == ""
	m.ID, m.ClientID = types.StringValue(now.ID), m.ApplicationURI
	m.SecretHash = textOrNull(wanted.ApplicationSecretHash)
	m.SystemUserAllowed = types.BoolValue(wanted.SystemUserAllowed)
	m.ClientSecretWO = types.StringNull()
	diags := state.Set(ctx, m)
	diags.Append(identity.Set(ctx, &trustedApplicationIdentity{m.ID})...)
	diags.Append(known.keep(ctx, private)...)
	return diags
}

// read takes over the record. A hash that was changed elsewhere is a warning: it
// is the one attribute that a plan cannot repair by itself. No hash is no change
// where none was shown right after one was written.
func (m *trustedApplicationResourceModel) read(ctx context.Context, now *erpnet.TrustedApplication, known memory) diag.Diagnostics {
	var diags diag.Diagnostics
	before := *m
	diags.Append(m.trustedApplicationModel.read(ctx, now)...)
	m.ID, m.ClientID = types.StringValue(now.ID), m.ApplicationURI
	m.BasicAuthentication = types.BoolValue(now.BasicAuthenticationAllowed)
	if strings.EqualFold(m.SystemUser.ValueString(), before.SystemUser.ValueString()) {
		m.SystemUser = before.SystemUser // as the configuration writes it
	}
	if now.ApplicationSecretHash == "" && (now.SecretHashWithheld || known.HashHidden) {
		m.SecretHash = before.SecretHash
		return diags
	}
	if known.WrittenHash != "" && now.ApplicationSecretHash != known.WrittenHash {
		diags.AddWarning("Secret Changed Elsewhere", "The secret hash of the trusted application is not the one that was last written here: the secret was rotated elsewhere, or a write of it was interrupted. "+
			"Raise client_secret_wo_version to write the secret of this configuration again.")
	}
	return diags
}

// stored is the record as it was read last, with its version.
func (m *trustedApplicationResourceModel) stored(known memory) erpnet.TrustedApplication {
	application := m.application()
	application.ID, application.ObjectVersion = m.ID.ValueString(), known.Version
	application.BasicAuthenticationAllowed = m.BasicAuthentication.ValueBool()
	return application
}

// memory is what the private state has beside the state. It holds no secret.
type memory struct {
	Version     *int64 `json:"version"`      // ObjectVersion of the record, as it was read last
	WrittenHash string `json:"written_hash"` // of the client_secret_wo that was written last; empty if none was
	HashHidden  bool   `json:"hash_hidden"`  // the instance shows null in place of the hash that was written
}

const memoryKey = "record"

type privateGetter interface {
	GetKey(ctx context.Context, key string) ([]byte, diag.Diagnostics)
}

type privateSetter interface {
	SetKey(ctx context.Context, key string, value []byte) diag.Diagnostics
}

// recall reads the memory; nothing is there before the record is made, nor after
// an import.
func recall(ctx context.Context, private privateGetter) (known memory, diags diag.Diagnostics) {
	text, diags := private.GetKey(ctx, memoryKey)
	if len(text) > 0 && json.Unmarshal(text, &known) != nil {
		diags.AddError("Unreadable State", "The private state of this resource cannot be read. Remove the resource from the state and import it again.")
	}
	return known, diags
}

// wrote is the memory after a plan was carried out: of a secret that was written,
// or of a hash that took its place.
func (k memory) wrote(plan, config trustedApplicationResourceModel, wanted erpnet.TrustedApplication) memory {
	switch {
	case plan.SecretHash.IsUnknown():
		k.WrittenHash = wanted.ApplicationSecretHash
	case !config.SecretHash.IsNull(), wanted.ApplicationSecretHash == "":
		k.WrittenHash = ""
	}
	return k
}

func (k memory) keep(ctx context.Context, private privateSetter) diag.Diagnostics {
	text, err := json.Marshal(k)
	if err != nil {
		return diag.Diagnostics{diag.NewErrorDiagnostic("Unexpected Error", "This is a defect of the provider. Please report it.")}
	}
	return private.SetKey(ctx, memoryKey, text)
}
