// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

// process is a configured provider process that tests call as a CLI does, with hundreds of configurations in the time
// of one CLI plan. Its operations panic if the protocol itself fails, and so any goroutine may call them.
type process struct {
	ctx    context.Context
	server listServer
}

// arguments are the arguments of an object or of the provider, as Go values by name. Missing arguments are null, and
// tftypes.UnknownValue is known only after apply.
type arguments map[string]any

// with returns a copy with arguments added or replaced.
func (a arguments) with(more arguments) arguments {
	all := maps.Clone(a)
	maps.Copy(all, more)
	return all
}

// environment is the environment of a provider process.
type environment map[string]string

// with returns a copy with one variable added or replaced.
func (e environment) with(name, value string) environment {
	changed := maps.Clone(e)
	changed[name] = value
	return changed
}

// without returns a copy without some variables.
func (e environment) without(names ...string) environment {
	changed := maps.Clone(e)
	for _, name := range names {
		delete(changed, name)
	}
	return changed
}

// startInstance starts a simulated instance. The environment that it returns names the instance and its sample
// application.
func startInstance(t *testing.T) (*erpnettest.Server, environment) {
	t.Helper()
	instance := erpnettest.NewServer()
	t.Cleanup(instance.Close)
	return instance, environmentOf(instance)
}

func environmentOf(instance *erpnettest.Server) environment {
	return environment{
		"ERPNET_INSTANCE":      instance.URL,
		"ERPNET_CLIENT_ID":     erpnettest.SampleApplication().ApplicationUri,
		"ERPNET_CLIENT_SECRET": erpnettest.SampleSecret,
		"ERPNET_MAX_RETRIES":   "0",
	}
}

// newProvider returns a provider whose environment is a map, which lets tests run in parallel.
func newProvider(env environment) *erpnetProvider {
	lookup := func(name string) (string, bool) { value, ok := env[name]; return value, ok }
	return &erpnetProvider{version: "test", now: time.Now, lookupEnv: lookup}
}

// start starts a process. Any configuration of the provider must be accepted without a diagnostic.
func start(t *testing.T, env environment, configuration arguments) *process {
	t.Helper()
	return startProvider(t, newProvider(env), configuration)
}

func startProvider(t *testing.T, provider *erpnetProvider, configuration arguments) *process {
	t.Helper()
	p := &process{ctx: context.Background(), server: serverOf(provider)}
	config := encode(schemas().Provider.ValueType(), configuration)
	validated := must(p.server.ValidateProviderConfig(p.ctx, &tfprotov6.ValidateProviderConfigRequest{Config: config}))
	done := must(
		p.server.ConfigureProvider(
			p.ctx,
			&tfprotov6.ConfigureProviderRequest{TerraformVersion: "1.12.0", Config: config},
		),
	)
	if all := slices.Concat(validated.Diagnostics, done.Diagnostics); len(all) > 0 {
		t.Fatal(result{diagnostics: all}.text())
	}
	return p
}

// schemas returns the provider's schemas, which are the same in all processes.
var schemas = sync.OnceValue(func() *tfprotov6.GetProviderSchemaResponse {
	server := providerserver.NewProtocol6(newProvider(nil))()
	return must(server.GetProviderSchema(context.Background(), &tfprotov6.GetProviderSchemaRequest{}))
})

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

// read validates and reads a data source.
func (p *process) read(name string, values arguments) result {
	name = "erpnet_" + name
	kind := schemas().DataSourceSchemas[name].ValueType()
	config := encode(kind, values)
	validated := p.validateData(name, config)
	if validated.failed() {
		return validated
	}
	resp := must(p.server.ReadDataSource(p.ctx, &tfprotov6.ReadDataSourceRequest{TypeName: name, Config: config}))
	return newResult(kind, resp.State, nil, validated.diagnostics, resp.Diagnostics)
}

func (p *process) validateData(name string, config *tfprotov6.DynamicValue) result {
	resp := must(
		p.server.ValidateDataResourceConfig(
			p.ctx,
			&tfprotov6.ValidateDataResourceConfigRequest{TypeName: name, Config: config},
		),
	)
	return result{diagnostics: resp.Diagnostics}
}

// open validates and opens an ephemeral resource.
func (p *process) open(name string, values arguments) result {
	name = "erpnet_" + name
	kind := schemas().EphemeralResourceSchemas[name].ValueType()
	config := encode(kind, values)
	validated := must(
		p.server.ValidateEphemeralResourceConfig(
			p.ctx,
			&tfprotov6.ValidateEphemeralResourceConfigRequest{TypeName: name, Config: config},
		),
	)
	if r := (result{diagnostics: validated.Diagnostics}); r.failed() {
		return r
	}
	resp := must(
		p.server.OpenEphemeralResource(p.ctx, &tfprotov6.OpenEphemeralResourceRequest{TypeName: name, Config: config}),
	)
	return newResult(kind, resp.Result, resp.Private, validated.Diagnostics, resp.Diagnostics)
}

