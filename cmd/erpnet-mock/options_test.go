// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
)

func TestVersionIsPrinted(t *testing.T) {
	var stdout bytes.Buffer
	if err := run(t.Context(), []string{"-version"}, &stdout, io.Discard); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(stdout.String(), "erpnet-mock ") || strings.Count(stdout.String(), "\n") != 1 {
		t.Errorf("printed %q", stdout.String())
	}
}

func TestWrongFlagGetsOneLine(t *testing.T) {
	for _, args := range [][]string{{"-port", "1"}, {"-licences", "many"}, {"-env=fish"}, {"-tls=perhaps"}} {
		var stderr bytes.Buffer
		err := run(t.Context(), args, io.Discard, &stderr)
		if err == nil || strings.Contains(err.Error(), "\n") || !strings.Contains(err.Error(), "-help") ||
			stderr.Len() > 0 {
			t.Errorf("%s: error %v, printed %q", args, err, stderr.String())
		}
	}
}

func TestVariablesAreWrittenForEachShell(t *testing.T) {
	file := filepath.Join(t.TempDir(), "it's my ca.pem")
	for flag, want := range map[string]string{
		"-env":            "export ERPNET_CA_CERTIFICATE_FILE='" + strings.ReplaceAll(file, "'", `'\''`) + "'\n",
		"-env=sh":         "export ERPNET_INSTANCE='https://127.0.0.1:",
		"-env=powershell": "$env:ERPNET_CA_CERTIFICATE_FILE = '" + strings.ReplaceAll(file, "'", "''") + "'\n",
		"-env=github":     "\nERPNET_CA_CERTIFICATE_FILE=" + file + "\n",
		"-env=false":      "ERP.net mock instance, ready\n",
	} {
		if r := start(t, flag, "-ca-file", file); !strings.Contains(r.stdout, want) {
			t.Errorf("%s printed:\n%s", flag, r.stdout)
		}
	}
}

func TestControlHasTheVariablesWithTheCertificate(t *testing.T) {
	r := start(t)
	ca := r.control(t, http.MethodGet, "ca.pem", "").body
	if !strings.HasPrefix(ca, "-----BEGIN CERTIFICATE-----\n") {
		t.Errorf("CA %q", ca)
	}
	for shell, want := range map[string]string{
		"sh":         "export ERPNET_CA_CERTIFICATE_PEM='" + ca + "'\n",
		"powershell": "$env:ERPNET_CA_CERTIFICATE_PEM = '" + ca + "'\n",
		"github":     "ERPNET_CA_CERTIFICATE_PEM<<END_OF_VALUE\n" + ca + "END_OF_VALUE\n",
	} {
		got := r.control(t, http.MethodGet, "env/"+shell, "").body
		if !strings.Contains(got, want) || !strings.Contains(got, r.facts.URL) ||
			!strings.Contains(got, strings.TrimSuffix(r.facts.StatusURL, "/")) ||
			!strings.Contains(got, r.facts.ClientSecret) {
			t.Errorf("%s: %s", shell, got)
		}
	}
}

