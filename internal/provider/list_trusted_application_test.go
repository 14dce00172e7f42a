// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

// results lists records and returns the results, including errors.
func (w wire) results(config map[string]any, limit int64, withResource bool) []tfprotov6.ListResourceResult {
	w.Helper()
	encoded := w.object(w.schema.ListResourceSchemas[applicationType].ValueType(), config)
	validated, err := w.server.ValidateListResourceConfig(w.Context(), &tfprotov6.ValidateListResourceConfigRequest{
		TypeName: applicationType, Config: encoded,
	})
	w.clean("validate", validated.Diagnostics, err)
	stream, err := w.server.ListResource(w.Context(), &tfprotov6.ListResourceRequest{
		TypeName: applicationType, Config: encoded, Limit: limit, IncludeResource: withResource,
	})
	if err != nil {
		w.Fatal(err)
	}
	return slices.Collect(stream.Results)
}

// list lists records, and expects no error.
func (w wire) list(config map[string]any, limit int64, withResource bool) []tfprotov6.ListResourceResult {
	w.Helper()
	found := w.results(config, limit, withResource)
	for _, result := range found {
		w.clean("list", result.Diagnostics, nil)
	}
	return found
}

func namesOf(found []tfprotov6.ListResourceResult) string {
	var names []string
	for _, result := range found {
		names = append(names, result.DisplayName)
	}
	return strings.Join(names, ", ")
}

// startWithFleet starts an instance with the sample application and 250 more.
func startWithFleet(t *testing.T) *erpnettest.Server {
	t.Helper()
	instance := erpnettest.NewServer()
	t.Cleanup(instance.Close)
	instance.AddUser(erpnettest.User{
		Id: "6f1c2b7e-94d3-4c5a-8e0b-2a7d91c34f58", Login: "svc.fleet", Name: "Fleet", Active: true,
	})
	for i := range 250 {
		app := erpnettest.NewApplication(fmt.Sprintf("fleet/%03d", i))
		app.Name = fmt.Sprintf("Fleet's %03d", i)
		app.IsEnabled = i%5 != 0
		if i%10 == 0 {
			app.SystemUser = "svc.fleet"
		}
		instance.AddApplication(app)
	}
	return instance
}

func TestListFiltersAndKeepsTheLimit(t *testing.T) {
	t.Parallel()
	instance := startWithFleet(t)
	for name, test := range map[string]struct {
		config map[string]any
		limit  int64
		count  int
		first  string
		reads  int // of the Domain API
	}{
		"all":           {count: 251, first: "Fleet's 000 (fleet/000)", reads: 3},
		"the first few": {limit: 3, count: 3, first: "Fleet's 000 (fleet/000)", reads: 1},
		"just a page":   {limit: 100, count: 100, first: "Fleet's 000 (fleet/000)", reads: 1},
		"by name": {
			config: map[string]any{"name": "Fleet's 007"}, count: 1, first: "Fleet's 007 (fleet/007)", reads: 1,
		},
		"by a part of the name": {
			config: map[string]any{"name_contains": "t's 01"}, count: 10, first: "Fleet's 010 (fleet/010)", reads: 1,
		},
		"the disabled ones": {
			config: map[string]any{"is_enabled": false}, count: 50, first: "Fleet's 000 (fleet/000)", reads: 1,
		},
		"of a user": {
			config: map[string]any{"system_user": "svc.fleet"}, count: 25, first: "Fleet's 000 (fleet/000)", reads: 2,
		},
		"by all at once": {
			config: map[string]any{"system_user": "svc.fleet", "is_enabled": false, "name_contains": "fleet"},
			limit:  7, count: 7, first: "Fleet's 000 (fleet/000)", reads: 2,
		},
		"none": {config: map[string]any{"name": "x' or '1' eq '1"}, reads: 1},
	} {
		for _, nextLinks := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s, next links %t", name, nextLinks), func(t *testing.T) {
				instance.Configure(func(s *erpnettest.Settings) { s.NoNextLinks = !nextLinks })
				before := instance.Count(erpnettest.DomainAPI)
				found := newWireTo(t, instance).list(test.config, test.limit, false)
				if len(found) != test.count || test.count > 0 && found[0].DisplayName != test.first {
					t.Errorf("%d found: %s", len(found), namesOf(found))
				}
				if reads := instance.Count(erpnettest.DomainAPI) - before; reads != test.reads {
					t.Errorf("%d requests", reads)
				}
			})
		}
	}
}

// A result names its record, and contains the resource on request.
func TestListNamesRecords(t *testing.T) {
	t.Parallel()
	instance := startWithFleet(t)
	w := newWireTo(t, instance)
	sample := instance.Applications()[250]
	for _, withResource := range []bool{false, true} {
		found := w.list(map[string]any{"name": sample.Name}, 0, withResource)
		if len(found) != 1 {
			t.Fatalf("%d found", len(found))
		}
		identity := w.attributes(w.decode(found[0].Identity.IdentityData, identityType))
		host := strings.TrimPrefix(instance.URL, "http://")
		if stringOf(t, identity["id"]) != sample.Id || stringOf(t, identity["instance"]) != host {
			t.Error("the identity is of another record")
		}
		if !withResource {
			if found[0].Resource != nil {
				t.Error("there is a resource that nobody asked for")
			}
			continue
		}
		resource := w.attributes(w.decode(found[0].Resource, w.resourceType()))
		if stringOf(t, resource["application_uri"]) != sample.ApplicationUri {
			t.Error("the resource is of another record")
		}
	}
	if opened := instance.Sessions().Opened; opened != 1 {
		t.Errorf("%d sessions", opened)
	}
}

// A failure is one result with one error, wherever it occurs.
func TestListFailsOnce(t *testing.T) {
	t.Parallel()
	const denied = "Access Denied by the Domain API"
	forbidden := erpnettest.DomainError(http.StatusForbidden, 0, "System.Exception", "Access is denied.")
	byUser := map[string]any{"system_user": "svc.fleet"}
	later := forbidden
	later.When = func(r erpnettest.Request) bool { return strings.Contains(r.RawQuery, "skip") }
	for name, test := range map[string]struct {
		fault  erpnettest.Fault
		config map[string]any
		want   string
		before int // results before it
	}{
		"without rights":           {fault: forbidden, want: denied},
		"without rights, filtered": {fault: forbidden, config: byUser, want: denied},
		"on the second page":       {fault: later, want: denied, before: 100},
		"of an unknown user":       {config: map[string]any{"system_user": "nobody"}, want: "Unknown System User"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			instance := startWithFleet(t)
			if test.want == denied {
				instance.Inject(erpnettest.DomainAPI, test.fault)
			}
			found := newWireTo(t, instance).results(test.config, 0, false)
			if len(found) != test.before+1 {
				t.Fatalf("%d results", len(found))
			}
			last := found[test.before].Diagnostics
			if len(last) != 1 || last[0].Severity != tfprotov6.DiagnosticSeverityError || last[0].Summary != test.want {
				t.Errorf("not one error: %s", wordsOf(last))
			}
		})
	}
}

// Without an instance there is nothing to list, and one error says what is missing.
func TestListNeedsTheConfiguration(t *testing.T) {
	t.Parallel()
	for name, config := range map[string]map[string]any{
		"nothing": {}, "unknown": {"instance": tftypes.UnknownValue, "client_id": "x", "client_secret": "y"},
	} {
		found := newWire(t, config).results(nil, 0, true)
		if len(found) != 1 || len(found[0].Diagnostics) != 1 {
			t.Errorf("%s: %d results", name, len(found))
		}
	}
}