// list validates and lists a resource, with everything that its results contain.
func (p *process) list(name string, values arguments) result {
	name = "erpnet_" + name
	config := encode(schemas().ListResourceSchemas[name].ValueType(), values)
	validated := must(p.server.ValidateListResourceConfig(
		p.ctx,
		&tfprotov6.ValidateListResourceConfigRequest{TypeName: name, Config: config},
	))
	all := result{diagnostics: validated.Diagnostics}
	if all.failed() {
		return all
	}
	stream := must(p.server.ListResource(
		p.ctx,
		&tfprotov6.ListResourceRequest{TypeName: name, Config: config, Limit: 100, IncludeResource: true},
	))
	for listed := range stream.Results {
		one := newResult(schemas().ResourceSchemas[name].ValueType(), listed.Resource, nil, listed.Diagnostics)
		all.diagnostics = append(all.diagnostics, one.diagnostics...)
		all.kept += one.kept + listed.DisplayName
	}
	return all
}

// call calls a function whose parameters are strings.
func (p *process) call(name string, texts ...string) result {
	var encoded []*tfprotov6.DynamicValue
	for _, text := range texts {
		encoded = append(encoded, encodeAs(tftypes.String, text))
	}
	resp := must(p.server.CallFunction(p.ctx, &tfprotov6.CallFunctionRequest{Name: name, Arguments: encoded}))
	if resp.Error != nil {
		return result{
			diagnostics: []*tfprotov6.Diagnostic{
				{Severity: tfprotov6.DiagnosticSeverityError, Summary: resp.Error.Text},
			},
		}
	}
	return newResult(schemas().Functions[name].Return.Type, resp.Result, nil)
}

// result is the result of one operation.
type result struct {
	diagnostics []*tfprotov6.Diagnostic
	values      map[string]any // of the state or the result, as Go values; nil for none
	value       any            // the same, if it is not an object
	kept        string         // what the CLI keeps, encoded
}

func newResult(
	kind tftypes.Type,
	value *tfprotov6.DynamicValue,
	private []byte,
	diagnostics ...[]*tfprotov6.Diagnostic,
) result {
	r := result{diagnostics: slices.Concat(diagnostics...), kept: string(private)}
	if value != nil {
		r.kept += string(value.MsgPack) + string(value.JSON) // both hold strings unchanged, except for JSON escapes
		r.value = goValue(must(value.Unmarshal(kind)))
		r.values, _ = r.value.(map[string]any)
	}
	return r
}

func (r result) of(severity tfprotov6.DiagnosticSeverity) []string {
	var texts []string
	for _, d := range r.diagnostics {
		if d.Severity == severity {
			texts = append(texts, d.Summary+": "+d.Detail)
		}
	}
	return texts
}

func (r result) errors() []string   { return r.of(tfprotov6.DiagnosticSeverityError) }
func (r result) warnings() []string { return r.of(tfprotov6.DiagnosticSeverityWarning) }
func (r result) failed() bool       { return len(r.errors()) > 0 }

// text returns everything that a person reads.
func (r result) text() string {
	return strings.Join(append(r.errors(), r.warnings()...), "\n")
}

// succeeds expects no diagnostics at all.
func (r result) succeeds(t *testing.T) result {
	t.Helper()
	if len(r.diagnostics) > 0 {
		t.Fatal(r.text())
	}
	return r
}

// fails expects one error, which contains all of these texts.
func (r result) fails(t *testing.T, wants ...string) {
	t.Helper()
	if len(r.errors()) != 1 {
		t.Errorf("%d errors: %s", len(r.errors()), r.text())
	}
	for _, want := range wants {
		if !strings.Contains(r.text(), want) {
			t.Errorf("lacks %q: %s", want, r.text())
		}
	}
}

// has expects these attributes to have these values.
func (r result) has(t *testing.T, wants arguments) {
	t.Helper()
	for name, want := range wants {
		if got, there := r.values[name]; !there || !reflect.DeepEqual(got, want) {
			t.Errorf("%s is %#v, want %#v", name, got, want)
		}
	}
}

// hides expects none of these secrets in the diagnostics.
func (r result) hides(t *testing.T, secrets ...string) {
	t.Helper()
	for _, secret := range secrets {
		if strings.Contains(r.text(), secret) {
			t.Errorf("shows a secret: %s", r.text())
		}
	}
}
