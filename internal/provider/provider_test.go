// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	tfresource "github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/echoprovider"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	tfcli "github.com/erpnet/terraform-provider-erpnet/internal/acceptance/cli"
	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

// newTestProvider is a provider process whose environment is a map, so that
// tests run in parallel.
func newTestProvider(env map[string]string) *erpnetProvider {
	lookup := func(name string) (string, bool) { value, ok := env[name]; return value, ok }
	return &erpnetProvider{version: "test", now: time.Now, lookupEnv: lookup}
}

// factories start a provider process for each command of the CLI, and the echo
// provider, which keeps ephemeral values in its state for tests to look at.
func factories(env map[string]string) map[string]func() (tfprotov6.ProviderServer, error) {
	return map[string]func() (tfprotov6.ProviderServer, error){
		"erpnet": func() (tfprotov6.ProviderServer, error) {
			return providerserver.NewProtocol6WithError(newTestProvider(env))()
		},
		"echo": echoprovider.NewProviderServer(),
	}
}

// startInstance starts a mock instance and returns it with the environment that
// names it and its sample application.
func startInstance(t *testing.T) (*erpnettest.Server, map[string]string) {
	t.Helper()
	server := erpnettest.NewServer()
	t.Cleanup(server.Close)
	return server, environment(server)
}

func environment(server *erpnettest.Server) map[string]string {
	return map[string]string{
		"ERPNET_INSTANCE":      server.URL,
		"ERPNET_CLIENT_ID":     erpnettest.SampleApplication().ApplicationUri,
		"ERPNET_CLIENT_SECRET": erpnettest.SampleSecret,
		"ERPNET_MAX_RETRIES":   "0",
	}
}

func without(env map[string]string, name string) map[string]string {
	return with(env, name, "\x00")
}

// with returns a copy of the environment with one variable set, or removed by
// the value "\x00".
func with(env map[string]string, name, value string) map[string]string {
	changed := map[string]string{}
	for n, v := range env {
		changed[n] = v
	}
	changed[name] = value
	if value == "\x00" {
		delete(changed, name)
	}
	return changed
}

// run drives the real CLI through the steps.
func run(t *testing.T, env map[string]string, steps ...resource.TestStep) {
	t.Helper()
	t.Parallel()
	for _, step := range steps {
		if lacks := tfcli.UnderTest().Lacks(step.Config); lacks != "" {
			t.Skip(lacks)
		}
	}
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: factories(env),
		Steps:                    steps,
	})
}

// words is a pattern of a text that the CLI may have wrapped anywhere between
// words, with a bar at the beginning of each line.
func words(text string) *regexp.Regexp {
	parts := strings.Fields(text)
	for i := range parts {
		parts[i] = regexp.QuoteMeta(parts[i])
	}
	return regexp.MustCompile(strings.Join(parts, `[\s│|╷╵]+`))
}

// echo shows ephemeral values in the state of echo.this.
func echo(config, value string) string {
	return config + fmt.Sprintf(`
provider "echo" {
  data = %s
}

resource "echo" "this" {}
`, value)
}

func TestMain(m *testing.M) {
	// The tests give the provider its environment; nothing of the outside's.
	for _, variable := range os.Environ() {
		if name, _, _ := strings.Cut(variable, "="); strings.HasPrefix(name, "ERPNET_") {
			_ = os.Unsetenv(name)
		}
	}
	code := m.Run()
	_ = os.RemoveAll(mirrorDirectory())
	os.Exit(code)
}

// Every schema and definition must be one that the framework takes: the CLI
// would say so only to who uses the object.
func TestSchemasAreValid(t *testing.T) {
	ctx := context.Background()
	p := newTestProvider(nil)
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
		var resp tfresource.SchemaResponse
		newResource().Schema(ctx, tfresource.SchemaRequest{}, &resp)
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

// attribute is what the attributes of all kinds of schemas have in common.
type attribute interface {
	GetMarkdownDescription() string
	IsSensitive() bool
}

// expectValid holds that the framework takes a schema, that every attribute has
// a description, and that those which hold a secret or a token are sensitive.
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
		secret := slices.Contains([]string{"secret", "secret_wo", "client_secret", "client_secret_wo", "access_token", "reference_token"}, name)
		if secret != attribute.IsSensitive() {
			t.Errorf("%s: %s: sensitive is %t", kind, name, attribute.IsSensitive())
		}
	}
}
