// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"testing"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

func TestTrustedApplicationDataSource(t *testing.T) {
	instance, env := startInstance(t)
	other := erpnettest.NewApplication("com.example/other")
	other.Name = "Other"
	instance.AddApplication(other)
	p := start(t, env, nil)
	find := func(uri string) result { return p.read("trusted_application", arguments{"application_uri": uri}) }
	find(sampleURI).succeeds(t).has(t, arguments{
		"secret_matches": true, "system_user": "svc.integration", "scopes": []any{"read", "update"},
	})
	find("com.example/other").succeeds(t).has(t, arguments{"secret_matches": nil, "system_user": nil, "name": "Other"})
	find("nowhere").fails(t, "No Such Trusted Application")
}
