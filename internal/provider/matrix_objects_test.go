// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"encoding/base64"
	"maps"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

const sampleURI = "my.trusted.app/service"

// matrixObject is one way to use one object.
type matrixObject struct {
	needs need
	use   func(driver) diagnostics
}

// matrixObjects are all objects of the provider. The record is that of the sample
// application.
func matrixObjects(instance *erpnettest.Server) map[string]matrixObject {
	own := map[string]any{"client_id": sampleURI, "client_secret": erpnettest.SampleSecret}
	ownAll := maps.Clone(own)
	ownAll["instance"] = instance.URL
	application := map[string]any{"name": "New", "application_uri": "new.app", "client_secret_wo": "a new secret", "system_user": "svc.integration"}
	token := "e30." + base64.RawURLEncoding.EncodeToString([]byte(`{"iss":"https://erp.test/id"}`)) + ".e30"
	id := instance.Applications()[0].Id
	return map[string]matrixObject{
		"ephemeral access_token": {forToken, func(d driver) diagnostics { return d.open("erpnet_access_token", nil) }},
		"data access_token":      {forToken, func(d driver) diagnostics { return d.read("erpnet_access_token", nil) }},
		"data credentials_check": {forCheck, func(d driver) diagnostics { return d.read("erpnet_credentials_check", nil) }},
		"data credentials_check that probes": {forProbe, func(d driver) diagnostics {
			return d.read("erpnet_credentials_check", map[string]any{"probe_domain_api": true})
		}},
		"data instance": {forSites, func(d driver) diagnostics { return d.read("erpnet_instance", nil) }},
		"data domain_query": {forAPI, func(d driver) diagnostics {
			return d.read("erpnet_domain_query", map[string]any{"entity_set": "Crm_Sales_Customers", "top": 1})
		}},
		"data trusted_application": {forAPI, func(d driver) diagnostics {
			return d.read("erpnet_trusted_application", map[string]any{"application_uri": sampleURI})
		}},
		"resource trusted_application, refreshed": {forAPI, func(d driver) diagnostics { return d.refresh("erpnet_trusted_application", id) }},
		"resource trusted_application, planned": {forNothing, func(d driver) diagnostics {
			failed, _ := d.plan("erpnet_trusted_application", application, "id", "client_id", "secret_hash")
			return failed
		}},
		"ephemeral access_token of its own client":   {ofClient, func(d driver) diagnostics { return d.open("erpnet_access_token", own) }},
		"ephemeral access_token of its own instance": {ofInstance, func(d driver) diagnostics { return d.open("erpnet_access_token", ownAll) }},
		"ephemeral client_secret":                    {forNothing, func(d driver) diagnostics { return d.open("erpnet_client_secret", nil) }},
		"data secret_hash": {forNothing, func(d driver) diagnostics {
			return d.read("erpnet_secret_hash", map[string]any{"secret": "DEMO"})
		}},
		"resource secret_hash": {forNothing, func(d driver) diagnostics {
			return d.apply("erpnet_secret_hash", map[string]any{"secret_wo": "DEMO"}, "hash")
		}},
		"data registration_request": {forNothing, func(d driver) diagnostics {
			return d.read("erpnet_registration_request", map[string]any{"name": "New", "application_uri": "new.app", "system_user": "svc.new", "secret_hash": hashOfDEMO})
		}},
		"function secret_hash":         {forNothing, func(d driver) diagnostics { return d.call("secret_hash", "DEMO") }},
		"function secret_matches":      {forNothing, func(d driver) diagnostics { return d.call("secret_matches", "DEMO", hashOfDEMO) }},
		"function decode_access_token": {forNothing, func(d driver) diagnostics { return d.call("decode_access_token", token) }},
	}
}
