// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package acceptance

import (
	"encoding/pem"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

// SSL_CERT_FILE is how crypto/x509 finds the system's authorities, which the
// private ones are added to. It is read once in a process, so the provider has to
// be a process of its own.
func TestSystemAuthorities(t *testing.T) {
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" {
		t.Skip("the system keeps its authorities itself, and SSL_CERT_FILE is not looked at")
	}
	stranger := httptest.NewTLSServer(nil)
	stranger.Close()
	another := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: stranger.Certificate().Raw})
	for name, test := range map[string]struct {
		system, private string // authorities
		want            string
	}{
		"in SSL_CERT_FILE":                         {"the instance's", "", works},
		"in SSL_CERT_FILE, beside a private one":   {"the instance's", "another", works},
		"private, beside another in SSL_CERT_FILE": {"another", "the instance's", works},
		"in neither": {"another", "another", "Certificate of Unknown Authority"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			instance := erpnettest.NewTLSServer()
			t.Cleanup(instance.Close)
			authorities := map[string]string{"the instance's": string(instance.CACertificatePEM()), "another": string(another)}
			env := environment(instance)
			env["SSL_CERT_FILE"], env["SSL_CERT_DIR"] = writeFile(t, authorities[test.system]), t.TempDir()
			if test.private != "" {
				env["ERPNET_CA_CERTIFICATE_FILE"] = writeFile(t, authorities[test.private])
			}
			code, output := newCLI(t, tokenConfig, env).run("plan")
			switch {
			case test.want == works && code != 0, test.want != works && (strings.Count(output, "Error: ") != 1 || !words(test.want).MatchString(output)):
				t.Errorf("exit code %d:\n%s", code, output)
			case (instance.Count(erpnettest.Token) == 1) != (test.want == works):
				t.Errorf("%d token requests", instance.Count(erpnettest.Token))
			}
		})
	}
}