func TestOneLineOnStderrSaysThatItIsReady(t *testing.T) {
	r := start(t, "-tls=false", "-env")
	want := "erpnet-mock: ready at " + r.facts.URL + ", status page " + r.facts.StatusURL + "\n"
	if got := r.stderr.String(); got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestWarningWhereStrangersCanReachIt(t *testing.T) {
	for flag, warns := range map[string]bool{
		"-listen=0.0.0.0:0": true, "-status=0.0.0.0:0": true, "-listen=127.0.0.1:0": false,
		"-listen=localhost:0": false,
	} {
		r := start(t, "-tls=false", flag)
		const warning = "warning: 0.0.0.0:0 can be reached from other machines. The mock is for tests"
		if strings.Contains(r.stderr.String(), warning) != warns {
			t.Errorf("%s: %q", flag, r.stderr.String())
		}
	}
}

func TestFlagsComeFromTheEnvironment(t *testing.T) {
	t.Setenv("ERPNET_MOCK_TLS", "false")
	t.Setenv("ERPNET_MOCK_DATABASE", "FROM_ENVIRONMENT")
	t.Setenv("ERPNET_MOCK_SERVER_VERSION", "25.1.0.1")
	t.Setenv("ERPNET_MOCK_LICENCES", "")
	r := start(t, "-database", "FROM_FLAG")
	got := r.observe(t, http.MethodGet, "/sys/auto-discovery", "", "").body
	version := r.observe(t, http.MethodGet, "/tools/ver", "", "").body
	if !strings.Contains(got, "FROM_FLAG") || version != "25.1.0.1" {
		t.Errorf("version %s, auto-discovery %s", version, got)
	}
	t.Setenv("ERPNET_MOCK_TLS", "perhaps")
	if err := run(t.Context(), nil, io.Discard, io.Discard); err == nil ||
		!strings.HasPrefix(err.Error(), "ERPNET_MOCK_TLS: ") {
		t.Errorf("error %v", err)
	}
}

func TestSettingsComeFromFlagsBeforeTheFile(t *testing.T) {
	settings := writeFile(t, `{"token_lifetime": "5m", "database": "FROM_FILE", "claim_shape": "legacy"}`)
	r := start(t, "-tls=false", "-settings", settings, "-token-lifetime", "60s", "-issuer", "https://id.example.test",
		"-public-url", "http://erp.internal/", "-claims", "current")
	token := r.tokenRequest(t)
	var document map[string]any
	if err := json.Unmarshal([]byte(token.body), &document); err != nil {
		t.Fatal(err)
	}
	claims := token.part(1)
	if document["expires_in"] != 60.0 || !strings.Contains(claims, `"client_db":"FROM_FILE"`) ||
		!strings.Contains(claims, `"iss":"https://id.example.test"`) || !strings.Contains(claims, `"iat"`) {
		t.Errorf("expires_in %v, claims %s", document["expires_in"], claims)
	}
	discovery := r.observe(t, http.MethodGet, "/id/.well-known/openid-configuration", "", "").body
	if !strings.Contains(discovery, `"token_endpoint":"http://erp.internal/id/connect/token"`) {
		t.Errorf("discovery %s", discovery)
	}
}

func TestLicencesAndRowsAreTheUsers(t *testing.T) {
	data := writeFile(t, `{"General_Products_Products": [{"PartNumber": "A-1"}]}`)
	r := start(t, "-tls=false", "-licences", "1", "-data", data)
	tokens := []string{}
	for range 2 {
		var document map[string]string
		_ = json.Unmarshal([]byte(r.tokenRequest(t).body), &document) // expires_in is a number
		tokens = append(tokens, document["access_token"])
	}
	const products = "/api/domain/odata/General_Products_Products"
	if got := r.observe(t, http.MethodGet, products, tokens[0], ""); !strings.Contains(got.body, `"PartNumber":"A-1"`) {
		t.Errorf("status %d: %s", got.status, got.body)
	}
	if got := r.observe(t, http.MethodGet, products, tokens[1], ""); got.status != http.StatusServiceUnavailable {
		t.Errorf("second session: status %d: %s", got.status, got.body)
	}
	const orders = "/api/domain/odata/Systems_Security_Users?$filter=Login%20eq%20'svc.orders'"
	if got := r.observe(t, http.MethodGet, orders, tokens[0], ""); !strings.Contains(got.body, `"Login":"svc.orders"`) {
		t.Errorf("user of the guides: %s", got.body)
	}
}

func TestHealthIsThatOfTheMockAtTheSameAddress(t *testing.T) {
	r := start(t, "-tls=false")
	status := strings.TrimSuffix(strings.TrimPrefix(r.facts.StatusURL, "http://"), "/")
	listens := strings.TrimPrefix(r.facts.URL, "http://")
	taken, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := taken.Addr().String()
	_ = taken.Close()
	for _, test := range []struct {
		args []string
		want string // empty means healthy
	}{
		{args: []string{"-status", status}},
		{args: []string{"-status", strings.Replace(status, "127.0.0.1", "0.0.0.0", 1)}},
		{args: []string{"-status", "off", "-listen", listens}},
		{args: []string{"-status", nobody}, want: "not ready"},
		{args: []string{"-status", "off", "-listen", nobody}, want: "not ready"},
		{args: []string{"-status", listens}, want: "HTTP status 404"},
		{want: "needs the port"},
	} {
		err := run(t.Context(), append(test.args, "-healthy"), io.Discard, io.Discard)
		if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: error %v", test.args, err)
		}
	}
}

func TestMistakesInSettingsAreNamed(t *testing.T) {
	for want, args := range map[string][]string{
		"-settings":             {"-settings", writeFile(t, `{"lifetime": "60s"}`)},
		"-data":                 {"-data", writeFile(t, `{"products": []}`)},
		"-claims":               {"-claims", "new"},
		"-issuer":               {"-issuer", "erp.internal"},
		"-public-url":           {"-public-url", "ftp://erp.internal"},
		"-licences":             {"-licences", "-1"},
		"no-such-settings.json": {"-settings", "no-such-settings.json"},
	} {
		if err := run(t.Context(), args, io.Discard, io.Discard); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v", args, err)
		}
	}
}
