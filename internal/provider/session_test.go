// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"crypto/tls"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

// Every object that sends requests reports a problem with the instance's TLS as one error, and sends nothing, not even
// an optional request. The ways to set a private authority are in configurationMatrix.
func TestEveryRequestChecksTLS(t *testing.T) {
	for name, test := range map[string]struct {
		certificate erpnettest.Certificate
		tls         *tls.Config
		distrusted  bool
		want        string // title of the error; empty for none
	}{
		"right": {},
		"TLS 1.2": {
			tls: &tls.Config{MinVersion: tls.VersionTLS12, MaxVersion: tls.VersionTLS12}, //nolint:gosec // it is taken
		},
		"TLS 1.1": {
			tls:  &tls.Config{MaxVersion: tls.VersionTLS11}, //nolint:gosec // it is refused
			want: "TLS Too Old",
		},

		"unknown authority": {distrusted: true, want: "Certificate of Unknown Authority"},
		"wrong name": {
			certificate: erpnettest.Certificate{Names: []string{"erp.test", "127.0.0.2"}},
			want:        "Certificate of Another Host",
		},
		"expired": {
			certificate: erpnettest.Certificate{NotAfter: time.Now().Add(-time.Minute)},
			want:        "Certificate Not Valid Now",
		},
		"not yet valid": {
			certificate: erpnettest.Certificate{NotBefore: time.Now().Add(time.Hour)},
			want:        "Certificate Not Valid Now",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			instance := erpnettest.NewUnstartedServer()
			instance.Certificate, instance.TLS = test.certificate, test.tls
			instance.StartTLS()
			t.Cleanup(instance.Close)
			env := environmentOf(instance).with("ERPNET_MAX_RETRIES", "4")
			if !test.distrusted {
				env["ERPNET_CA_CERTIFICATE_PEM"] = string(instance.CACertificatePEM())
			}
			p := start(t, env, nil)
			for name, object := range matrixObjects(instance) {
				r := object.use(p)
				text := r.text()
				switch {
				case object.needs == forNothing || test.want == "":
					r.succeeds(t)
				case len(r.errors()) != 1 || !strings.Contains(text, test.want) || strings.Contains(text, "attempts"):
					t.Errorf("%s: got %q, want %q at the first attempt", name, text, test.want)
				}
			}
			if n := instance.Count(erpnettest.Any); (n == 0) != (test.want != "") {
				t.Errorf("%d requests", n)
			}
		})
	}
}

// The proxy comes from the environment at the time a provider is configured, not at the time of the process's first
// request.
func TestProxyIsReadForEachConfiguredProvider(t *testing.T) {
	for _, name := range []string{"http_proxy", "https_proxy", "NO_PROXY", "no_proxy"} {
		t.Setenv(name, "")
	}
	env := environment{
		"ERPNET_INSTANCE":      "erp.test",
		"ERPNET_CLIENT_ID":     sampleURI,
		"ERPNET_CLIENT_SECRET": erpnettest.SampleSecret,
	}
	for _, name := range []string{"first", "second"} {
		var asked atomic.Int32
		proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			asked.Add(1)
			w.WriteHeader(http.StatusForbidden)
		}))
		t.Cleanup(proxy.Close)
		t.Setenv("HTTPS_PROXY", proxy.URL)
		start(t, env, nil).open("access_token", nil).fails(t, "Through the Proxy")
		if asked.Load() != 1 {
			t.Errorf("the %s proxy was asked %d times", name, asked.Load())
		}
	}
}

// Every attribute of the provider reaches the requests.
func TestProviderAttributesReachTheRequests(t *testing.T) {
	instance := erpnettest.NewTLSServer()
	t.Cleanup(instance.Close)
	ca := string(instance.CACertificatePEM())
	config := arguments{
		"instance": "erp.example", "identity_url": instance.IdentityURL(), "client_id": sampleURI,
		"client_secret": erpnettest.SampleSecret, "request_timeout": "20s", "max_retries": 1,
	}
	instance.Inject(erpnettest.Token, erpnettest.Status(503).Once())
	for _, authority := range []arguments{
		{"ca_certificate_file": writeFile(t, ca)},
		{"ca_certificate_pem": "\xef\xbb\xbf" + ca},
	} {
		start(t, nil, config.with(authority)).open("access_token", nil).succeeds(t)
	}
	start(t, nil, config).open("access_token", nil).fails(t, "Certificate of Unknown Authority")
	for _, request := range instance.Requests() {
		const want = "Terraform/1.12.0 (+https://www.terraform.io) terraform-provider-erpnet/test"
		if agent := request.Header.Get("User-Agent"); agent != want {
			t.Errorf("user agent is %q", agent)
		}
	}
}

// An instance behind a reverse proxy that ends TLS gives itself another name. With that name in the setting issuer, the
// provider reads the keys under the URL that it uses itself, and still gets the instance's facts.
func TestBehindAReverseProxy(t *testing.T) {
	const itself = "http://erp.example.test"
	instance, env := startInstance(t)
	instance.Inject(erpnettest.Discovery, erpnettest.Document(func(document map[string]any) {
		for name, value := range document {
			if text, ok := value.(string); ok {
				document[name] = strings.ReplaceAll(text, instance.URL, itself)
			}
		}
	}))
	instance.Inject(erpnettest.Token, erpnettest.Claim("iss", itself+"/id"))
	start(t, env, nil).open("access_token", nil).fails(t, "Token of Another Issuer", "set the provider's issuer to it")
	for _, issuer := range []string{itself + "/id", itself + "/id/"} {
		p := start(t, env, arguments{"issuer": issuer})
		p.open("access_token", nil).succeeds(t)
		p.read("instance", nil).succeeds(t)
		expectChecks(t, p.read("credentials_check", nil).succeeds(t), "domain_api")
	}
}
