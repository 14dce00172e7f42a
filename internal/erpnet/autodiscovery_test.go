// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnet

import (
	"strings"
	"testing"
)

func TestReadAutoDiscoveryTakesWhatFits(t *testing.T) {
	found := readAutoDiscovery([]byte(`{"Host":7,"DbName":null,"WebSites":[null,{"Type":"ID","Status":1,"Url":"/id2"},
		{"Type":"DomainAPI","Status":"Working","Url":"https://x.example/api","AdditionalProperties":[]},
		{"Type":"DomainAPI","Status":"Working","Url":"https://x.example/api","AdditionalProperties":{"ODataServiceRoot":"https://y.example/odata/","Other":1}}]}`), "https://demodb.my.erp.net")
	if len(found.WebSites) != 3 || found.WebSites[0].Status != "1" || found.IdentityURL() != "https://demodb.my.erp.net/id2" || found.DomainAPIURL() != "https://x.example/api/domain/odata/" {
		t.Errorf("got %+v", found.WebSites)
	}
	if found.WebSites[2].ODataServiceRoot != "https://y.example/odata/" {
		t.Errorf("root is %q", found.WebSites[2].ODataServiceRoot)
	}
}

func FuzzAutoDiscovery(f *testing.F) {
	f.Add(`{"WebSites":[{"Type":"ID","Status":"Working","Url":"https://x.example/id","AdditionalProperties":null}]}`)
	f.Add(`{"Host":"h","DbName":null,"WebSites":[{"Type":"DomainAPI","Status":"Working","Url":"https://x.example/api","AdditionalProperties":{"ODataServiceRoot":"https://x.example/api/domain/odata/"}}]}`)
	f.Fuzz(func(t *testing.T, body string) {
		found := readAutoDiscovery([]byte(body), "https://demodb.my.erp.net")
		for _, url := range []string{found.IdentityURL(), strings.TrimSuffix(found.DomainAPIURL(), "/")} {
			if url == "" {
				continue
			}
			if again, err := ParseSiteURL(url); err != nil || again != url {
				t.Errorf("%q is taken, but is no site's URL: %v", url, err)
			}
		}
	})
}
