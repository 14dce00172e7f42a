// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

// Each release stores what it wrote to states here:
//
//	go test ./internal/provider -run TestStateIsThatOfTheNewestFixture -write-state 0.2.0
var writeState = flag.String("write-state", "", "write the fixtures of this version")

var stateFixtures = filepath.Join("testdata", "state")

// storedResource is a resource as a state stores it, and the configuration that it comes from.
type storedResource struct {
	Type          string          `json:"type"`
	Config        json.RawMessage `json:"config"`
	SchemaVersion int64           `json:"schema_version"`
	State         json.RawMessage `json:"state"`
	Private       string          `json:"private"`
	Identity      json.RawMessage `json:"identity,omitempty"`
	HashesHidden  bool            `json:"hashes_hidden,omitempty"` // the instance shows no hash
}

// What a fixture contains instead of values that differ between runs.
const (
	fixtureID   = "5d7c0f6e-3a1b-4c8d-9e2f-7a6b5c4d3e21"
	fixtureHost = "demodb.my.erp.net"
)

// fixtureConfigs are the configurations of the fixtures, by file name.
var fixtureConfigs = map[string]storedResource{
	"secret_hash": {
		Type:   "erpnet_secret_hash",
		Config: json.RawMessage(`{"secret_wo":"a-secret-of-more-than-24-characters","secret_wo_version":"v1"}`),
	},
	"trusted_application": {
		Type: applicationType,
		Config: json.RawMessage(`{"name":"Reports","application_uri":"com.example/reports",` +
			`"scopes":["profile","read"],` +
			`"client_secret_wo":"a-secret-of-more-than-24-characters","client_secret_wo_version":"v1",` +
			`"system_user":"svc.integration","redirect_uris":["https://b.example/2","https://a.example/1"],` +
			`"reference_tokens":"AdministratorsOnly","notes":"Runs at night.\r\nAsk first.",` +
			`"deletion_protection":false}`),
	},
	"trusted_application_by_hash": {
		Type: applicationType,
		Config: json.RawMessage(`{"name":"Reports","application_uri":"com.example/reports",` +
			`"secret_hash":"lsmM5+Mu9HpHkqLLNVSR3TbTOlZIkL8x5dV9yeFC+TY=","is_enabled":false}`),
	},
	"trusted_application_with_hidden_hash": {
		Type: applicationType, HashesHidden: true,
		Config: json.RawMessage(`{"name":"Reports","application_uri":"com.example/reports",` +
			`"client_secret_wo":"a-secret-of-more-than-24-characters"}`),
	},
}

// The provider can read what any release has written, and plans no change.
func TestStatesOfAllReleasesPlanNoChange(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join(stateFixtures, "*", "*.json"))
	if err != nil || len(files) < len(fixtureConfigs) {
		t.Fatalf("%d fixtures, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimPrefix(filepath.ToSlash(file), "testdata/state/"), func(t *testing.T) {
			t.Parallel()
			var stored storedResource
			if text, err := os.ReadFile(file); err != nil || json.Unmarshal(text, &stored) != nil {
				t.Fatalf("cannot be read: %v", err)
			}
			instance, w := startForFixture(t, stored)
			if stored.Type == applicationType {
				instance.AddApplication(applicationOf(t, stored.State))
			}
			upgraded := w.upgrade(stored)
			read := w.refresh(stored.Type, upgraded)
			w.plansNoChange(stored.Type, w.fromJSON(stored.Type, stored.Config), read)
			if differences, err := upgraded.state.Diff(read.state); err != nil || len(differences) > 0 {
				t.Errorf("reading it changes it: %v", differences)
			}
		})
	}
}

// This version writes what the newest fixture contains. If that changes on purpose, the next release needs its own
// fixtures, and the old ones stay.
func TestStateIsThatOfTheNewestFixture(t *testing.T) {
	t.Parallel()
	versions, err := filepath.Glob(filepath.Join(stateFixtures, "*"))
	if err != nil || len(versions) == 0 && *writeState == "" {
		t.Fatalf("no fixtures: %v", err)
	}
	for name, stored := range fixtureConfigs {
		written := writeFixture(t, stored)
		if *writeState != "" {
			directory := filepath.Join(stateFixtures, *writeState)
			if err := os.MkdirAll(directory, 0o750); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(directory, name+".json"), written, 0o600); err != nil {
				t.Fatal(err)
			}
			continue
		}
		newest := filepath.Join(slices.Max(versions), name+".json")
		if kept, err := os.ReadFile(newest); err != nil || !bytes.Equal(kept, written) {
			t.Errorf("%s is not what this version writes (%v):\n%s", newest, err, written)
		}
	}
}

func startForFixture(t *testing.T, stored storedResource) (*erpnettest.Server, wire) {
	t.Helper()
	instance := erpnettest.NewServer()
	t.Cleanup(instance.Close)
	if stored.HashesHidden {
		instance.Configure(func(s *erpnettest.Settings) { s.SecretHashes = erpnettest.SecretHashesNull })
	}
	return instance, newWireTo(t, instance)
}

