// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// provider describes a stand-in, so that none needs its own code.
type provider struct {
	version                     string
	config                      *tfprotov6.Schema
	resources, data, ephemerals map[string]object
}

// object is a resource, a data source or an ephemeral resource.
type object struct {
	*tfprotov6.Schema
	replace string // a change of this argument replaces the resource
	notes   bool   // an update that fails is noted in the state all the same, as terraform-plugin-sdk does

	// run reads or writes, and returns the computed attributes. Of a resource, it runs in each create and update.
	run func(call) (values, error)
	// remove runs when a resource is destroyed; nil for nothing.
	remove func(call) error
}

// call has the arguments of an object and of its provider, and the prior state of a resource that is updated.
type call struct {
	context.Context
	own, provider, prior values
}

type values map[string]tftypes.Value

// text is a string, null as an empty one.
func (v values) text(name string) (text string) {
	_ = v[name].As(&text)
	return text
}

// server speaks the protocol for a stand-in. What it leaves out is never asked of one.
type server struct {
	tfprotov6.ProviderServer
	provider   provider
	configured values
}

func (s *server) GetProviderSchema(
	context.Context, *tfprotov6.GetProviderSchemaRequest,
) (*tfprotov6.GetProviderSchemaResponse, error) {
	schemas := func(objects map[string]object) map[string]*tfprotov6.Schema {
		all := map[string]*tfprotov6.Schema{}
		for name, object := range objects {
			all[name] = object.Schema
		}
		return all
	}
	return &tfprotov6.GetProviderSchemaResponse{
		Provider:                 s.provider.config,
		ResourceSchemas:          schemas(s.provider.resources),
		DataSourceSchemas:        schemas(s.provider.data),
		EphemeralResourceSchemas: schemas(s.provider.ephemerals),
	}, nil
}

func (s *server) GetResourceIdentitySchemas(
	context.Context, *tfprotov6.GetResourceIdentitySchemasRequest,
) (*tfprotov6.GetResourceIdentitySchemasResponse, error) {
	return &tfprotov6.GetResourceIdentitySchemasResponse{}, nil
}

func (s *server) ValidateProviderConfig(
	_ context.Context, req *tfprotov6.ValidateProviderConfigRequest,
) (*tfprotov6.ValidateProviderConfigResponse, error) {
	return &tfprotov6.ValidateProviderConfigResponse{PreparedConfig: req.Config}, nil
}

func (s *server) ValidateResourceConfig(
	context.Context, *tfprotov6.ValidateResourceConfigRequest,
) (*tfprotov6.ValidateResourceConfigResponse, error) {
	return &tfprotov6.ValidateResourceConfigResponse{}, nil
}

func (s *server) ValidateDataResourceConfig(
	context.Context, *tfprotov6.ValidateDataResourceConfigRequest,
) (*tfprotov6.ValidateDataResourceConfigResponse, error) {
	return &tfprotov6.ValidateDataResourceConfigResponse{}, nil
}

func (s *server) ValidateEphemeralResourceConfig(
	context.Context, *tfprotov6.ValidateEphemeralResourceConfigRequest,
) (*tfprotov6.ValidateEphemeralResourceConfigResponse, error) {
	return &tfprotov6.ValidateEphemeralResourceConfigResponse{}, nil
}

func (s *server) ConfigureProvider(
	_ context.Context, req *tfprotov6.ConfigureProviderRequest,
) (resp *tfprotov6.ConfigureProviderResponse, err error) {
	s.configured, err = decode(s.provider.config, req.Config)
	return &tfprotov6.ConfigureProviderResponse{}, err
}

func (s *server) UpgradeResourceState(
	_ context.Context, req *tfprotov6.UpgradeResourceStateRequest,
) (*tfprotov6.UpgradeResourceStateResponse, error) {
	value, err := req.RawState.Unmarshal(s.provider.resources[req.TypeName].ValueType())
	if err != nil {
		return nil, err
	}
	state, err := tfprotov6.NewDynamicValue(value.Type(), value)
	return &tfprotov6.UpgradeResourceStateResponse{UpgradedState: &state}, err
}

func (s *server) ReadResource(
	_ context.Context, req *tfprotov6.ReadResourceRequest,
) (*tfprotov6.ReadResourceResponse, error) {
	return &tfprotov6.ReadResourceResponse{NewState: req.CurrentState}, nil
}

