// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"fmt"
	"time"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

// load is the cost of a plan of 2,000 objects against a slow and failing instance.
type load struct {
	wall          time.Duration
	tokenRequests int
	memory        int64 // peak of the provider, in KiB
}

const loadClients = 200

// load plans 1,000 ephemeral resources of 200 clients and 1,000 data sources, 100 at a time. The instance takes 50 ms
// for each response, and answers every 20th token request with 503.
func (b *bench) load() (*load, error) {
	b.instance.SetLatency(50 * time.Millisecond)
	unavailable := erpnettest.Status(503)
	unavailable.Every = 20
	b.instance.Inject(erpnettest.Token, unavailable)
	defer func() {
		b.instance.ClearFaults()
		b.instance.SetLatency(0)
	}()
	for n := range loadClients {
		application := erpnettest.SampleApplication()
		application.ApplicationUri = fmt.Sprintf("client-%d", n)
		b.instance.AddApplication(application)
	}
	err := b.ours.configure(fmt.Sprintf(`ephemeral "erpnet_access_token" "this" {
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
	arguments := []string{"plan", "-input=false", "-no-color", "-parallelism=100"}
	before := b.instance.traffic()
	wall, err := b.ours.run(arguments...)
	if err != nil {
		return nil, err
	}
	requests := b.instance.traffic().since(before).tokenRequests
	memory, err := peakMemory(b.ours.provider.path, func() error {
		_, err := b.ours.run(arguments...)
		return err
	})
	return &load{wall, requests, memory}, err
}
