// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package acceptance

import (
	"encoding/pem"
	"fmt"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

// startBehindProxy starts an instance of a name that no resolver knows: what
// reaches it came through its proxy. Go sends nothing for a loopback address
// through a proxy of the environment.
func startBehindProxy(t *testing.T) (*erpnettest.Server, *recordingProxy, map[string]string) {
	t.Helper()
	instance := erpnettest.NewUnstartedServer()
	instance.URL = "https://erp.test"
	instance.StartTLS()
	t.Cleanup(instance.Close)
	env := environment(instance)
	env["ERPNET_INSTANCE"] = "erp.test"
	env["ERPNET_CA_CERTIFICATE_PEM"] = string(instance.CACertificatePEM())
	for _, name := range []string{"HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy"} {
		env[name] = "" // nothing of the outside's
	}
	return instance, newProxy(t, instance), env
}

// everyRequest has every object that makes requests.
const everyRequest = `
ephemeral "erpnet_access_token" "this" {
  scopes = ["read"]
}

data "erpnet_access_token" "this" {}

data "erpnet_instance" "this" {}

data "erpnet_credentials_check" "this" {
  probe_domain_api = true
}

data "erpnet_domain_query" "this" {
  entity_set = "Crm_Sales_Customers"
  top        = 2
  all_pages  = true
}

data "erpnet_trusted_application" "this" {
  application_uri = "` + sampleURI + `"
}
`

// proxySecrets are the password, as it is sent, and as it stands in HTTPS_PROXY.
func proxySecrets() []string {
	return []string{proxyPassword, strings.TrimPrefix(proxyLogin, "Basic "), url.UserPassword(proxyUser, proxyPassword).String()}
}

// One transport makes every request, so that all go through the environment's
// proxy, trust the private authority, and share connections. Nobody but the proxy
// learns its password.
func TestEveryRequestGoesThroughTheProxy(t *testing.T) {
	for name, test := range map[string]struct {
		user  *url.Userinfo
		tls   bool
		login string
	}{
		"without password":                  {nil, false, ""},
		"with password":                     {url.UserPassword(proxyUser, proxyPassword), false, proxyLogin},
		"with password, reached by TLS too": {url.UserPassword(proxyUser, proxyPassword), true, proxyLogin},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			instance, proxy, env := startBehindProxy(t)
			proxy.login = test.login
			if test.tls {
				proxy.StartTLS()
				env["ERPNET_CA_CERTIFICATE_PEM"] += string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: proxy.Certificate().Raw}))
			} else {
				proxy.Start()
			}
			env["HTTPS_PROXY"] = proxy.address(test.user)
			c := newCLI(t, everyRequest+`
resource "erpnet_trusted_application" "new" {
  name                = "New"
  application_uri     = "new.app"
  client_secret_wo    = "a new secret"
  system_user         = "svc.integration"
  deletion_protection = false
}`, env)
			c.env = append(c.env, "TF_LOG=TRACE", "TF_LOG_PATH="+filepath.Join(c.dir, "trace.log"))
			places := map[string]string{
				"output of plan":    c.succeed("plan", "-parallelism=1", "-out=plan.bin"),
				"output of apply":   c.succeed("apply", "-parallelism=1", "plan.bin"),
				"output of destroy": c.succeed("destroy", "-parallelism=1", "-auto-approve"),
				"trace log":         c.read("trace.log"),
				"state":             c.read("terraform.tfstate.backup"),
			}
			for file, text := range unzip(t, filepath.Join(c.dir, "plan.bin")) {
				places["plan file "+file] = text
			}

			for _, endpoint := range []erpnettest.Endpoint{erpnettest.Token, erpnettest.Discovery, erpnettest.JWKS, erpnettest.Version, erpnettest.AutoDiscovery, erpnettest.DomainAPI} {
				if instance.Count(endpoint) == 0 {
					t.Errorf("the endpoint %s was never asked", endpoint)
				}
			}
			agents, methods := map[string]bool{}, map[string]bool{}
			for _, request := range instance.Requests() {
				agents[request.Header.Get("User-Agent")], methods[request.Method] = true, true
				places["headers to the instance"] += fmt.Sprintf("%q\n", request.Header)
			}
			if len(agents) != 1 || !methods[http.MethodPatch] && !methods[http.MethodPost] || !methods[http.MethodDelete] {
				t.Errorf("user agents %v, methods %v", agents, methods)
			}
			asked, logins := proxy.seen()
			if len(asked) == 0 || slices.ContainsFunc(asked, func(request string) bool { return request != "CONNECT erp.test:443" }) {
				t.Errorf("the proxy was asked %q", asked)
			}
			if !slices.Equal(logins, []string{test.login}) {
				t.Errorf("%d different logins, or not the right one", len(logins))
			}
			if requests := instance.Count(erpnettest.Any); 2*len(asked) > requests {
				t.Errorf("%d connections for %d requests: they are not shared", len(asked), requests)
			}
			expectNoLeak(t, places, proxySecrets())
		})
	}
}

