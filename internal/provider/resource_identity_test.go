// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

// A CLI that knows resource identities imports a record by its GUID. Terraform
// 1.11 does not, so the provider server is asked directly.
func TestImportByIdentity(t *testing.T) {
	t.Parallel()
	instance, env := startInstance(t)
	server, ctx := newServer(t, env), context.Background()
	id := instance.Applications()[0].Id

	identity := tftypes.NewValue(tftypes.Object{AttributeTypes: map[string]tftypes.Type{"instance": tftypes.String, "id": tftypes.String}},
		map[string]tftypes.Value{"instance": tftypes.NewValue(tftypes.String, nil), "id": tftypes.NewValue(tftypes.String, id)})
	encoded, err := tfprotov6.NewDynamicValue(identity.Type(), identity)
	if err != nil {
		t.Fatal(err)
	}
	imported, err := server.ImportResourceState(ctx, &tfprotov6.ImportResourceStateRequest{
		TypeName: "erpnet_trusted_application", Identity: &tfprotov6.ResourceIdentityData{IdentityData: &encoded},
	})
	if err != nil || len(imported.Diagnostics) > 0 || len(imported.ImportedResources) != 1 {
		t.Fatalf("%v, %d diagnostics", err, len(imported.Diagnostics))
	}
	resource := imported.ImportedResources[0]
	read, err := server.ReadResource(ctx, &tfprotov6.ReadResourceRequest{
		TypeName: resource.TypeName, CurrentState: resource.State, Private: resource.Private, CurrentIdentity: resource.Identity,
	})
	if err != nil || len(read.Diagnostics) > 0 {
		t.Fatalf("%v, %d diagnostics", err, len(read.Diagnostics))
	}
	state := decodeObject(t, read.NewState, schemaType(t, server))
	if got := stringOf(t, state["application_uri"]); got != erpnettest.SampleApplication().ApplicationUri {
		t.Errorf("imported %q", got)
	}
	var protected bool
	if err := state["deletion_protection"].As(&protected); err != nil || !protected {
		t.Error("an imported record is not protected")
	}
	after := decodeObject(t, read.NewIdentity.IdentityData, identity.Type())
	if got := stringOf(t, after["id"]); got != id {
		t.Errorf("identity is %q", got)
	}
}

// newServer is a configured provider server, without a CLI.
func newServer(t *testing.T, env map[string]string) tfprotov6.ProviderServer {
	t.Helper()
	ctx := context.Background()
	server := providerserver.NewProtocol6(newTestProvider(env))()
	schema, err := server.GetProviderSchema(ctx, &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	kind := schema.Provider.ValueType()
	attributes := map[string]tftypes.Value{}
	for name, attribute := range kind.(tftypes.Object).AttributeTypes { //nolint:forcetypeassert // a schema is an object
		attributes[name] = tftypes.NewValue(attribute, nil)
	}
	config, err := tfprotov6.NewDynamicValue(kind, tftypes.NewValue(kind, attributes))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := server.ConfigureProvider(ctx, &tfprotov6.ConfigureProviderRequest{TerraformVersion: "1.12.0", Config: &config}); err != nil {
		t.Fatal(err)
	}
	return server
}

func schemaType(t *testing.T, server tfprotov6.ProviderServer) tftypes.Type {
	t.Helper()
	schema, err := server.GetProviderSchema(context.Background(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	return schema.ResourceSchemas["erpnet_trusted_application"].ValueType()
}

func decodeObject(t *testing.T, encoded *tfprotov6.DynamicValue, kind tftypes.Type) map[string]tftypes.Value {
	t.Helper()
	value, err := encoded.Unmarshal(kind)
	if err != nil {
		t.Fatal(err)
	}
	attributes := map[string]tftypes.Value{}
	if err := value.As(&attributes); err != nil {
		t.Fatal(err)
	}
	return attributes
}

func stringOf(t *testing.T, value tftypes.Value) string {
	t.Helper()
	var text string
	if err := value.As(&text); err != nil {
		t.Fatal(err)
	}
	return text
}
