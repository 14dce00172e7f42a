// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

// The proxy is that of the environment when a provider is configured, not that of the process's first request.
func TestProxyIsReadForEachConfiguredProvider(t *testing.T) {
	for _, name := range []string{"http_proxy", "https_proxy", "NO_PROXY", "no_proxy"} {
		t.Setenv(name, "")
	}
	env := map[string]string{
		"ERPNET_INSTANCE": "erp.test", "ERPNET_CLIENT_ID": sampleURI, "ERPNET_CLIENT_SECRET": erpnettest.SampleSecret,
	}
	for _, name := range []string{"first", "second"} {
		var asked atomic.Int32
		proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			asked.Add(1)
			w.WriteHeader(http.StatusForbidden)
		}))
		t.Cleanup(proxy.Close)
		t.Setenv("HTTPS_PROXY", proxy.URL)
		failed := newDriver(t, env, nil).open("erpnet_access_token", nil)
		if asked.Load() != 1 || len(failed) != 1 || !strings.Contains(failed[0].Summary, "Proxy Refused") {
			t.Errorf("the %s proxy was asked %d times: %v", name, asked.Load(), errorTexts(failed))
		}
	}
}
