// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnet

import (
	"testing"
)

func TestSameSite(t *testing.T) {
	const site = "https://demodb.my.erp.net/id"
	for other, want := range map[string]bool{
		site:                               true,
		site + "/":                         true,
		"HTTPS://DemoDB.my.erp.net:443/id": true,
		"https://demodb.my.erp.net/ID":     false,
		"https://demodb.my.erp.net":        false,
		"https://demodb.my.erp.net:444/id": false,
		"http://demodb.my.erp.net/id":      false,
		"https://id.erp.net/id":            false,
		site + "?x":                        false,
		"":                                 false,
		"%":                                false,
	} {
		if SameSite(site, other) != want {
			t.Errorf("SameSite(%q) is %t", other, !want)
		}
	}
}