// PlanResourceChange makes what is computed unknown where anything else changes, as terraform-plugin-framework does.
func (s *server) PlanResourceChange(
	_ context.Context, req *tfprotov6.PlanResourceChangeRequest,
) (*tfprotov6.PlanResourceChangeResponse, error) {
	resp := &tfprotov6.PlanResourceChangeResponse{PlannedState: req.ProposedNewState}
	object := s.provider.resources[req.TypeName]
	prior, err := decode(object.Schema, req.PriorState)
	if err != nil {
		return nil, err
	}
	planned, err := decode(object.Schema, req.ProposedNewState)
	if err != nil || planned == nil {
		return resp, err
	}
	for _, attribute := range object.Block.Attributes {
		if attribute.WriteOnly {
			planned[attribute.Name] = tftypes.NewValue(attribute.Type, nil)
		}
	}
	changed := prior == nil
	for name, value := range prior {
		if !value.Equal(planned[name]) {
			changed = true
			if name == object.replace {
				resp.RequiresReplace = append(resp.RequiresReplace, tftypes.NewAttributePath().WithAttributeName(name))
			}
		}
	}
	for _, attribute := range object.Block.Attributes {
		if changed && attribute.Computed {
			planned[attribute.Name] = tftypes.NewValue(attribute.Type, tftypes.UnknownValue)
		}
	}
	resp.PlannedState, err = encode(object.Schema, planned)
	return resp, err
}

func (s *server) ApplyResourceChange(
	ctx context.Context, req *tfprotov6.ApplyResourceChangeRequest,
) (resp *tfprotov6.ApplyResourceChangeResponse, err error) {
	object := s.provider.resources[req.TypeName]
	resp = &tfprotov6.ApplyResourceChangeResponse{NewState: req.PlannedState}
	planned, err := decode(object.Schema, req.PlannedState)
	if err != nil {
		return nil, err
	}
	prior, err := decode(object.Schema, req.PriorState)
	if err != nil {
		return nil, err
	}
	if planned == nil {
		if object.remove != nil {
			resp.Diagnostics = failure(object.remove(call{ctx, prior, s.configured, nil}))
		}
		return resp, nil
	}
	resp.NewState, resp.Diagnostics, err = s.run(ctx, object, req.Config, planned, prior)
	if resp.Diagnostics != nil {
		resp.NewState = req.PriorState
		if object.notes && prior != nil {
			resp.NewState = req.PlannedState
		}
	}
	return resp, err
}

func (s *server) ReadDataSource(
	ctx context.Context, req *tfprotov6.ReadDataSourceRequest,
) (resp *tfprotov6.ReadDataSourceResponse, err error) {
	resp = &tfprotov6.ReadDataSourceResponse{}
	resp.State, resp.Diagnostics, err = s.run(ctx, s.provider.data[req.TypeName], req.Config, nil, nil)
	return resp, err
}

func (s *server) OpenEphemeralResource(
	ctx context.Context, req *tfprotov6.OpenEphemeralResourceRequest,
) (resp *tfprotov6.OpenEphemeralResourceResponse, err error) {
	resp = &tfprotov6.OpenEphemeralResourceResponse{}
	resp.Result, resp.Diagnostics, err = s.run(ctx, s.provider.ephemerals[req.TypeName], req.Config, nil, nil)
	return resp, err
}

func (s *server) CloseEphemeralResource(
	context.Context, *tfprotov6.CloseEphemeralResourceRequest,
) (*tfprotov6.CloseEphemeralResourceResponse, error) {
	return &tfprotov6.CloseEphemeralResourceResponse{}, nil
}

func (s *server) StopProvider(
	context.Context, *tfprotov6.StopProviderRequest,
) (*tfprotov6.StopProviderResponse, error) {
	return &tfprotov6.StopProviderResponse{}, nil
}

// run runs an object, and adds what it computes to what was planned, or else to the configuration.
func (s *server) run(
	ctx context.Context, object object, config *tfprotov6.DynamicValue, planned, prior values,
) (*tfprotov6.DynamicValue, []*tfprotov6.Diagnostic, error) {
	own, err := decode(object.Schema, config)
	if err != nil {
		return nil, nil, err
	}
	if planned == nil {
		planned = own
	}
	computed, err := object.run(call{ctx, own, s.configured, prior})
	if err != nil {
		return nil, failure(err), nil
	}
	for name, value := range computed {
		planned[name] = value
	}
	result, err := encode(object.Schema, planned)
	return result, nil, err
}

func failure(err error) []*tfprotov6.Diagnostic {
	if err == nil {
		return nil
	}
	return []*tfprotov6.Diagnostic{{
		Severity: tfprotov6.DiagnosticSeverityError, Summary: "Stand-in Failed", Detail: err.Error(),
	}}
}

// decode returns the attributes of a value, nil for null.
func decode(schema *tfprotov6.Schema, value *tfprotov6.DynamicValue) (attributes values, err error) {
	decoded, err := value.Unmarshal(schema.ValueType())
	if err == nil && !decoded.IsNull() {
		err = decoded.As((*map[string]tftypes.Value)(&attributes))
	}
	return attributes, err
}

func encode(schema *tfprotov6.Schema, attributes values) (*tfprotov6.DynamicValue, error) {
	kind := schema.ValueType()
	encoded, err := tfprotov6.NewDynamicValue(kind, tftypes.NewValue(kind, map[string]tftypes.Value(attributes)))
	return &encoded, err
}
