// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

const applicationType = "erpnet_trusted_application"

// wire is a configured provider server, for calls that only newer CLIs than those on development machines make.
type wire struct {
	*testing.T
	server listServer
	schema *tfprotov6.GetProviderSchemaResponse
}

// listServer is a server that also lists resources.
type listServer interface {
	tfprotov6.ProviderServer
	tfprotov6.ListResourceServer
}

// serverOf returns the server of a provider.
func serverOf(p *erpnetProvider) listServer {
	return providerserver.NewProtocol6(p)().(listServer) //nolint:forcetypeassert // as every server of the framework
}

// newWire configures a server. Missing values of the configuration are null, and the environment is empty.
func newWire(t *testing.T, configuration map[string]any) wire {
	t.Helper()
	nothing := func(string) (string, bool) { return "", false }
	provider := &erpnetProvider{version: "test", now: time.Now, lookupEnv: nothing}
	w := wire{T: t, server: serverOf(provider)}
	schema, err := w.server.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	w.schema = schema
	w.clean("schema", schema.Diagnostics, err)
	configured, err := w.server.ConfigureProvider(t.Context(), &tfprotov6.ConfigureProviderRequest{
		TerraformVersion: "1.14.0", Config: w.object(schema.Provider.ValueType(), configuration),
	})
	w.clean("configure", configured.Diagnostics, err)
	return w
}

// newWireTo returns a server for the instance's sample application.
func newWireTo(t *testing.T, instance *erpnettest.Server) wire {
	t.Helper()
	return newWire(t, map[string]any{
		"instance": instance.URL, "max_retries": 0,
		"client_id": erpnettest.SampleApplication().ApplicationUri, "client_secret": erpnettest.SampleSecret,
	})
}

// clean expects a call to succeed without a diagnostic.
func (w wire) clean(call string, diagnostics []*tfprotov6.Diagnostic, err error) {
	w.Helper()
	if err != nil || len(diagnostics) > 0 {
		w.Fatalf("%s: %v, %v", call, err, wordsOf(diagnostics))
	}
}

func wordsOf(diagnostics []*tfprotov6.Diagnostic) string {
	var all []string
	for _, d := range diagnostics {
		all = append(all, fmt.Sprintf("%s: %s: %s", d.Severity, d.Summary, d.Detail))
	}
	return strings.Join(all, "\n")
}

// object encodes an object. Missing values are null.
func (w wire) object(kind tftypes.Type, values map[string]any) *tfprotov6.DynamicValue {
	w.Helper()
	attributes := map[string]tftypes.Value{}
	//nolint:forcetypeassert // a schema is an object
	for name, attribute := range kind.(tftypes.Object).AttributeTypes {
		value, ready := values[name].(tftypes.Value)
		if !ready {
			value = tftypes.NewValue(attribute, values[name])
		}
		attributes[name] = value
	}
	return w.encode(tftypes.NewValue(kind, attributes))
}

func (w wire) encode(value tftypes.Value) *tfprotov6.DynamicValue {
	w.Helper()
	encoded, err := tfprotov6.NewDynamicValue(value.Type(), value)
	if err != nil {
		w.Fatal(err)
	}
	return &encoded
}

func (w wire) resourceType() tftypes.Type {
	return w.schema.ResourceSchemas[applicationType].ValueType()
}

// identityType is the type of the identity of erpnet_trusted_application.
var identityType = tftypes.Object{AttributeTypes: map[string]tftypes.Type{
	"instance": tftypes.String, "id": tftypes.String,
}}

func (w wire) decode(value *tfprotov6.DynamicValue, kind tftypes.Type) tftypes.Value {
	w.Helper()
	decoded, err := value.Unmarshal(kind)
	if err != nil {
		w.Fatal(err)
	}
	return decoded
}

// attributes returns the attributes of an object.
func (w wire) attributes(object tftypes.Value) map[string]tftypes.Value {
	w.Helper()
	attributes := map[string]tftypes.Value{}
	if err := object.As(&attributes); err != nil {
		w.Fatal(err)
	}
	return attributes
}

// heldResource is a resource as a CLI keeps it.
type heldResource struct {
	state    tftypes.Value
	private  []byte
	identity *tfprotov6.ResourceIdentityData
}

