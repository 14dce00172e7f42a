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
	address string // in matrixConfig; empty for what only the driver does
	needs   need
	use     func(driver) diagnostics
	hcl     string
}

// matrixObjects are all objects of the provider, with their addresses in a
// configuration of the CLI. The record is that of the sample application.
func matrixObjects(instance *erpnettest.Server) map[string]matrixObject {
	own := map[string]any{"client_id": sampleURI, "client_secret": erpnettest.SampleSecret}
	ownAll := maps.Clone(own)
	ownAll["instance"] = instance.URL
	application := map[string]any{"name": "New", "application_uri": "new.app", "client_secret_wo": "a new secret", "system_user": "svc.integration"}
	token := "e30." + base64.RawURLEncoding.EncodeToString([]byte(`{"iss":"https://erp.test/id"}`)) + ".e30"
	id := instance.Applications()[0].Id
	return map[string]matrixObject{
		"ephemeral access_token": {"ephemeral.erpnet_access_token.this", forToken, func(d driver) diagnostics { return d.open("erpnet_access_token", nil) }, `
ephemeral "erpnet_access_token" "this" {}
`},
		"data access_token": {"data.erpnet_access_token.this", forToken, func(d driver) diagnostics { return d.read("erpnet_access_token", nil) }, `
data "erpnet_access_token" "this" {}
`},
		"data credentials_check": {"data.erpnet_credentials_check.this", forCheck, func(d driver) diagnostics { return d.read("erpnet_credentials_check", nil) }, `
data "erpnet_credentials_check" "this" {}
`},
		"data credentials_check that probes": {"data.erpnet_credentials_check.probe", forProbe, func(d driver) diagnostics {
			return d.read("erpnet_credentials_check", map[string]any{"probe_domain_api": true})
		}, `
data "erpnet_credentials_check" "probe" {
  probe_domain_api = true
}
`},
		"data instance": {"data.erpnet_instance.this", forSites, func(d driver) diagnostics { return d.read("erpnet_instance", nil) }, `
data "erpnet_instance" "this" {}
`},
		"data domain_query": {"data.erpnet_domain_query.this", forAPI, func(d driver) diagnostics {
			return d.read("erpnet_domain_query", map[string]any{"entity_set": "Crm_Sales_Customers", "top": 1})
		}, `
data "erpnet_domain_query" "this" {
  entity_set = "Crm_Sales_Customers"
  top        = 1
}
`},
		"data trusted_application": {"data.erpnet_trusted_application.this", forAPI, func(d driver) diagnostics {
			return d.read("erpnet_trusted_application", map[string]any{"application_uri": sampleURI})
		}, `
data "erpnet_trusted_application" "this" {
  application_uri = "` + sampleURI + `"
}
`},
		"resource trusted_application, refreshed": {"", forAPI, func(d driver) diagnostics { return d.refresh("erpnet_trusted_application", id) }, ""},
		"resource trusted_application, planned": {"erpnet_trusted_application.new", forNothing, func(d driver) diagnostics {
			failed, _ := d.plan("erpnet_trusted_application", application, "id", "client_id", "secret_hash")
			return failed
		}, `
resource "erpnet_trusted_application" "new" {
  name             = "New"
  application_uri  = "new.app"
  client_secret_wo = "a new secret"
  system_user      = "svc.integration"
}
`},
		"ephemeral access_token of its own client": {"ephemeral.erpnet_access_token.own_client", ofClient, func(d driver) diagnostics { return d.open("erpnet_access_token", own) }, `
ephemeral "erpnet_access_token" "own_client" {
  client_id     = "` + sampleURI + `"
  client_secret = "` + erpnettest.SampleSecret + `"
}
`},
		"ephemeral access_token of its own instance": {"ephemeral.erpnet_access_token.own_instance", ofInstance, func(d driver) diagnostics { return d.open("erpnet_access_token", ownAll) }, `
ephemeral "erpnet_access_token" "own_instance" {
  instance      = "` + instance.URL + `"
  client_id     = "` + sampleURI + `"
  client_secret = "` + erpnettest.SampleSecret + `"
}
`},
		"ephemeral client_secret": {"ephemeral.erpnet_client_secret.this", forNothing, func(d driver) diagnostics { return d.open("erpnet_client_secret", nil) }, `
ephemeral "erpnet_client_secret" "this" {}
`},
		"data secret_hash": {"data.erpnet_secret_hash.this", forNothing, func(d driver) diagnostics {
			return d.read("erpnet_secret_hash", map[string]any{"secret": "DEMO"})
		}, `
data "erpnet_secret_hash" "this" {
  secret = "DEMO"
}
`},
		"resource secret_hash": {"erpnet_secret_hash.this", forNothing, func(d driver) diagnostics {
			return d.apply("erpnet_secret_hash", map[string]any{"secret_wo": "DEMO"}, "hash")
		}, `
resource "erpnet_secret_hash" "this" {
  secret_wo = "DEMO"
}
`},
		"data registration_request": {"data.erpnet_registration_request.this", forNothing, func(d driver) diagnostics {
			return d.read("erpnet_registration_request", map[string]any{"name": "New", "application_uri": "new.app", "system_user": "svc.new", "secret_hash": hashOfDEMO})
		}, `
data "erpnet_registration_request" "this" {
  name            = "New"
  application_uri = "new.app"
  system_user     = "svc.new"
  secret_hash     = "` + hashOfDEMO + `"
}
`},
		"function secret_hash": {"", forNothing, func(d driver) diagnostics { return d.call("secret_hash", "DEMO") }, `
output "hash" {
  value = provider::erpnet::secret_hash("DEMO")
}
`},
		"function secret_matches": {"", forNothing, func(d driver) diagnostics { return d.call("secret_matches", "DEMO", hashOfDEMO) }, `
output "matches" {
  value = provider::erpnet::secret_matches("DEMO", "` + hashOfDEMO + `")
}
`},
		"function decode_access_token": {"", forNothing, func(d driver) diagnostics { return d.call("decode_access_token", token) }, `
output "issuer" {
  value = provider::erpnet::decode_access_token("` + token + `").issuer
}
`},
	}
}
