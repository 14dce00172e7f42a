// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

// response is what each call returns about a deferral.
type response struct {
	deferred    bool
	reason      tfprotov6.DeferredReason
	diagnostics []*tfprotov6.Diagnostic
}

func newResponse(deferred *tfprotov6.Deferred, diagnostics []*tfprotov6.Diagnostic) response {
	if deferred == nil {
		return response{diagnostics: diagnostics}
	}
	return response{true, deferred.Reason, diagnostics}
}

func (w wire) data(kind string, allowed bool, config map[string]any) response {
	w.Helper()
	got, err := w.server.ReadDataSource(w.Context(), &tfprotov6.ReadDataSourceRequest{
		TypeName: kind, Config: w.object(w.schema.DataSourceSchemas[kind].ValueType(), config),
		ClientCapabilities: &tfprotov6.ReadDataSourceClientCapabilities{DeferralAllowed: allowed},
	})
	if err != nil {
		w.Fatal(err)
	}
	return newResponse(got.Deferred, got.Diagnostics)
}

func (w wire) open(kind string, allowed bool, config map[string]any) response {
	w.Helper()
	got, err := w.server.OpenEphemeralResource(w.Context(), &tfprotov6.OpenEphemeralResourceRequest{
		TypeName: kind, Config: w.object(w.schema.EphemeralResourceSchemas[kind].ValueType(), config),
		ClientCapabilities: &tfprotov6.OpenEphemeralResourceClientCapabilities{DeferralAllowed: allowed},
	})
	if err != nil {
		w.Fatal(err)
	}
	return newResponse(got.Deferred, got.Diagnostics)
}

func (w wire) planNew(kind string, allowed bool, config map[string]any) response {
	w.Helper()
	object := w.object(w.schema.ResourceSchemas[kind].ValueType(), config)
	got, err := w.server.PlanResourceChange(w.Context(), &tfprotov6.PlanResourceChangeRequest{
		TypeName: kind, Config: object, ProposedNewState: object,
		PriorState:         w.encode(tftypes.NewValue(w.schema.ResourceSchemas[kind].ValueType(), nil)),
		ClientCapabilities: &tfprotov6.PlanResourceChangeClientCapabilities{DeferralAllowed: allowed},
	})
	if err != nil {
		w.Fatal(err)
	}
	return newResponse(got.Deferred, got.Diagnostics)
}

func (w wire) importNew(allowed bool, id string) response {
	w.Helper()
	got, err := w.server.ImportResourceState(w.Context(), &tfprotov6.ImportResourceStateRequest{
		TypeName: applicationType, ID: id,
		ClientCapabilities: &tfprotov6.ImportResourceStateClientCapabilities{DeferralAllowed: allowed},
	})
	if err != nil {
		w.Fatal(err)
	}
	return newResponse(got.Deferred, got.Diagnostics)
}

func (w wire) readAgain(kind string, allowed bool, state map[string]any) response {
	w.Helper()
	got, err := w.server.ReadResource(w.Context(), &tfprotov6.ReadResourceRequest{
		TypeName: kind, CurrentState: w.object(w.schema.ResourceSchemas[kind].ValueType(), state),
		ClientCapabilities: &tfprotov6.ReadResourceClientCapabilities{DeferralAllowed: allowed},
	})
	if err != nil {
		w.Fatal(err)
	}
	return newResponse(got.Deferred, got.Diagnostics)
}

// use uses an object of a server, as a client that allows deferral or doesn't.
type use func(w wire, allowed bool) response

// deferrableObjects are the objects that need settings.
func deferrableObjects(record erpnettest.TrustedApplication) map[string]use {
	data := func(kind string, config map[string]any) use {
		return func(w wire, allowed bool) response { return w.data(kind, allowed, config) }
	}
	return map[string]use{
		"data access_token":        data("erpnet_access_token", nil),
		"data credentials_check":   data("erpnet_credentials_check", nil),
		"data instance":            data("erpnet_instance", nil),
		"data trusted_application": data(applicationType, map[string]any{"application_uri": record.ApplicationUri}),
		"data domain_query":        data("erpnet_domain_query", map[string]any{"entity_set": "Crm_Sales_Customers"}),
		"ephemeral access_token": func(w wire, allowed bool) response {
			return w.open("erpnet_access_token", allowed, nil)
		},
		"trusted_application, read": func(w wire, allowed bool) response {
			return w.readAgain(applicationType, allowed, map[string]any{
				"id": record.Id, "name": record.Name, "application_uri": record.ApplicationUri,
			})
		},
		"trusted_application, import": func(w wire, allowed bool) response {
			return w.importNew(allowed, record.ApplicationUri)
		},
		"trusted_application, plan": func(w wire, allowed bool) response {
			return w.planNew(applicationType, allowed, map[string]any{
				"name": "New", "application_uri": "new.app", "client_type": "Confidential",
				"secret_hash": erpnet.SecretHash("a-secret-of-more-than-24-characters"),
			})
		},
	}
}

