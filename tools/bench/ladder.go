// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"fmt"
	"time"
)

// rung is a plan of data sources with the first few attributes of
// erpnet_access_token.
type rung struct {
	Attributes int           `json:"attributes"`
	Added      string        `json:"added"`
	N          int           `json:"n"`
	Pairs      int           `json:"pairs"`
	Wall       time.Duration `json:"wall_ns"`
	ToTrivial  float64       `json:"to_trivial"`
}

// rungs name the attribute that each adds; see the command ladder.
var rungs = []string{"access_token", "token_type", "expires_in", "expires_at", "granted_scopes", "scopes"}

// climb measures each rung against the trivial floor, in turn.
func climb(ladder, trivial *workspace, pairs int) ([]rung, error) {
	const n = 500
	if err := trivial.configure(dataSource.trivialConfig(n)); err != nil {
		return nil, err
	}
	var all []rung
	for i, name := range rungs {
		if err := ladder.configure(fmt.Sprintf("data \"ladder_%d\" \"this\" {\n  count = %d\n}\n", i+1, n)); err != nil {
			return nil, err
		}
		c, err := compare(name, pairs,
			func() (sample, error) { return ladder.run(plan.arguments()...) },
			func() (sample, error) { return trivial.run(plan.arguments()...) })
		if err != nil {
			return nil, err
		}
		all = append(all, rung{i + 1, name, n, pairs, c.Ours, c.Ratio})
	}
	return all, nil
}
