// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet/identity"
)

// textCheck validates a string attribute with a function of the client, whose errors never repeat the value. The errors
// of the framework's own validators often do.
type textCheck struct {
	name   string
	of     string // the object, where the CLI doesn't show it: in an ephemeral resource that takes a variable
	check  func(string) error
	secret bool // leaves out the attribute path, because the CLI would print the source line
}

func instanceCheck() textCheck {
	return textCheck{
		name:  "instance",
		check: func(value string) error { _, err := erpnet.ParseInstance(value); return err },
	}
}

func clientIDCheck() textCheck { return textCheck{name: "client_id", check: identity.CheckClientID} }

// in adds the name of the object to the check's error.
func (c textCheck) in(object string) textCheck {
	c.of = " of " + object
	return c
}

// scopesCheck validates a set of scopes, which must not be empty: leave it out to request no particular scopes.
func scopesCheck(name, of string) []validator.Set {
	return []validator.Set{
		setvalidator.SizeAtLeast(1), setvalidator.NoNullValues(),
		setvalidator.ValueStringsAre(textCheck{name: name, of: of, check: identity.CheckScope}),
	}
}

func secretCheck(name string) textCheck {
	return textCheck{name: name, check: erpnet.CheckSecret, secret: true}
}

func (c textCheck) Description(context.Context) string { return "a usable " + c.name }

func (c textCheck) MarkdownDescription(ctx context.Context) string { return c.Description(ctx) }

func (c textCheck) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	err := c.check(req.ConfigValue.ValueString())
	if err == nil {
		return
	}
	detail := "The value of " + c.name + c.of + " cannot be used: " + unusable(err)
	var d diag.Diagnostic = diag.NewErrorDiagnostic("Invalid "+c.name, detail)
	if !c.secret {
		d = diag.WithPath(req.Path, d)
	}
	resp.Diagnostics.Append(d)
}
