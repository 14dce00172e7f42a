// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet/trustedapp"
)

var _ list.ListResourceWithConfigure = (*trustedApplicationList)(nil)

func newTrustedApplicationList() list.ListResource { return &trustedApplicationList{} }

// trustedApplicationList is the list resource erpnet_trusted_application. It finds the records that the resource of the
// same name can import, and shares that resource's Metadata and Configure.
type trustedApplicationList struct{ trustedApplicationResource }

type trustedApplicationListModel struct {
	Name         types.String `tfsdk:"name"`
	NameContains types.String `tfsdk:"name_contains"`
	IsEnabled    types.Bool   `tfsdk:"is_enabled"`
	SystemUser   types.String `tfsdk:"system_user"`
}

func (l *trustedApplicationList) ListResourceConfigSchema(
	_ context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse,
) {
	notEmpty := stringvalidator.LengthAtLeast(1)
	resp.Schema = schema.Schema{
		MarkdownDescription: "Finds the Trusted Applications of the instance, ordered by `application_uri`. " +
			"Without arguments, all of them.",
		Attributes: map[string]schema.Attribute{
			"name": schema.StringAttribute{
				Optional: true,
				Validators: []validator.String{
					notEmpty, stringvalidator.ConflictsWith(path.MatchRoot("name_contains")),
				},
				MarkdownDescription: "Only applications with this name.",
			},
			"name_contains": schema.StringAttribute{
				Optional: true, Validators: []validator.String{notEmpty},
				MarkdownDescription: "Only applications whose name contains this text.",
			},
			"is_enabled": schema.BoolAttribute{
				Optional:            true,
				MarkdownDescription: "Only applications that are enabled, or only those that are not.",
			},
			"system_user": schema.StringAttribute{
				Optional: true, Validators: []validator.String{notEmpty},
				MarkdownDescription: "Only applications whose calls run as the user with this login.",
			},
		},
	}
}

// List enforces the limit itself, because neither the framework nor a server does.
func (l *trustedApplicationList) List(ctx context.Context, req list.ListRequest, stream *list.ListResultsStream) {
	var model trustedApplicationListModel
	diags := req.Config.Get(ctx, &model)
	api, more := l.session.domainAPI()
	if diags.Append(more...); diags.HasError() {
		stream.Results = list.ListResultsStreamDiagnostics(diags)
		return
	}
	store := trustedapp.Store{API: api.OneOperation()}
	stream.Results = func(push func(list.ListResult) bool) {
		var listed int64
		for record, err := range store.List(ctx, model.filter()) {
			if err != nil {
				push(list.ListResult{Diagnostics: diag.Diagnostics{errorAt(err, recordAttributes)}})
				return
			}
			listed++
			if !push(l.result(ctx, req, record)) || listed == req.Limit {
				return
			}
		}
	}
}

func (m *trustedApplicationListModel) filter() trustedapp.Filter {
	return trustedapp.Filter{
		Name: m.Name.ValueString(), NameContains: m.NameContains.ValueString(),
		Enabled: m.IsEnabled.ValueBoolPointer(), SystemUser: m.SystemUser.ValueString(),
	}
}

// result returns a record as an import would read it.
func (l *trustedApplicationList) result(
	ctx context.Context, req list.ListRequest, record *trustedapp.Record,
) list.ListResult {
	result := req.NewListResult(ctx)
	client := l.session.identity.Client
	result.DisplayName = client.Name(record.Name) + " (" + client.Name(record.ApplicationURI) + ")"
	result.Diagnostics.Append(result.Identity.Set(ctx, l.session.identityOf(types.StringValue(record.ID)))...)
	if req.IncludeResource {
		model := trustedApplicationResourceModel{DeletionProtection: types.BoolValue(true)}
		result.Diagnostics.Append(model.refresh(ctx, record, privateState{})...)
		result.Diagnostics.Append(result.Resource.Set(ctx, &model)...)
	}
	return result
}