// A proxy that refuses is one error of each object, which says so; nothing
// reaches the instance, and the proxy is not asked again.
func TestProxyThatRefuses(t *testing.T) {
	for name, test := range map[string]struct {
		user    *url.Userinfo
		refuses int
		status  string
	}{
		"forbidden":      {url.UserPassword(proxyUser, proxyPassword), http.StatusForbidden, "403"},
		"wants a login":  {nil, 0, "407"},
		"wrong password": {url.UserPassword(proxyUser, "not "+proxyPassword), 0, "407"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			instance, proxy, env := startBehindProxy(t)
			proxy.login, proxy.refuses = proxyLogin, test.refuses
			proxy.Start()
			env["HTTPS_PROXY"], env["ERPNET_MAX_RETRIES"] = proxy.address(test.user), "4"

			one := newCLI(t, tokenConfig, env)
			code, output := one.run("plan")
			asked, _ := proxy.seen()
			if code == 0 || strings.Count(output, "Error: ") != 1 || len(asked) != 1 {
				t.Errorf("exit code %d, the proxy was asked %d times:\n%s", code, len(asked), output)
			}
			for _, want := range []string{"Error: Proxy Refused the Connection", "HTTP status " + test.status, "Check HTTPS_PROXY, its user name and password"} {
				if !words(want).MatchString(output) {
					t.Errorf("lacks %q:\n%s", want, output)
				}
			}

			all := newCLI(t, everyRequest, env)
			_, every := all.run("plan")
			if objects, failed := strings.Count(everyRequest, "\" {"), len(words("Proxy Refused the Connection").FindAllString(every, -1)); failed < objects || strings.Count(every, "Error: ") != objects {
				t.Errorf("%d objects, %d errors, %d of the proxy:\n%s", objects, strings.Count(every, "Error: "), failed, every)
			}
			if n := instance.Count(erpnettest.Any); n != 0 {
				t.Errorf("%d requests reached the instance", n)
			}
			expectNoLeak(t, map[string]string{"output": output + every}, proxySecrets())
		})
	}
}

// A host that NO_PROXY names is asked directly: here nobody knows it.
func TestHostInNoProxyIsAskedDirectly(t *testing.T) {
	t.Parallel()
	instance, proxy, env := startBehindProxy(t)
	proxy.Start()
	env["HTTPS_PROXY"], env["NO_PROXY"], env["ERPNET_REQUEST_TIMEOUT"] = proxy.address(nil), "localhost,.test", "5s"
	code, output := newCLI(t, tokenConfig, env).run("plan")
	asked, _ := proxy.seen()
	if code == 0 || strings.Count(output, "Error: ") != 1 || len(asked) != 0 || instance.Count(erpnettest.Any) != 0 {
		t.Errorf("exit code %d, the proxy was asked %q:\n%s", code, asked, output)
	}
}
