// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"maps"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

// response is what a deferral looks like in each of the calls.
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

// deferrableObjects are the objects that need settings, and what a client without deferral gets where one is unknown:
// true is an error. A plan and an import of a record make no request, and so need none.
func deferrableObjects(record erpnettest.TrustedApplication) map[string]struct {
	fails bool
	use   func(wire, bool) response
} {
	type object = struct {
		fails bool
		use   func(wire, bool) response
	}
	identified := map[string]any{"application_uri": record.ApplicationUri}
	stored := map[string]any{"id": record.Id, "name": record.Name, "application_uri": record.ApplicationUri}
	planned := map[string]any{
		"name": "New", "application_uri": "new.app", "client_type": "Confidential",
		"secret_hash": erpnet.SecretHash("a-secret-of-more-than-24-characters"),
	}
	return map[string]object{
		"data access_token":         {true, func(w wire, a bool) response { return w.data("erpnet_access_token", a, nil) }},
		"data credentials_check":    {true, func(w wire, a bool) response { return w.data("erpnet_credentials_check", a, nil) }},
		"data instance":             {true, func(w wire, a bool) response { return w.data("erpnet_instance", a, nil) }},
		"data trusted_application":  {true, func(w wire, a bool) response { return w.data(applicationType, a, identified) }},
		"ephemeral access_token":    {true, func(w wire, a bool) response { return w.open("erpnet_access_token", a, nil) }},
		"trusted_application, read": {true, func(w wire, a bool) response { return w.readAgain(applicationType, a, stored) }},
		"trusted_application, import": {false, func(w wire, a bool) response {
			return w.importNew(a, record.ApplicationUri)
		}},
		"trusted_application, plan": {false, func(w wire, a bool) response { return w.planNew(applicationType, a, planned) }},
		"data domain_query": {true, func(w wire, a bool) response {
			return w.data("erpnet_domain_query", a, map[string]any{"entity_set": "Crm_Sales_Customers", "top": 1})
		}},
	}
}

func pureObjects() map[string]func(wire, bool) response {
	secret := map[string]any{"secret_wo": "a-secret-of-more-than-24-characters"}
	return map[string]func(wire, bool) response{
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

// configurations are those of the sample application: with each setting unknown that all of its objects need, and with
// none.
func configurations(instance *erpnettest.Server) map[string]map[string]any {
	known := map[string]any{
		"instance": instance.URL, "client_id": erpnettest.SampleApplication().ApplicationUri,
		"client_secret": erpnettest.SampleSecret, "max_retries": 0,
	}
	all := map[string]map[string]any{"": known}
	for _, name := range []string{"instance", "identity_url", "issuer", "ca_certificate_pem", "request_timeout", "max_retries"} {
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
		for name, object := range deferrableObjects(record) {
			for _, allowed := range []bool{true, false} {
				w := newWire(t, config)
				before := len(instance.Requests())
				got := object.use(w, allowed)
				failed := strings.Contains(wordsOf(got.diagnostics), "Unknown "+unknown+":")
				switch {
				case unknown == "":
					if got.deferred || len(got.diagnostics) > 0 {
						t.Errorf("%s, all known: deferred %t, %s", name, got.deferred, wordsOf(got.diagnostics))
					}
					continue
				case allowed:
					if !got.deferred || got.reason != tfprotov6.DeferredReasonProviderConfigUnknown || len(got.diagnostics) > 0 {
						t.Errorf("%s, unknown %s: not deferred: %s", name, unknown, wordsOf(got.diagnostics))
					}
				case got.deferred || failed != object.fails:
					t.Errorf("%s, unknown %s, no deferral: deferred %t: %s", name, unknown, got.deferred, wordsOf(got.diagnostics))
				}
				if len(instance.Requests()) != before {
					t.Errorf("%s, unknown %s: a request was made", name, unknown)
				}
			}
		}
	}
}

// What an object does not need does not defer it.
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
