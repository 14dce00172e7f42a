// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"slices"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/resource"
)

// The framework must accept every schema and definition: otherwise, only people who use the object would see the error.
func TestSchemasAreValid(t *testing.T) {
	ctx := context.Background()
	p := newProvider(nil)
	var schema provider.SchemaResponse
	p.Schema(ctx, provider.SchemaRequest{}, &schema)
	expectValid(t, "provider", schema.Schema, schema.Schema.Attributes)
	for _, newEphemeral := range p.EphemeralResources(ctx) {
		var resp ephemeral.SchemaResponse
		newEphemeral().Schema(ctx, ephemeral.SchemaRequest{}, &resp)
		expectValid(t, "ephemeral resource", resp.Schema, resp.Schema.Attributes)
	}
	for _, newDataSource := range p.DataSources(ctx) {
		var resp datasource.SchemaResponse
		newDataSource().Schema(ctx, datasource.SchemaRequest{}, &resp)
		expectValid(t, "data source", resp.Schema, resp.Schema.Attributes)
	}
	for _, newResource := range p.Resources(ctx) {
		var resp resource.SchemaResponse
		newResource().Schema(ctx, resource.SchemaRequest{}, &resp)
		expectValid(t, "resource", resp.Schema, resp.Schema.Attributes)
	}
	for _, newFunction := range p.Functions(ctx) {
		var resp function.DefinitionResponse
		newFunction().Definition(ctx, function.DefinitionRequest{}, &resp)
		var validated function.DefinitionValidateResponse
		resp.Definition.ValidateImplementation(ctx, function.DefinitionValidateRequest{FuncName: "f"}, &validated)
		if validated.Diagnostics.HasError() {
			t.Errorf("function: %v", validated.Diagnostics)
		}
	}
}

// attribute is what attributes have in common in all kinds of schemas.
type attribute interface {
	GetMarkdownDescription() string
	IsSensitive() bool
}

// expectValid expects the framework to accept a schema, every attribute to have a description, and every attribute with
// a secret or a token to be sensitive.
func expectValid[A attribute](t *testing.T, kind string, schema interface {
	ValidateImplementation(ctx context.Context) diag.Diagnostics
}, attributes map[string]A,
) {
	t.Helper()
	if diags := schema.ValidateImplementation(context.Background()); diags.HasError() {
		t.Errorf("%s: %v", kind, diags)
	}
	for name, attribute := range attributes {
		if attribute.GetMarkdownDescription() == "" {
			t.Errorf("%s: %s has no description", kind, name)
		}
		secrets := []string{
			"secret",
			"secret_wo",
			"client_secret",
			"client_secret_wo",
			"access_token",
			"reference_token",
		}
		secret := slices.Contains(secrets, name)
		if secret != attribute.IsSensitive() {
			t.Errorf("%s: %s: sensitive is %t", kind, name, attribute.IsSensitive())
		}
	}
}
