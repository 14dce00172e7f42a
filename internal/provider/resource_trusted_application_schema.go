// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet/trustedapp"
)

func (r *trustedApplicationResource) IdentitySchema(
	_ context.Context,
	_ resource.IdentitySchemaRequest,
	resp *resource.IdentitySchemaResponse,
) {
	resp.IdentitySchema = identityschema.Schema{Attributes: map[string]identityschema.Attribute{
		"instance": identityschema.StringAttribute{OptionalForImport: true, Description: "Host name of the " +
			"instance, with its port unless that is 443. If left out, the provider's instance."},
		"id": identityschema.StringAttribute{RequiredForImport: true, Description: "GUID of the record."},
	}}
}

func (r *trustedApplicationResource) Schema(
	_ context.Context,
	_ resource.SchemaRequest,
	resp *resource.SchemaResponse,
) {
	flag := func(otherwise bool, description string) schema.BoolAttribute {
		return schema.BoolAttribute{
			Optional:            true,
			Computed:            true,
			Default:             booldefault.StaticBool(otherwise),
			MarkdownDescription: description,
		}
	}
	notEmpty := []validator.String{stringvalidator.LengthAtLeast(1)}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Manages the record of a Trusted Application through the Domain API. **For " +
			"administrators:** the provider's own trusted application needs the scope `update`, its SystemUser " +
			"needs the rights to manage trusted applications, and the instance must let the Domain API write them. " +
			"ERP.net has announced that it will close this way, so an instance may refuse it. In that case, " +
			"request the registration with a ticket: see the data source `erpnet_registration_request`.\n\n" +
			"The plan rejects settings that an instance would accept but that can never work. A record that " +
			"already exists can stay as it is: a rule applies only once you change what it is about.",
		Attributes: map[string]schema.Attribute{
			"id": schema.StringAttribute{
				Computed: true, PlanModifiers: []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
				MarkdownDescription: "GUID of the record.",
			},
			"client_id": schema.StringAttribute{
				Computed: true,
				MarkdownDescription: "The same as `application_uri`, but known only after apply in a plan that " +
					"will write the secret's hash. Objects that take their `client_id` from here wait until the " +
					"record has the new hash.",
			},
			"name":            schema.StringAttribute{Required: true, MarkdownDescription: applicationNameDescription},
			"application_uri": schema.StringAttribute{Required: true, MarkdownDescription: applicationURIDescription},
			"client_type": schema.StringAttribute{
				Optional:            true,
				Computed:            true,
				Default:             stringdefault.StaticString(string(trustedapp.Confidential)),
				MarkdownDescription: clientTypeDescription,
			},
			"secret_hash": schema.StringAttribute{
				Optional:   true,
				Computed:   true,
				Validators: notEmpty,
				MarkdownDescription: secretHashDescription + " If you leave it out, it is the hash of " +
					"`client_secret_wo`, or what the record has.",
			},
			"scopes": schema.SetAttribute{
				Optional:            true,
				ElementType:         types.StringType,
				Validators:          []validator.Set{setvalidator.SizeAtLeast(1)},
				MarkdownDescription: applicationScopesDescription,
			},
			"system_user_allowed": schema.BoolAttribute{
				Optional:            true,
				Computed:            true,
				MarkdownDescription: systemUserAllowedDescription,
			},
			"system_user": schema.StringAttribute{
				Optional:            true,
				Validators:          notEmpty,
				MarkdownDescription: systemUserDescription,
			},
			"impersonate_as_internal_user_allowed":  flag(false, impersonateInternalDescription),
			"impersonate_as_community_user_allowed": flag(false, impersonateCommunityDescription),
			"redirect_uris": schema.ListAttribute{
				Optional:            true,
				ElementType:         types.StringType,
				Validators:          []validator.List{listvalidator.SizeAtLeast(1)},
				MarkdownDescription: redirectURIsDescription,
			},
			"post_logout_redirect_uris": schema.ListAttribute{
				Optional:            true,
				ElementType:         types.StringType,
				Validators:          []validator.List{listvalidator.SizeAtLeast(1)},
				MarkdownDescription: logoutURIsDescription,
			},
			"reference_tokens": schema.StringAttribute{
				Optional:            true,
				Computed:            true,
				Default:             stringdefault.StaticString(trustedapp.ReferenceTokensNone),
				MarkdownDescription: referenceTokensDescription,
			},
			"is_enabled": flag(true, isEnabledDescription),
			"notes": schema.StringAttribute{
				Optional:            true,
				Validators:          notEmpty,
				MarkdownDescription: applicationNotesDescription,
			},
			"basic_authentication_allowed": flag(false, "Whether legacy Basic authentication is allowed "+
				"(`BasicAuthenticationAllowed`). Default `false`, as ERP.net advises."),
			"client_secret_wo": schema.StringAttribute{
				Optional:   true,
				WriteOnly:  true,
				Sensitive:  true,
				Validators: []validator.String{secretCheck("client_secret_wo")},
				MarkdownDescription: "The plain secret, write-only, instead of `secret_hash`. The provider hashes " +
					"it, and neither sends nor stores it.",
			},
			"client_secret_wo_version": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "Change it to write the hash of `client_secret_wo` again, for example to the " +
					"version of the secret in its store. A number or any string works. A write-only value is " +
					"stored nowhere, so Terraform can't see that it has changed. If the secret is still the old " +
					"one, apply warns `Secret Not Rotated`.",
			},
			"deletion_protection": flag(true, "Whether to refuse plans that would delete the record. Default "+
				"`true`, also after an import. Set it to `false` and apply before you destroy."),
		},
	}
}
