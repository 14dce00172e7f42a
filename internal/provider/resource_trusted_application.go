// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet/domainapi"
	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet/trustedapp"
)

var (
	_ resource.ResourceWithConfigure      = (*trustedApplicationResource)(nil)
	_ resource.ResourceWithIdentity       = (*trustedApplicationResource)(nil)
	_ resource.ResourceWithImportState    = (*trustedApplicationResource)(nil)
	_ resource.ResourceWithModifyPlan     = (*trustedApplicationResource)(nil)
	_ resource.ResourceWithValidateConfig = (*trustedApplicationResource)(nil)
)

func newTrustedApplicationResource() resource.Resource { return &trustedApplicationResource{} }

// trustedApplicationResource is the resource erpnet_trusted_application. Its schema and its
// plan are in resource_trusted_application_schema.go and resource_trusted_application_plan.go.
type trustedApplicationResource struct{ session *session }

type trustedApplicationResourceModel struct {
	ID types.String `tfsdk:"id"`
	trustedApplicationModel
	ClientID              types.String `tfsdk:"client_id"`
	BasicAuthentication   types.Bool   `tfsdk:"basic_authentication_allowed"`
	ClientSecretWO        types.String `tfsdk:"client_secret_wo"`
	ClientSecretWOVersion types.String `tfsdk:"client_secret_wo_version"`
	DeletionProtection    types.Bool   `tfsdk:"deletion_protection"`
}

// trustedApplicationIdentity can change: an instance may be renamed and keep its records.
type trustedApplicationIdentity struct {
	Instance types.String `tfsdk:"instance"`
	ID       types.String `tfsdk:"id"`
}

func (r *trustedApplicationResource) Metadata(
	_ context.Context,
	req resource.MetadataRequest,
	resp *resource.MetadataResponse,
) {
	resp.TypeName = req.ProviderTypeName + "_trusted_application"
	resp.ResourceBehavior.MutableIdentity = true
}

func (r *trustedApplicationResource) Configure(
	_ context.Context,
	req resource.ConfigureRequest,
	resp *resource.ConfigureResponse,
) {
	r.session = configured(req.ProviderData, &resp.Diagnostics)
}

// ImportState accepts a GUID, an ApplicationUri or an identity. An ApplicationUri may have the form of a GUID: Read
// tries both.
func (r *trustedApplicationResource) ImportState(
	ctx context.Context,
	req resource.ImportStateRequest,
	resp *resource.ImportStateResponse,
) {
	if r.waits(req.ClientCapabilities.DeferralAllowed) {
		resp.Deferred = deferredResource
		resp.State.Raw = tftypes.NewValue(resp.State.Schema.Type().TerraformType(ctx), tftypes.UnknownValue)
		return
	}
	id := req.ID
	if id == "" {
		var identity trustedApplicationIdentity
		resp.Diagnostics.Append(req.Identity.Get(ctx, &identity)...)
		id = identity.ID.ValueString()
		resp.Diagnostics.Append(r.isOurs(identity.Instance)...)
	}
	attribute := path.Root("application_uri")
	if domainapi.IsGUID(id) {
		attribute = path.Root("id")
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, attribute, id)...)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("deletion_protection"), true)...)
}

// isOurs refuses an import from an instance other than the provider's.
func (r *trustedApplicationResource) isOurs(instance types.String) (diags diag.Diagnostics) {
	ours, problems := r.session.instance(false)
	if len(problems) == 0 && !instance.IsNull() && !strings.EqualFold(instance.ValueString(), hostOf(ours)) {
		diags.AddError("Another Instance", fmt.Sprintf("The identity to import names the instance %q, and the "+
			"provider is configured for %q. "+
			"Import it with a provider of that instance, or leave out instance.", instance.ValueString(), hostOf(ours)))
	}
	return diags
}

// hostOf returns the instance as an identity names it: its host, with the port unless that is the default.
func hostOf(i erpnet.Instance) string {
	_, host, _ := strings.Cut(i.URL, "://")
	return host
}

func (r *trustedApplicationResource) Create(
	ctx context.Context,
	req resource.CreateRequest,
	resp *resource.CreateResponse,
) {
	ctx, done := r.session.begin(ctx)
	defer done()
	var plan, config trustedApplicationResourceModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	api, diags := r.session.domainAPI()
	resp.Diagnostics.Append(diags...)
	wanted, diags := plan.wantedRecord(config)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	created, err := trustedapp.Store{API: api}.Create(ctx, wanted)
	if err != nil {
		resp.Diagnostics.Append(writeDiagnostic(err, wanted))
		return
	}
	private := privateState{}.afterWrite(plan.SecretHash, config.SecretHash, wanted.ApplicationSecretHash)
	resp.Diagnostics.Append(
		plan.save(ctx, wanted, created, private, savedState{&resp.State, resp.Identity, resp.Private, r.session})...)
}