// writeFixture applies a configuration and returns the fixture of it.
func writeFixture(t *testing.T, stored storedResource) []byte {
	t.Helper()
	instance, w := startForFixture(t, stored)
	applied := w.apply(stored.Type, w.fromJSON(stored.Type, stored.Config))
	stored.SchemaVersion = w.schema.ResourceSchemas[stored.Type].Version
	stored.State, stored.Private = w.toJSON(applied.state), string(applied.private)
	if applied.identity != nil {
		stored.Identity = w.toJSON(w.decode(applied.identity.IdentityData, identityType))
	}
	text, err := json.MarshalIndent(stored, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	fixed := []string{strings.TrimPrefix(instance.URL, "http://"), fixtureHost}
	for _, application := range instance.Applications() {
		if application.ApplicationUri == "com.example/reports" {
			fixed = append(fixed, application.Id, fixtureID)
		}
	}
	return []byte(strings.NewReplacer(fixed...).Replace(string(text)) + "\n")
}

// applicationOf returns the record that a state describes.
func applicationOf(t *testing.T, state json.RawMessage) erpnettest.TrustedApplication {
	t.Helper()
	var s struct {
		ID           string   `json:"id"`
		Name         string   `json:"name"`
		URI          string   `json:"application_uri"`
		Hash         string   `json:"secret_hash"`
		Scopes       []string `json:"scopes"`
		User         string   `json:"system_user"`
		RedirectURIs []string `json:"redirect_uris"`
		References   string   `json:"reference_tokens"`
		Notes        string   `json:"notes"`
		Enabled      bool     `json:"is_enabled"`
	}
	if err := json.Unmarshal(state, &s); err != nil {
		t.Fatal(err)
	}
	application := erpnettest.NewApplication(s.URI)
	application.Id, application.Name, application.Notes = s.ID, s.Name, s.Notes
	application.ApplicationSecretHash = s.Hash
	application.Scope, application.ImpersonateLoginUrl = strings.Join(s.Scopes, " "), strings.Join(s.RedirectURIs, ",")
	application.SystemUser, application.SystemUserAllowed = s.User, s.User != ""
	application.ReferenceTokens, application.IsEnabled = s.References, s.Enabled
	return application
}

// apply plans and applies a new resource.
func (w wire) apply(kind string, config tftypes.Value) heldResource {
	w.Helper()
	nothing := w.encode(tftypes.NewValue(config.Type(), nil))
	planned, err := w.server.PlanResourceChange(w.Context(), &tfprotov6.PlanResourceChangeRequest{
		TypeName: kind, Config: w.encode(config), PriorState: nothing,
		ProposedNewState: w.encode(w.proposed(kind, config, w.fromJSON(kind, json.RawMessage(`{}`)))),
	})
	w.clean("plan", planned.Diagnostics, err)
	applied, err := w.server.ApplyResourceChange(w.Context(), &tfprotov6.ApplyResourceChangeRequest{
		TypeName: kind, Config: w.encode(config), PriorState: nothing, PlannedState: planned.PlannedState,
		PlannedPrivate: planned.PlannedPrivate, PlannedIdentity: planned.PlannedIdentity,
	})
	w.clean("apply", applied.Diagnostics, err)
	return heldResource{w.decode(applied.NewState, config.Type()), applied.Private, applied.NewIdentity}
}

// upgrade reads a stored resource, which is the first thing that a CLI does.
func (w wire) upgrade(stored storedResource) heldResource {
	w.Helper()
	upgraded, err := w.server.UpgradeResourceState(w.Context(), &tfprotov6.UpgradeResourceStateRequest{
		TypeName: stored.Type, Version: stored.SchemaVersion, RawState: &tfprotov6.RawState{JSON: stored.State},
	})
	w.clean("upgrade", upgraded.Diagnostics, err)
	m := heldResource{
		state:   w.decode(upgraded.UpgradedState, w.schema.ResourceSchemas[stored.Type].ValueType()),
		private: []byte(stored.Private),
	}
	if stored.Identity != nil {
		identity, err := (tfprotov6.RawState{JSON: stored.Identity}).Unmarshal(identityType)
		if err != nil {
			w.Fatal(err)
		}
		m.identity = &tfprotov6.ResourceIdentityData{IdentityData: w.encode(identity)}
	}
	return m
}

// fromJSON parses an object. Missing members are null.
func (w wire) fromJSON(kind string, text json.RawMessage) tftypes.Value {
	w.Helper()
	object := w.schema.ResourceSchemas[kind].ValueType()
	members := map[string]json.RawMessage{}
	if err := json.Unmarshal(text, &members); err != nil {
		w.Fatal(err)
	}
	//nolint:forcetypeassert // a schema is an object
	for name := range object.(tftypes.Object).AttributeTypes {
		if members[name] == nil {
			members[name] = json.RawMessage("null")
		}
	}
	whole, err := json.Marshal(members)
	if err != nil {
		w.Fatal(err)
	}
	value, err := (tfprotov6.RawState{JSON: whole}).Unmarshal(object)
	if err != nil {
		w.Fatal(err)
	}
	return value
}

// toJSON encodes an object as a state file does.
func (w wire) toJSON(value tftypes.Value) json.RawMessage {
	w.Helper()
	text, err := json.Marshal(w.plain(value))
	if err != nil {
		w.Fatal(err)
	}
	return text
}

// plain converts a value of a state to a Go value.
func (w wire) plain(value tftypes.Value) (plain any) {
	w.Helper()
	var err error
	switch kind := value.Type(); {
	case value.IsNull():
		return nil
	case kind.Is(tftypes.String):
		var text string
		err = value.As(&text)
		plain = text
	case kind.Is(tftypes.Bool):
		var truth bool
		err = value.As(&truth)
		plain = truth
	case kind.Is(tftypes.Object{}):
		members := map[string]any{}
		for name, member := range w.attributes(value) {
			members[name] = w.plain(member)
		}
		plain = members
	default:
		var elements []tftypes.Value
		err = value.As(&elements)
		list := make([]any, len(elements))
		for i, element := range elements {
			list[i] = w.plain(element)
		}
		plain = list
	}
	if err != nil {
		w.Fatal(err)
	}
	return plain
}
