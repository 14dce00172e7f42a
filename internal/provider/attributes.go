// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// attributes are those of an object, by name. The token objects, of which a
// configuration may have hundreds, use them in place of a model struct, for each
// of whose fields the framework compiles a regular expression at each read and
// each write; see PERFORMANCE.md.
type attributes map[string]attr.Value

func readAttributes(ctx context.Context, config tfsdk.Config) (attributes, diag.Diagnostics) {
	var object types.Object
	diags := config.Get(ctx, &object)
	return object.Attributes(), diags
}

// text is a string attribute; null if there is none of the name.
func (a attributes) text(name string) types.String {
	value, _ := a[name].(types.String)
	return value
}

// set is an attribute that is a set; null if there is none of the name.
func (a attributes) set(name string) types.Set {
	value, _ := a[name].(types.Set)
	return value
}

// texts are the elements of a set or list, null and unknown ones as the empty
// text, which every rule about elements refuses.
func texts(elements []attr.Value) []string {
	var found []string
	for _, element := range elements {
		if text, ok := element.(types.String); ok {
			found = append(found, text.ValueString())
		}
	}
	return found
}

// object is what a state or a result is set to.
func (a attributes) object(ctx context.Context) types.Object {
	kinds := make(map[string]attr.Type, len(a))
	for name, value := range a {
		kinds[name] = value.Type(ctx)
	}
	return types.ObjectValueMust(kinds, a)
}
