// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"log"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
)

// A standIn stands for a provider of others that cannot be had here. It has those
// arguments and attributes that the examples use, as the real one documents
// them, and does what matters of them. So an example is known to hang together:
// what is unknown when, what may be ephemeral, and what reaches the Domain API or
// the store. How the real service answers is not.
//
// The test binary itself is the program: the CLI starts it by a provider's name.
type standIn struct {
	source, version string
	config          schema.Schema
	resources       []standInResource
	data            []standInData
	ephemerals      []standInEphemeral
}

// An act is what an object does with its configuration, and that of its provider.
// It returns the attributes that this gives.
type act func(ctx context.Context, own, provider tfsdk.Config) (map[string]any, error)

var standIns = []*standIn{standInRestapi, standInHTTP, standInRestful, standInAWS, standInAzure, standInVault}

func standInPlugins() []*plugin {
	var made []*plugin
	for _, s := range standIns {
		made = append(made, &plugin{source: s.source, version: s.version, put: linkThisBinary})
	}
	return made
}

func linkThisBinary(file string) error {
	binary, err := os.Executable()
	if err == nil && os.Link(binary, file) != nil { // on another volume
		err = os.Symlink(binary, file)
	}
	return err
}

// init serves a stand-in where the binary runs by the name of one.
func init() {
	name := strings.TrimSuffix(filepath.Base(os.Args[0]), ".exe")
	served := slices.IndexFunc(standIns, func(s *standIn) bool { return name == "terraform-provider-"+path.Base(s.source)+"_v"+s.version })
	if served < 0 {
		return
	}
	s := standIns[served]
	err := providerserver.Serve(context.Background(), func() provider.Provider { return s }, providerserver.ServeOpts{Address: "registry.terraform.io/" + s.source, ProtocolVersion: 6})
	if err != nil {
		log.Fatal(err)
	}
	os.Exit(0)
}

func (s *standIn) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName, resp.Version = path.Base(s.source), s.version
}

func (s *standIn) Schema(_ context.Context, _ provider.SchemaRequest, resp *provider.SchemaResponse) {
	resp.Schema = s.config
}

func (s *standIn) Configure(_ context.Context, req provider.ConfigureRequest, resp *provider.ConfigureResponse) {
	resp.ResourceData, resp.DataSourceData, resp.EphemeralResourceData = req.Config, req.Config, req.Config
}

func (s *standIn) Resources(context.Context) []func() resource.Resource {
	return constructors(s.resources, func(r standInResource) resource.Resource { return &r })
}

func (s *standIn) DataSources(context.Context) []func() datasource.DataSource {
	return constructors(s.data, func(d standInData) datasource.DataSource { return &d })
}

func (s *standIn) EphemeralResources(context.Context) []func() ephemeral.EphemeralResource {
	return constructors(s.ephemerals, func(e standInEphemeral) ephemeral.EphemeralResource { return &e })
}

func constructors[From, To any](made []From, construct func(From) To) []func() To {
	var all []func() To
	for _, one := range made {
		all = append(all, func() To { return construct(one) })
	}
	return all
}
