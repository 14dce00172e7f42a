// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"fmt"
	"time"
)

// checkCost is how much longer a plan takes with a data source
// erpnet_credentials_check than with one that makes no request.
type checkCost struct {
	Probe     bool          `json:"probe_domain_api"`
	Latency   time.Duration `json:"latency_ns"` // of the server, for each answer
	Pairs     int           `json:"pairs"`
	Longer    time.Duration `json:"longer_ns"`
	InLatency float64       `json:"latencies"`
}

func checkCosts(ours *workspace, site *instance, pairs int) ([]checkCost, error) {
	const latency = 200 * time.Millisecond
	site.SetLatency(latency)
	defer site.SetLatency(0)
	var costs []checkCost
	for _, probe := range []bool{false, true} {
		with := fmt.Sprintf("data \"erpnet_credentials_check\" \"this\" {\n  probe_domain_api = %t\n}\n", probe)
		without := "data \"erpnet_secret_hash\" \"this\" {\n  secret = \"DEMO\"\n}\n"
		planning := func(text string) func() (sample, error) {
			return func() (sample, error) {
				if err := ours.configure(text); err != nil {
					return sample{}, err
				}
				return ours.run(plan.arguments()...)
			}
		}
		c, err := compare("check", pairs, planning(with), planning(without))
		if err != nil {
			return nil, err
		}
		costs = append(costs, checkCost{Probe: probe, Latency: latency, Pairs: pairs, Longer: c.Ours - c.Floor, InLatency: float64(c.Ours-c.Floor) / float64(latency)})
	}
	return costs, nil
}
