// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"encoding/base64"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

const sampleURI = "my.trusted.app/service"

// hashOfDEMO is the test vector in ERP.net's documentation (protocol section 4.1).
const hashOfDEMO = "T/AGymuI51LwjLeIFxRQXOs9IHnupDKs/ajhWODR2C4="

// matrixObject is one way to use one object.
type matrixObject struct {
	needs need
	use   func(*process) result
}

// matrixObjects returns all objects of the provider. Their record is the sample application.
func matrixObjects(instance *erpnettest.Server) map[string]matrixObject {
	own := arguments{"client_id": sampleURI, "client_secret": erpnettest.SampleSecret}
	application := arguments{
		"name":             "New",
		"application_uri":  "new.app",
		"client_secret_wo": "a new secret",
		"system_user":      "svc.integration",
	}
	token := "e30." + base64.RawURLEncoding.EncodeToString([]byte(`{"iss":"https://erp.test/id"}`)) + ".e30"
	id := instance.Applications()[0].Id
	reads := func(name string, values arguments) func(*process) result {
		return func(p *process) result { return p.read(name, values) }
	}
	opens := func(name string, values arguments) func(*process) result {
		return func(p *process) result { return p.open(name, values) }
	}
	calls := func(name string, texts ...string) func(*process) result {
		return func(p *process) result { return p.call(name, texts...) }
	}
	return map[string]matrixObject{
		"ephemeral access_token": {forToken, opens("access_token", nil)},
		"data access_token":      {forToken, reads("access_token", nil)},
		"data credentials_check": {forCheck, reads("credentials_check", nil)},
		"data credentials_check that probes": {
			forProbe,
			reads("credentials_check", arguments{"probe_domain_api": true}),
		},
		"data instance": {forSites, reads("instance", nil)},
		"data domain_query": {
			forAPI,
			reads("domain_query", arguments{"entity_set": "Crm_Sales_Customers", "top": 1}),
		},
		"data trusted_application": {
			forAPI,
			reads("trusted_application", arguments{"application_uri": sampleURI}),
		},
		"resource trusted_application, refreshed": {forAPI, func(p *process) result {
			return p.resource("trusted_application").importID(id)
		}},
		"resource trusted_application, planned": {forNothing, func(p *process) result {
			return p.resource("trusted_application").plan(application).result
		}},
		"ephemeral access_token of its own client": {ofClient, opens("access_token", own)},
		"ephemeral access_token of its own instance": {
			ofInstance,
			opens("access_token", own.with(arguments{"instance": instance.URL})),
		},
		"ephemeral client_secret": {forNothing, opens("client_secret", nil)},
		"data secret_hash":        {forNothing, reads("secret_hash", arguments{"secret": "DEMO"})},
		"resource secret_hash": {forNothing, func(p *process) result {
			return p.resource("secret_hash").apply(arguments{"secret_wo": "DEMO"})
		}},
		"data registration_request": {forNothing, reads("registration_request", arguments{
			"name": "New", "application_uri": "new.app", "system_user": "svc.new", "secret_hash": hashOfDEMO,
		})},
		"function secret_hash":         {forNothing, calls("secret_hash", "DEMO")},
		"function secret_matches":      {forNothing, calls("secret_matches", "DEMO", hashOfDEMO)},
		"function decode_access_token": {forNothing, calls("decode_access_token", token)},
	}
}
