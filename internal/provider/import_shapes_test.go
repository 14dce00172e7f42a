// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

// A record of any shape can be imported under each of its names. The configuration that the CLI generates for it is
// valid and changes nothing.
func TestEveryShapeOfRecordIsImportedWithoutAChange(t *testing.T) {
	t.Parallel()
	instance, records := startWithShapes(t)
	w := newWireTo(t, instance)
	found := w.list(map[string]any{}, 0, true)
	identity := func(values map[string]any) *tfprotov6.ResourceIdentityData {
		return &tfprotov6.ResourceIdentityData{IdentityData: w.object(identityType, values)}
	}
	host := strings.TrimPrefix(instance.URL, "http://")
	for i, record := range records {
		forms := map[string]func(w wire) heldResource{
			"id":             func(w wire) heldResource { return w.adopt(record.Id, nil) },
			"ID":             func(w wire) heldResource { return w.adopt(strings.ToUpper(record.Id), nil) },
			"ApplicationUri": func(w wire) heldResource { return w.adopt(record.ApplicationUri, nil) },
			"identity":       func(w wire) heldResource { return w.adopt("", identity(map[string]any{"id": record.Id})) },
			"identity with its instance": func(w wire) heldResource {
				return w.adopt("", identity(map[string]any{"id": record.Id, "instance": host}))
			},
			"query": func(w wire) heldResource { return w.adopt("", found[i].Identity) },
		}
		for form, adopt := range forms {
			t.Run(record.ApplicationUri+" by "+form, func(t *testing.T) {
				w := wire{t, w.server, w.schema}
				imported := adopt(w)
				if got := stringOf(t, w.attributes(imported.state)["id"]); got != record.Id {
					t.Fatalf("imported %s, not %s", got, record.Id)
				}
				w.plansNoChange(applicationType, w.generate(imported.state), imported)
				listed := w.decode(found[i].Resource, w.resourceType())
				if differences, err := listed.Diff(imported.state); err != nil || len(differences) > 0 {
					t.Errorf("the query found something else: %v", differences)
				}
			})
		}
	}
	if got := instance.Applications(); len(got) != len(records) || got[0].ObjectVersion != records[0].ObjectVersion {
		t.Error("an import wrote something")
	}
}

// A hash that the instance hides isn't a change either.
func TestRecordsWithHiddenHashesAreImportedWithoutAChange(t *testing.T) {
	t.Parallel()
	for _, form := range []erpnettest.SecretHashes{erpnettest.SecretHashesNull, erpnettest.SecretHashesOmitted} {
		instance, _ := startWithShapes(t)
		instance.Configure(func(s *erpnettest.Settings) { s.SecretHashes = form })
		w := newWireTo(t, instance)
		imported := w.adopt("shape/hybrid", nil)
		w.plansNoChange(applicationType, w.generate(imported.state), imported)
	}
}

// The plan for a new record refuses values that an existing record may keep.
func TestRecordThatNeverWorksIsNotMade(t *testing.T) {
	t.Parallel()
	instance, records := startWithShapes(t)
	w := newWireTo(t, instance)
	for _, record := range records {
		if !strings.Contains(record.ApplicationUri, "never-works") {
			continue
		}
		config := w.with(w.generate(w.adopt(record.Id, nil).state), map[string]any{"application_uri": "new.app"})
		planned, err := w.server.PlanResourceChange(t.Context(), &tfprotov6.PlanResourceChangeRequest{
			TypeName: applicationType, Config: w.encode(config), ProposedNewState: w.encode(config),
			PriorState: w.encode(tftypes.NewValue(config.Type(), nil)),
		})
		if err != nil || !strings.Contains(wordsOf(planned.Diagnostics), "Impossible Trusted Application") {
			t.Errorf("%s: %v, %s", record.ApplicationUri, err, wordsOf(planned.Diagnostics))
		}
	}
}
