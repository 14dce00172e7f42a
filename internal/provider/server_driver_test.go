// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// driver asks a provider server what a CLI asks it, without a CLI: hundreds of
// configurations in the time that one plan takes.
type driver struct {
	t      *testing.T
	server tfprotov6.ProviderServer
	schema *tfprotov6.GetProviderSchemaResponse
}

// schemaOnce is the provider's schema, which is the same in all processes.
var schemaOnce = sync.OnceValue(func() *tfprotov6.GetProviderSchemaResponse {
	schema, err := providerserver.NewProtocol6(newTestProvider(nil))().GetProviderSchema(context.Background(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		panic(err)
	}
	return schema
})

// diagnostics are the errors of one call.
type diagnostics []*tfprotov6.Diagnostic

// newDriver is a provider process that is validated and configured with the
// given attributes; those that are left out are null. Neither may fail.
func newDriver(t *testing.T, env map[string]string, configuration map[string]any) driver {
	t.Helper()
	ctx := context.Background()
	d := driver{t: t, server: providerserver.NewProtocol6(newTestProvider(env))(), schema: schemaOnce()}
	config := d.encode(d.schema.Provider.ValueType(), configuration)
	validated, err := d.server.ValidateProviderConfig(ctx, &tfprotov6.ValidateProviderConfigRequest{Config: config})
	if err != nil || len(validated.Diagnostics) > 0 {
		t.Fatalf("validate: %v, %v", err, errorTexts(validated.Diagnostics))
	}
	done, err := d.server.ConfigureProvider(ctx, &tfprotov6.ConfigureProviderRequest{TerraformVersion: "1.12.0", Config: config})
	if err != nil || len(done.Diagnostics) > 0 {
		t.Fatalf("configure: %v, %v", err, errorTexts(done.Diagnostics))
	}
	return d
}

func (d driver) encode(kind tftypes.Type, values map[string]any) *tfprotov6.DynamicValue {
	d.t.Helper()
	encoded, err := encodeObject(kind, values)
	if err != nil {
		d.t.Fatal(err)
	}
	return encoded
}

// encodeObject makes an object of the type; what is left out is null. Values are
// those of tftypes or of Go.
func encodeObject(kind tftypes.Type, values map[string]any) (*tfprotov6.DynamicValue, error) {
	attributes := map[string]tftypes.Value{}
	for name, attribute := range kind.(tftypes.Object).AttributeTypes { //nolint:forcetypeassert // a schema is an object
		attributes[name] = encodeValue(attribute, values[name])
	}
	for name := range values {
		if _, ok := attributes[name]; !ok {
			return nil, fmt.Errorf("there is no attribute %q", name)
		}
	}
	return encode(kind, attributes)
}

// encode encodes a value; nil makes null.
func encode(kind tftypes.Type, value any) (*tfprotov6.DynamicValue, error) {
	encoded, err := tfprotov6.NewDynamicValue(kind, tftypes.NewValue(kind, value))
	return &encoded, err
}

func encodeValue(kind tftypes.Type, value any) tftypes.Value {
	if words, several := value.([]string); several {
		elements := make([]tftypes.Value, len(words))
		for i, word := range words {
			elements[i] = tftypes.NewValue(tftypes.String, word)
		}
		value = elements
	}
	return tftypes.NewValue(kind, value)
}

// errors keeps the errors, and fails the test when the call itself failed.
func (d driver) errors(diags []*tfprotov6.Diagnostic, err error) diagnostics {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
	var failed diagnostics
	for _, diag := range diags {
		if diag.Severity == tfprotov6.DiagnosticSeverityError {
			failed = append(failed, diag)
		}
	}
	return failed
}

func errorTexts(diags []*tfprotov6.Diagnostic) []string {
	var all []string
	for _, diag := range diags {
		all = append(all, diag.Summary+": "+diag.Detail)
	}
	return all
}

// read validates and reads a data source.
func (d driver) read(name string, values map[string]any) diagnostics {
	d.t.Helper()
	ctx, config := context.Background(), d.encode(d.schema.DataSourceSchemas[name].ValueType(), values)
	validated, err := d.server.ValidateDataResourceConfig(ctx, &tfprotov6.ValidateDataResourceConfigRequest{TypeName: name, Config: config})
	if failed := d.errors(validated.Diagnostics, err); failed != nil {
		d.t.Fatalf("validate: %v", errorTexts(failed))
	}
	resp, err := d.server.ReadDataSource(ctx, &tfprotov6.ReadDataSourceRequest{TypeName: name, Config: config})
	return d.errors(resp.Diagnostics, err)
}

// open validates and opens an ephemeral resource.
func (d driver) open(name string, values map[string]any) diagnostics {
	d.t.Helper()
	ctx, config := context.Background(), d.encode(d.schema.EphemeralResourceSchemas[name].ValueType(), values)
	validated, err := d.server.ValidateEphemeralResourceConfig(ctx, &tfprotov6.ValidateEphemeralResourceConfigRequest{TypeName: name, Config: config})
	if failed := d.errors(validated.Diagnostics, err); failed != nil {
		d.t.Fatalf("validate: %v", errorTexts(failed))
	}
	resp, err := d.server.OpenEphemeralResource(ctx, &tfprotov6.OpenEphemeralResourceRequest{TypeName: name, Config: config})
	return d.errors(resp.Diagnostics, err)
}

// plan validates and plans a new resource. Proposed is the configuration with
// the computed attributes unknown, as the CLI proposes them.
func (d driver) plan(name string, values map[string]any, computed ...string) (diagnostics, *tfprotov6.ApplyResourceChangeRequest) {
	d.t.Helper()
	ctx, kind := context.Background(), d.schema.ResourceSchemas[name].ValueType()
	config := d.encode(kind, values)
	validated, err := d.server.ValidateResourceConfig(ctx, &tfprotov6.ValidateResourceConfigRequest{
		TypeName: name, Config: config, ClientCapabilities: &tfprotov6.ValidateResourceConfigClientCapabilities{WriteOnlyAttributesAllowed: true},
	})
	if failed := d.errors(validated.Diagnostics, err); failed != nil {
		d.t.Fatalf("validate: %v", errorTexts(failed))
	}
	proposed := map[string]any{}
	for attribute, value := range values {
		proposed[attribute] = value
	}
	for _, attribute := range computed {
		proposed[attribute] = tftypes.UnknownValue
	}
	nothing, err := encode(kind, nil)
	if err != nil {
		d.t.Fatal(err)
	}
	resp, err := d.server.PlanResourceChange(ctx, &tfprotov6.PlanResourceChangeRequest{
		TypeName: name, Config: config, PriorState: nothing, ProposedNewState: d.encode(kind, proposed),
	})
	return d.errors(resp.Diagnostics, err), &tfprotov6.ApplyResourceChangeRequest{
		TypeName: name, Config: config, PriorState: nothing, PlannedState: resp.PlannedState, PlannedPrivate: resp.PlannedPrivate,
	}
}

// apply plans and applies a new resource.
func (d driver) apply(name string, values map[string]any, computed ...string) diagnostics {
	d.t.Helper()
	failed, change := d.plan(name, values, computed...)
	if failed != nil {
		return failed
	}
	resp, err := d.server.ApplyResourceChange(context.Background(), change)
	return d.errors(resp.Diagnostics, err)
}

// refresh imports a record and reads it, as every plan of it does.
func (d driver) refresh(name, id string) diagnostics {
	d.t.Helper()
	ctx := context.Background()
	imported, err := d.server.ImportResourceState(ctx, &tfprotov6.ImportResourceStateRequest{TypeName: name, ID: id})
	if failed := d.errors(imported.Diagnostics, err); failed != nil || len(imported.ImportedResources) != 1 {
		d.t.Fatalf("import: %v", errorTexts(failed))
	}
	record := imported.ImportedResources[0]
	resp, err := d.server.ReadResource(ctx, &tfprotov6.ReadResourceRequest{TypeName: name, CurrentState: record.State, Private: record.Private, CurrentIdentity: record.Identity})
	return d.errors(resp.Diagnostics, err)
}

// call calls a function of strings.
func (d driver) call(name string, arguments ...string) diagnostics {
	d.t.Helper()
	var encoded []*tfprotov6.DynamicValue
	for _, argument := range arguments {
		value, err := encode(tftypes.String, argument)
		if err != nil {
			d.t.Fatal(err)
		}
		encoded = append(encoded, value)
	}
	resp, err := d.server.CallFunction(context.Background(), &tfprotov6.CallFunctionRequest{Name: name, Arguments: encoded})
	if err == nil && resp.Error != nil {
		return diagnostics{{Severity: tfprotov6.DiagnosticSeverityError, Summary: resp.Error.Text}}
	}
	return d.errors(nil, err)
}
