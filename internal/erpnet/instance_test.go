// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnet

import (
	"net/url"
	"strings"
	"testing"
)

func TestParseInstance(t *testing.T) {
	for value, want := range map[string]string{
		"demodb.my.erp.net":                       "https://demodb.my.erp.net",
		"DemoDB.my.ERP.net":                       "https://demodb.my.erp.net",
		"https://demodb.my.erp.net":               "https://demodb.my.erp.net",
		"HTTPS://demodb.my.erp.net/":              "https://demodb.my.erp.net",
		"demodb.my.erp.net:8443":                  "https://demodb.my.erp.net:8443",
		"https://demodb.my.erp.net:443":           "https://demodb.my.erp.net",
		"e1-dev.local":                            "https://e1-dev.local",
		"my_host":                                 "https://my_host",
		"10.1.2.3":                                "https://10.1.2.3",
		"[::1]:8443":                              "https://[::1]:8443",
		"http://localhost:8080":                   "http://localhost:8080",
		"http://127.0.0.1":                        "http://127.0.0.1",
		"http://127.9.9.9:80":                     "http://127.9.9.9",
		"http://[::1]:8080/":                      "http://[::1]:8080",
		"localhost:8080":                          "https://localhost:8080",
		"id.erp.net.example.com":                  "https://id.erp.net.example.com",
		strings.Repeat("a", 63) + ".example":      "https://" + strings.Repeat("a", 63) + ".example",
		"https://identity.erp.net.my.erp.net:444": "https://identity.erp.net.my.erp.net:444",
	} {
		got, err := ParseInstance(value)
		wantError(t, err, "")
		if got != (Instance{URL: want, IdentityURL: want + "/id", DomainAPIURL: want + "/api/domain/odata/"}) ||
			got.TokenEndpoint() != want+"/id/connect/token" ||
			got.DiscoveryURL() != want+"/id/.well-known/openid-configuration" {
			t.Errorf("%s gives %+v", value, got)
		}
	}
}

func TestParseInstanceRefuses(t *testing.T) {
	for value, want := range map[string]string{
		"":                                   "no valid host name",
		"   ":                                "space",
		"demodb.my.erp.net\n":                "line break",
		"https://":                           "no valid host name",
		"demo db.my.erp.net":                 "not a URL",
		"https://demodb.my.erp.net/id":       ErrInstancePath.Error(),
		"demodb.my.erp.net/id":               ErrInstancePath.Error(),
		"https://u:hunter2@demodb.my.erp":    "user name or password",
		"u:hunter2@demodb.my.erp.net":        "user name or password",
		"https://demodb.my.erp.net?x=1":      "query",
		"https://demodb.my.erp.net?":         "query",
		"https://demodb.my.erp.net#x":        "fragment",
		"https://demodb.my.erp.net/#":        "fragment",
		"http://demodb.my.erp.net":           "https only",
		"http://localhost.example.com":       "https only",
		"ftp://demodb.my.erp.net":            "not an https URL",
		"id.erp.net":                         "global authority",
		"https://ID.erp.net./":               "global authority",
		"id.erp.net:443":                     "global authority",
		"demodb.my.erp.net:0":                "port",
		"demodb.my.erp.net:70000":            "port",
		"demodb.my.erp.net:":                 "port",
		"demodb..erp.net":                    "no valid host name",
		"-$-.erp.net":                        "no valid host name",
		"demodb.my.erp.net\\@evil.example":   "not a URL",
		"https://demodb.my.erp.net%2f.evil":  "not a URL",
		strings.Repeat("a", 64) + ".example": "no valid host name",
		strings.Repeat("a.", 127) + "aa":     "no valid host name",
	} {
		_, err := ParseInstance(value)
		wantError(t, err, want)
		if err != nil && strings.Contains(err.Error(), "hunter2") {
			t.Errorf("the error repeats its input: %v", err)
		}
	}
}

func TestParseSiteURL(t *testing.T) {
	for value, want := range map[string]struct{ url, refusal string }{
		"https://login.example.com/erp/id/": {url: "https://login.example.com/erp/id"},
		"https://login.example.com":         {url: "https://login.example.com"},
		"http://127.0.0.1:8080/id":          {url: "http://127.0.0.1:8080/id"},
		"login.example.com/id":              {refusal: "not an https URL"},
		"https://id.erp.net/id":             {refusal: "global authority"},
		"http://login.example.com/id":       {refusal: "https only"},
		"https://x.example/id?token":        {refusal: "query"},
	} {
		got, err := ParseSiteURL(value)
		wantError(t, err, want.refusal)
		if got != want.url {
			t.Errorf("%s gives %s", value, got)
		}
	}
}

func FuzzParseInstance(f *testing.F) {
	for _, seed := range []string{
		"demodb.my.erp.net", "https://demodb.my.erp.net:8443/", "http://[::1]:80", "u:p@h", "id.erp.net",
		"h?x#y", "%zz",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, value string) {
		instance, err := ParseInstance(value)
		if err != nil {
			return
		}
		again, err := ParseInstance(instance.URL)
		if err != nil || again != instance {
			t.Errorf("%q gives %q, which gives %q, %v", value, instance.URL, again.URL, err)
		}
		if u, err := url.Parse(instance.URL); err != nil || u.Scheme == "http" && !isLoopback(u.Hostname()) {
			t.Errorf("%q is taken over http: %v", value, err)
		}
	})
}