// Planning and importing a record send no request. They need no setting, but are deferred together with the calls that
// follow.
var withoutRequests = []string{"trusted_application, import", "trusted_application, plan"}

func pureObjects() map[string]use {
	secret := map[string]any{"secret_wo": "a-secret-of-more-than-24-characters"}
	return map[string]use{
		"data secret_hash": func(w wire, a bool) response {
			return w.data("erpnet_secret_hash", a, map[string]any{"secret": "a-secret-of-more-than-24-characters"})
		},
		"data registration_request": func(w wire, a bool) response {
			return w.data("erpnet_registration_request", a, map[string]any{
				"name": "New", "application_uri": "new.app", "system_user": "svc.new",
				"secret_hash": erpnet.SecretHash("a-secret-of-more-than-24-characters"),
			})
		},
		"ephemeral client_secret": func(w wire, a bool) response { return w.open("erpnet_client_secret", a, nil) },
		"secret_hash, plan":       func(w wire, a bool) response { return w.planNew("erpnet_secret_hash", a, secret) },
		"secret_hash, read": func(w wire, a bool) response {
			return w.readAgain("erpnet_secret_hash", a, map[string]any{"hash": "x"})
		},
	}
}

// configurations returns configurations of the sample application: one for each setting that all its objects need, with
// that setting unknown, and one with all settings known.
func configurations(instance *erpnettest.Server) map[string]map[string]any {
	known := map[string]any{
		"instance": instance.URL, "client_id": erpnettest.SampleApplication().ApplicationUri,
		"client_secret": erpnettest.SampleSecret, "max_retries": 0,
	}
	all := map[string]map[string]any{"": known}
	for _, name := range []string{
		"instance", "identity_url", "issuer", "ca_certificate_pem", "request_timeout", "max_retries",
	} {
		all[name] = maps.Clone(known)
		all[name][name] = tftypes.UnknownValue
	}
	return all
}

func TestObjectsThatNeedAnUnknownSettingAreDeferred(t *testing.T) {
	t.Parallel()
	instance := erpnettest.NewServer()
	t.Cleanup(instance.Close)
	record := instance.Applications()[0]
	for unknown, config := range configurations(instance) {
		for name, use := range deferrableObjects(record) {
			for _, allowed := range []bool{true, false} {
				before := len(instance.Requests())
				got := use(newWire(t, config), allowed)
				want := response{}
				switch {
				case unknown == "":
				case allowed:
					want = response{deferred: true, reason: tfprotov6.DeferredReasonProviderConfigUnknown}
				case !slices.Contains(withoutRequests, name):
					want.diagnostics = got.diagnostics
					if !strings.Contains(wordsOf(got.diagnostics), "Unknown "+unknown+":") {
						t.Errorf("%s, unknown %s: no error: %s", name, unknown, wordsOf(got.diagnostics))
					}
				}
				if !reflect.DeepEqual(got, want) {
					t.Errorf("%s, unknown %q, allowed %t: deferred %t, %s",
						name, unknown, allowed, got.deferred, wordsOf(got.diagnostics))
				}
				if unknown != "" && len(instance.Requests()) != before {
					t.Errorf("%s, unknown %s: a request was made", name, unknown)
				}
			}
		}
	}
}

// An unknown setting doesn't defer an object that doesn't need it.
func TestDeferralIsForWhatIsNeeded(t *testing.T) {
	t.Parallel()
	instance := erpnettest.NewServer()
	t.Cleanup(instance.Close)
	own := map[string]any{
		"instance": instance.URL, "client_id": erpnettest.SampleApplication().ApplicationUri,
		"client_secret": erpnettest.SampleSecret,
	}
	w := newWire(t, map[string]any{
		"instance": tftypes.UnknownValue, "client_id": tftypes.UnknownValue, "client_secret": tftypes.UnknownValue,
		"domain_api_url": tftypes.UnknownValue,
	})
	if got := w.open("erpnet_access_token", true, own); got.deferred || len(got.diagnostics) > 0 {
		t.Errorf("with credentials of its own: deferred %t, %s", got.deferred, wordsOf(got.diagnostics))
	}
	for name, use := range pureObjects() {
		for _, allowed := range []bool{true, false} {
			if got := use(w, allowed); got.deferred || len(got.diagnostics) > 0 {
				t.Errorf("%s: deferred %t, %s", name, got.deferred, wordsOf(got.diagnostics))
			}
		}
	}
	sites := configurations(instance)[""]
	sites["client_secret"] = tftypes.UnknownValue
	if got := newWire(t, sites).data("erpnet_instance", true, nil); got.deferred || len(got.diagnostics) > 0 {
		t.Errorf("the instance needs no secret: deferred %t, %s", got.deferred, wordsOf(got.diagnostics))
	}
}
