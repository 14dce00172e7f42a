// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"fmt"
	"time"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

// loadCost is what one plan of 2,000 objects costs against a slow and failing
// instance: 1,000 ephemeral resources of 200 clients and 1,000 data sources, 100
// at a time, answers that take 50 ms, and a 503 for every 20th token request.
type loadCost struct {
	Wall          time.Duration `json:"wall_ns"`
	TokenRequests int           `json:"token_requests"`
	Memory        int64         `json:"provider_peak_kib"`
}

const loadClients = 200

func load(ours *workspace, site *instance) (*loadCost, error) {
	site.SetLatency(50 * time.Millisecond)
	unavailable := erpnettest.Status(503)
	unavailable.Every = 20
	site.Inject(erpnettest.Token, unavailable)
	defer func() {
		site.ClearFaults()
		site.SetLatency(0)
	}()
	for n := range loadClients {
		application := erpnettest.SampleApplication()
		application.ApplicationUri = fmt.Sprintf("client-%d", n)
		site.AddApplication(application)
	}
	err := ours.configure(fmt.Sprintf(`ephemeral "erpnet_access_token" "this" {
  count         = 1000
  client_id     = "client-${count.index %% %d}"
  client_secret = %q
}

data "erpnet_access_token" "this" {
  count = 1000
}
`, loadClients, erpnettest.SampleSecret))
	if err != nil {
		return nil, err
	}
	planning := func() (sample, error) { return ours.run(append(plan.arguments(), "-parallelism=100")...) }
	before := site.traffic()
	taken, err := planning()
	if err != nil {
		return nil, err
	}
	cost := &loadCost{Wall: taken.wall, TokenRequests: site.traffic().since(before).TokenRequests}
	cost.Memory, err = peakMemory(ours.provider.path, func() error {
		_, err := planning()
		return err
	})
	return cost, err
}