// adopt imports a record and reads it, as a plan with an import block does.
func (w wire) adopt(id string, identity *tfprotov6.ResourceIdentityData) heldResource {
	w.Helper()
	imported, err := w.server.ImportResourceState(w.Context(), &tfprotov6.ImportResourceStateRequest{
		TypeName: applicationType, ID: id, Identity: identity,
	})
	w.clean("import", imported.Diagnostics, err)
	if len(imported.ImportedResources) != 1 {
		w.Fatalf("%d resources were imported", len(imported.ImportedResources))
	}
	one := imported.ImportedResources[0]
	return w.refresh(applicationType, heldResource{w.decode(one.State, w.resourceType()), one.Private, one.Identity})
}

// refresh reads a resource.
func (w wire) refresh(kind string, m heldResource) heldResource {
	w.Helper()
	read, err := w.server.ReadResource(w.Context(), &tfprotov6.ReadResourceRequest{
		TypeName: kind, CurrentState: w.encode(m.state), Private: m.private, CurrentIdentity: m.identity,
	})
	w.clean("read", read.Diagnostics, err)
	return heldResource{w.decode(read.NewState, m.state.Type()), read.Private, read.NewIdentity}
}

// generate returns the configuration that the CLI generates for a state.
func (w wire) generate(state tftypes.Value) tftypes.Value {
	w.Helper()
	generated, err := w.server.GenerateResourceConfig(w.Context(), &tfprotov6.GenerateResourceConfigRequest{
		TypeName: applicationType, State: w.encode(state),
	})
	w.clean("generate", generated.Diagnostics, err)
	return w.decode(generated.Config, state.Type())
}

// plansNoChange validates and plans a configuration, and expects neither a change of the state nor a diagnostic.
func (w wire) plansNoChange(kind string, config tftypes.Value, m heldResource) {
	w.Helper()
	writeOnly := &tfprotov6.ValidateResourceConfigClientCapabilities{WriteOnlyAttributesAllowed: true}
	validated, err := w.server.ValidateResourceConfig(w.Context(), &tfprotov6.ValidateResourceConfigRequest{
		TypeName: kind, Config: w.encode(config), ClientCapabilities: writeOnly,
	})
	w.clean("validate", validated.Diagnostics, err)
	planned, err := w.server.PlanResourceChange(w.Context(), &tfprotov6.PlanResourceChangeRequest{
		TypeName: kind, Config: w.encode(config), PriorState: w.encode(m.state), PriorPrivate: m.private,
		PriorIdentity: m.identity, ProposedNewState: w.encode(w.proposed(kind, config, m.state)),
	})
	w.clean("plan", planned.Diagnostics, err)
	after := w.decode(planned.PlannedState, m.state.Type())
	if differences, err := m.state.Diff(after); err != nil || len(differences) > 0 {
		w.Errorf("the plan is not empty: %v", differences)
	}
}

// proposed returns the new state that the CLI proposes: the configuration, and the computed attributes of the state.
func (w wire) proposed(kind string, config, state tftypes.Value) tftypes.Value {
	w.Helper()
	proposed, before := maps.Clone(w.attributes(config)), w.attributes(state)
	for _, attribute := range w.schema.ResourceSchemas[kind].Block.Attributes {
		if attribute.Computed && proposed[attribute.Name].IsNull() {
			proposed[attribute.Name] = before[attribute.Name]
		}
		if attribute.WriteOnly {
			proposed[attribute.Name] = tftypes.NewValue(attribute.Type, nil)
		}
	}
	return tftypes.NewValue(state.Type(), proposed)
}

// with returns an object with some attributes replaced.
func (w wire) with(object tftypes.Value, changes map[string]any) tftypes.Value {
	w.Helper()
	attributes := maps.Clone(w.attributes(object))
	for name, value := range changes {
		attributes[name] = tftypes.NewValue(attributes[name].Type(), value)
	}
	return tftypes.NewValue(object.Type(), attributes)
}

// startWithShapes starts an instance with records of every shape in testdata/applications.json.
func startWithShapes(t *testing.T) (*erpnettest.Server, []erpnettest.TrustedApplication) {
	t.Helper()
	file, err := os.Open(filepath.Join("testdata", "applications.json"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	shapes, err := erpnettest.ReadApplications(file)
	if err != nil {
		t.Fatal(err)
	}
	instance := erpnettest.NewServer()
	t.Cleanup(instance.Close)
	for _, shape := range shapes {
		instance.AddApplication(shape)
	}
	return instance, instance.Applications()
}

// stringOf returns the text of a known string.
func stringOf(t *testing.T, value tftypes.Value) string {
	t.Helper()
	var text string
	if err := value.As(&text); err != nil {
		t.Fatal(err)
	}
	return text
}
