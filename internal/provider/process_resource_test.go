// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"maps"
	"reflect"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// managed is a resource with everything that a CLI keeps of it between operations.
type managed struct {
	*process
	name     string
	state    *tfprotov6.DynamicValue // nil if there is none
	values   map[string]any          // of the state
	private  []byte
	identity *tfprotov6.ResourceIdentityData
}

func (p *process) resource(name string) *managed { return &managed{process: p, name: "erpnet_" + name} }

func (m *managed) schema() *tfprotov6.Schema { return schemas().ResourceSchemas[m.name] }

func (m *managed) kind() tftypes.Type { return m.schema().ValueType() }

// prior returns the state as a CLI sends it: null if there is none.
func (m *managed) prior() *tfprotov6.DynamicValue {
	if m.state == nil {
		return encodeAs(m.kind(), nil)
	}
	return m.state
}

// plan is a plan that can be applied.
type plan struct {
	result
	config  *tfprotov6.DynamicValue
	planned *tfprotov6.PlanResourceChangeResponse
	changes bool // the plan is not empty
}

// plan validates and plans a configuration. With nil, it plans to destroy.
func (m *managed) plan(config arguments) plan {
	p := plan{config: encodeAs(m.kind(), nil)}
	proposed := p.config
	var validated []*tfprotov6.Diagnostic
	if config != nil {
		p.config, proposed = encode(m.kind(), config), m.propose(config)
		resp := must(m.server.ValidateResourceConfig(m.ctx, &tfprotov6.ValidateResourceConfigRequest{
			TypeName: m.name, Config: p.config,
			ClientCapabilities: &tfprotov6.ValidateResourceConfigClientCapabilities{WriteOnlyAttributesAllowed: true},
		}))
		validated = resp.Diagnostics
	}
	if p.result = (result{diagnostics: validated}); p.failed() {
		return p
	}
	p.planned = must(m.server.PlanResourceChange(m.ctx, &tfprotov6.PlanResourceChangeRequest{
		TypeName: m.name, Config: p.config, PriorState: m.prior(), ProposedNewState: proposed,
		PriorPrivate: m.private, PriorIdentity: m.identity,
	}))
	p.result = newResult(m.kind(), p.planned.PlannedState, p.planned.PlannedPrivate, validated, p.planned.Diagnostics)
	p.changes = !reflect.DeepEqual(p.values, m.values)
	return p
}

// propose returns the state that a CLI proposes: the configuration, with computed values from the state, or unknown if
// there is no state.
func (m *managed) propose(config arguments) *tfprotov6.DynamicValue {
	kinds := m.kind().(tftypes.Object).AttributeTypes //nolint:forcetypeassert // a schema is an object
	before := map[string]tftypes.Value{}
	if m.state != nil {
		before = as[map[string]tftypes.Value](must(m.state.Unmarshal(m.kind())))
	}
	proposed := maps.Clone(config)
	for _, attribute := range m.schema().Block.Attributes {
		prior, known := before[attribute.Name]
		switch {
		case attribute.WriteOnly:
			delete(proposed, attribute.Name)
		case config[attribute.Name] == nil && attribute.Computed && known:
			proposed[attribute.Name] = prior
		case config[attribute.Name] == nil && attribute.Computed:
			proposed[attribute.Name] = tftypes.NewValue(kinds[attribute.Name], tftypes.UnknownValue)
		}
	}
	return encode(m.kind(), proposed)
}

// apply plans a configuration, and applies the plan if it changes something.
func (m *managed) apply(config arguments) result {
	p := m.plan(config)
	if p.failed() || !p.changes {
		return p.result
	}
	return m.carryOut(p)
}

// carryOut applies a plan and keeps the resulting state, even after a failure.
func (m *managed) carryOut(p plan) result {
	resp := must(m.server.ApplyResourceChange(m.ctx, &tfprotov6.ApplyResourceChangeRequest{
		TypeName: m.name, Config: p.config, PriorState: m.prior(), PlannedState: p.planned.PlannedState,
		PlannedPrivate: p.planned.PlannedPrivate, PlannedIdentity: p.planned.PlannedIdentity,
	}))
	r := newResult(m.kind(), resp.NewState, resp.Private, p.diagnostics, resp.Diagnostics)
	r.kept += p.kept
	return m.keep(r, resp.NewState, resp.Private, resp.NewIdentity)
}

func (m *managed) keep(
	r result,
	state *tfprotov6.DynamicValue,
	private []byte,
	identity *tfprotov6.ResourceIdentityData,
) result {
	if m.values = r.values; r.values == nil {
		state = nil
	}
	m.state, m.private, m.identity = state, private, identity
	return r
}

// refresh reads the resource, as every plan does first. After an error, the state stays as it was.
func (m *managed) refresh() result {
	resp := must(m.server.ReadResource(m.ctx, &tfprotov6.ReadResourceRequest{
		TypeName: m.name, CurrentState: m.state, Private: m.private, CurrentIdentity: m.identity,
	}))
	r := newResult(m.kind(), resp.NewState, resp.Private, resp.Diagnostics)
	if r.failed() {
		return r
	}
	return m.keep(r, resp.NewState, resp.Private, resp.NewIdentity)
}

// destroy plans to destroy the resource, and applies the plan.
func (m *managed) destroy() result {
	p := m.plan(nil)
	if p.failed() {
		return p.result
	}
	return m.carryOut(p)
}

// importID imports by an ID and refreshes, as a CLI does.
func (m *managed) importID(id string) result {
	return m.imports(&tfprotov6.ImportResourceStateRequest{TypeName: m.name, ID: id})
}

// importIdentity imports by an identity. It leaves out an instance of "".
func (m *managed) importIdentity(instance, id string) result {
	values := map[string]tftypes.Value{
		"instance": tftypes.NewValue(tftypes.String, nil), "id": tftypes.NewValue(tftypes.String, id),
	}
	if instance != "" {
		values["instance"] = tftypes.NewValue(tftypes.String, instance)
	}
	return m.imports(&tfprotov6.ImportResourceStateRequest{
		TypeName: m.name, Identity: &tfprotov6.ResourceIdentityData{IdentityData: encodeAs(identityKind, values)},
	})
}

func (m *managed) imports(req *tfprotov6.ImportResourceStateRequest) result {
	resp := must(m.server.ImportResourceState(m.ctx, req))
	if r := (result{diagnostics: resp.Diagnostics}); r.failed() {
		return r
	}
	one := resp.ImportedResources[0]
	m.state, m.private, m.identity = one.State, one.Private, one.Identity
	return m.refresh()
}

var identityKind = tftypes.Object{
	AttributeTypes: map[string]tftypes.Type{"instance": tftypes.String, "id": tftypes.String},
}

// identityValues returns the values of the identity.
func (m *managed) identityValues() map[string]any {
	return goValue(must(m.identity.IdentityData.Unmarshal(identityKind))).(map[string]any) //nolint:forcetypeassert // an object
}
