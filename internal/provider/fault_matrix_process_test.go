// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"bytes"
	"context"
	"sync"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/hashicorp/terraform-plugin-log/tflogtest"
)

// process is a configured provider server, asked as a CLI asks it.
type process struct {
	t      *testing.T
	server tfprotov6.ProviderServer
	schema *tfprotov6.GetProviderSchemaResponse
	log    lockedBuffer
}

// outcome is what one operation of an object gave.
type outcome struct {
	diagnostics []*tfprotov6.Diagnostic
	stored      string // what the CLI gets to keep: the encoded state, and private data
}

// object is one use of an object of the provider.
type object struct {
	name       string
	givesToken bool // and is documented to
	checks     bool // its one diagnostic holds those of its checks
	use        func(ctx context.Context, p *process) outcome
}

func newProcess(t *testing.T, env map[string]string) *process {
	t.Helper()
	p := &process{t: t, server: providerserver.NewProtocol6(newTestProvider(env))(), schema: schemaOnce()}
	_, err := p.server.ConfigureProvider(context.Background(), &tfprotov6.ConfigureProviderRequest{Config: p.encode(p.schema.Provider.ValueType(), map[string]any{})})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// traced is a context in which the provider logs into p.log.
func (p *process) traced(ctx context.Context) context.Context {
	return tflogtest.RootLogger(ctx, &p.log)
}

func readsData(name string, arguments map[string]any) object {
	return object{name: "data " + name, givesToken: name == "erpnet_access_token", checks: name == "erpnet_credentials_check", use: func(ctx context.Context, p *process) outcome {
		kind := p.schema.DataSourceSchemas[name].ValueType()
		resp, err := p.server.ReadDataSource(ctx, &tfprotov6.ReadDataSourceRequest{TypeName: name, Config: p.encode(kind, arguments)})
		p.must(err)
		return outcome{resp.Diagnostics, stored(resp.State)}
	}}
}

func opensEphemeral(name string, arguments map[string]any) object {
	return object{name: "ephemeral " + name, givesToken: true, use: func(ctx context.Context, p *process) outcome {
		kind := p.schema.EphemeralResourceSchemas[name].ValueType()
		resp, err := p.server.OpenEphemeralResource(ctx, &tfprotov6.OpenEphemeralResourceRequest{TypeName: name, Config: p.encode(kind, arguments)})
		p.must(err)
		return outcome{resp.Diagnostics, stored(resp.Result) + string(resp.Private)}
	}}
}

// createsResource plans and applies; what is in writeOnly is in the
// configuration only.
func createsResource(name string, arguments, writeOnly map[string]any) object {
	return object{name: "resource " + name, use: func(ctx context.Context, p *process) outcome {
		kind := p.schema.ResourceSchemas[name].ValueType()
		whole := map[string]any{}
		for _, part := range []map[string]any{arguments, writeOnly} {
			for name, value := range part {
				whole[name] = value
			}
		}
		config := p.encode(kind, whole)
		none, err := encode(kind, nil)
		p.must(err)
		planned, err := p.server.PlanResourceChange(ctx, &tfprotov6.PlanResourceChangeRequest{
			TypeName: name, PriorState: none, ProposedNewState: p.encode(kind, arguments), Config: config,
		})
		p.must(err)
		if hasError(planned.Diagnostics) {
			p.t.Errorf("the plan fails: %s", planned.Diagnostics[0].Detail)
		}
		applied, err := p.server.ApplyResourceChange(ctx, &tfprotov6.ApplyResourceChangeRequest{
			TypeName: name, PriorState: none, PlannedState: planned.PlannedState, Config: config,
			PlannedPrivate: planned.PlannedPrivate, PlannedIdentity: planned.PlannedIdentity,
		})
		p.must(err)
		return outcome{
			append(planned.Diagnostics, applied.Diagnostics...),
			stored(planned.PlannedState) + string(planned.PlannedPrivate) + stored(applied.NewState) + string(applied.Private),
		}
	}}
}

func (p *process) encode(kind tftypes.Type, arguments map[string]any) *tfprotov6.DynamicValue {
	encoded, err := encodeObject(kind, arguments)
	p.must(err)
	return encoded
}

// must stops the operation at an error of the protocol itself. It runs beside
// the test's goroutine, so it cannot end the test.
func (p *process) must(err error) {
	if err != nil {
		panic(err)
	}
}

func stored(value *tfprotov6.DynamicValue) string {
	if value == nil {
		return ""
	}
	return string(value.MsgPack) + string(value.JSON) // both hold texts as they are, but for JSON's escapes
}

func hasError(diagnostics []*tfprotov6.Diagnostic) bool {
	for _, diagnostic := range diagnostics {
		if diagnostic.Severity == tfprotov6.DiagnosticSeverityError {
			return true
		}
	}
	return false
}

// lockedBuffer is a buffer that goroutines may write to while it is read.
type lockedBuffer struct {
	mu     sync.Mutex
	buffer bytes.Buffer
}

func (b *lockedBuffer) Write(text []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.Write(text)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.String()
}