func (r *trustedApplicationResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	ctx, done := r.session.begin(ctx)
	defer done()
	var state trustedApplicationResourceModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	api, diags := r.session.domainAPI()
	if deferrable(req.ClientCapabilities.DeferralAllowed, diags) {
		resp.Deferred = deferredResource
		// The state of a CLI without identities has none, but the framework requires one.
		if req.Identity == nil || req.Identity.Raw.IsNull() {
			resp.Diagnostics.Append(resp.Identity.Set(ctx, &trustedApplicationIdentity{ID: state.ID})...)
		}
		return
	}
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	found, err := state.find(ctx, trustedapp.Store{API: api.OneOperation()})
	switch {
	case err != nil:
		resp.Diagnostics.Append(errorDiagnostic(err))
		return
	case found == nil && state.imported():
		resp.Diagnostics.AddError("No Such Trusted Application", "The instance has no Trusted Application with "+
			"this Id or ApplicationUri, or the caller is not allowed to see it. Letter case may count.")
		return
	case found == nil && state.DeletionProtection.ValueBool():
		resp.Diagnostics.AddError("Trusted Application Not Visible", notVisible)
		return
	case found == nil:
		// The framework requires an identity even for a record that is gone.
		resp.Diagnostics.Append(resp.Identity.Set(ctx, r.session.identityOf(state.ID))...)
		resp.State.RemoveResource(ctx)
		return
	}
	private, diags := readPrivateState(ctx, req.Private)
	resp.Diagnostics.Append(diags...)
	resp.Diagnostics.Append(state.refresh(ctx, found, private)...)
	resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, r.session.identityOf(state.ID))...)
	private.ObjectVersion = found.ObjectVersion
	resp.Diagnostics.Append(private.write(ctx, resp.Private)...)
}

// notVisible says what to do if a protected record isn't found. Removing it from the state would make the next apply
// create a second one if the caller just isn't allowed to see the first.
const notVisible = "The instance neither lists this Trusted Application nor returns it by its key: it was deleted, " +
	"or the caller is no longer allowed to see it. " +
	"Because of its deletion protection, it stays in the state.\n\n" +
	"If the caller lost its rights, give them back to the SystemUser of the provider's application. " +
	"If the record was deleted, remove the resource from the state (terraform state rm, or a removed block), and " +
	"apply to create it again."

// imported reports whether the state comes from an import, and so contains only what identifies the record.
func (m *trustedApplicationResourceModel) imported() bool { return m.Name.IsNull() }

// find looks up the record in the state. After an import, the Id may be an ApplicationUri in the form of a GUID.
func (m *trustedApplicationResourceModel) find(
	ctx context.Context,
	store trustedapp.Store,
) (*trustedapp.Record, error) {
	if m.ID.IsNull() {
		return store.Find(ctx, m.ApplicationURI.ValueString())
	}
	found, err := store.Get(ctx, m.ID.ValueString())
	if found == nil && err == nil && m.imported() {
		return store.Find(ctx, m.ID.ValueString())
	}
	return found, err
}

func (r *trustedApplicationResource) Update(
	ctx context.Context,
	req resource.UpdateRequest,
	resp *resource.UpdateResponse,
) {
	ctx, done := r.session.begin(ctx)
	defer done()
	var plan, state, config trustedApplicationResourceModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	api, diags := r.session.domainAPI()
	resp.Diagnostics.Append(diags...)
	wanted, diags := plan.wantedRecord(config)
	resp.Diagnostics.Append(diags...)
	private, diags := readPrivateState(ctx, req.Private)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	updated, err := trustedapp.Store{
		API: api,
	}.Update(ctx, state.storedRecord(private), wanted, plan.SecretHash.IsUnknown())
	if err != nil {
		resp.Diagnostics.Append(errorAt(err, recordAttributes))
		return
	}
	if state.keptSecret(plan, wanted, private) {
		resp.Diagnostics.Append(notRotated("client_secret_wo_version", "client_secret_wo"))
	}
	private = private.afterWrite(plan.SecretHash, config.SecretHash, wanted.ApplicationSecretHash)
	resp.Diagnostics.Append(
		plan.save(ctx, wanted, updated, private, savedState{&resp.State, resp.Identity, resp.Private, r.session})...)
}

func (r *trustedApplicationResource) Delete(
	ctx context.Context,
	req resource.DeleteRequest,
	resp *resource.DeleteResponse,
) {
	ctx, done := r.session.begin(ctx)
	defer done()
	var state trustedApplicationResourceModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	resp.Diagnostics.Append(state.protect()...) // when the record is replaced, no plan reports this
	api, diags := r.session.domainAPI()
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	if err := (trustedapp.Store{API: api}).Delete(ctx, state.ID.ValueString()); err != nil {
		resp.Diagnostics.Append(errorDiagnostic(err))
	}
}
