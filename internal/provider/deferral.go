// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// unknownSetting is the error of an object that needs a setting whose value isn't known yet. If the client allows it,
// the object is deferred instead, and Terraform returns to it when the value is known.
type unknownSetting struct{ diag.Diagnostic }

func (u unknownSetting) Equal(other diag.Diagnostic) bool {
	o, same := other.(unknownSetting)
	return same && u.Diagnostic.Equal(o.Diagnostic)
}

// deferrable reports whether an object has to wait for a setting and is allowed to.
func deferrable(allowed bool, diags diag.Diagnostics) bool {
	return allowed && slices.ContainsFunc(diags, func(d diag.Diagnostic) bool {
		_, waits := d.(unknownSetting)
		return waits
	})
}

// deferData defers a data source if possible, and reports whether it did. All attributes are then unknown.
func deferData(
	ctx context.Context, diags diag.Diagnostics, req datasource.ReadRequest, resp *datasource.ReadResponse,
) bool {
	if !deferrable(req.ClientCapabilities.DeferralAllowed, diags) {
		return false
	}
	resp.Deferred = &datasource.Deferred{Reason: datasource.DeferredReasonProviderConfigUnknown}
	resp.State.Raw = tftypes.NewValue(resp.State.Schema.Type().TerraformType(ctx), tftypes.UnknownValue)
	return true
}

// deferEphemeral defers an ephemeral resource if possible, and reports whether it did. All attributes are then unknown.
func deferEphemeral(
	ctx context.Context, diags diag.Diagnostics, req ephemeral.OpenRequest, resp *ephemeral.OpenResponse,
) bool {
	if !deferrable(req.ClientCapabilities.DeferralAllowed, diags) {
		return false
	}
	resp.Deferred = &ephemeral.Deferred{Reason: ephemeral.DeferredReasonProviderConfigUnknown}
	resp.Result.Raw = tftypes.NewValue(resp.Result.Schema.Type().TerraformType(ctx), tftypes.UnknownValue)
	return true
}

// deferredResource tells the CLI that a resource is waiting for a setting.
var deferredResource = &resource.Deferred{Reason: resource.DeferredReasonProviderConfigUnknown}

// waits reports whether a record has to wait for a setting of the provider and is allowed to.
func (r *trustedApplicationResource) waits(allowed bool) bool {
	if !allowed {
		return false
	}
	_, diags := r.session.domainAPI()
	return deferrable(allowed, diags)
}
