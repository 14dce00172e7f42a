// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"crypto/tls"
	"strings"
	"testing"
	"time"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

// What is wrong with the instance's TLS is one error of every object that sends
// anything, and nothing is sent: not even a request whose answer is a courtesy.
// How the private authority is given is in configurationMatrix.
func TestEveryRequestChecksTLS(t *testing.T) {
	for name, test := range map[string]struct {
		server erpnettest.Certificate
		tls    *tls.Config
		ca     bool // whether the private authority is trusted
		want   string
	}{
		"right":             {erpnettest.Certificate{}, nil, true, works},
		"TLS 1.2":           {erpnettest.Certificate{}, &tls.Config{MinVersion: tls.VersionTLS12, MaxVersion: tls.VersionTLS12}, true, works},         //nolint:gosec // that it is taken is the test
		"TLS 1.1":           {erpnettest.Certificate{}, &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}, true, "TLS Too Old"}, //nolint:gosec // that it is refused is the test
		"unknown authority": {erpnettest.Certificate{}, nil, false, "Certificate of Unknown Authority"},
		"wrong name":        {erpnettest.Certificate{Names: []string{"erp.test", "127.0.0.2"}}, nil, true, "Certificate of Another Host"},
		"expired":           {erpnettest.Certificate{NotAfter: time.Now().Add(-time.Minute)}, nil, true, "Certificate Not Valid Now"},
		"not yet valid":     {erpnettest.Certificate{NotBefore: time.Now().Add(time.Hour)}, nil, true, "Certificate Not Valid Now"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			instance := erpnettest.NewUnstartedServer()
			instance.Certificate, instance.TLS = test.server, test.tls
			instance.StartTLS()
			t.Cleanup(instance.Close)
			env := with(environment(instance), "ERPNET_MAX_RETRIES", "4")
			if test.ca {
				env["ERPNET_CA_CERTIFICATE_PEM"] = string(instance.CACertificatePEM())
			}
			d, sending := newDriver(t, env, nil), 0
			for name, object := range matrixObjects(instance) {
				failed := object.use(d)
				switch {
				case object.needs == forNothing && failed != nil, test.want == works && failed != nil:
					t.Errorf("%s: %q", name, errorTexts(failed))
				case object.needs != forNothing && test.want != works:
					sending++
					if len(failed) != 1 || !strings.Contains(errorTexts(failed)[0], test.want) || strings.Contains(errorTexts(failed)[0], "attempts") {
						t.Errorf("%s: got %q, want %q at the first attempt", name, errorTexts(failed), test.want)
					}
				}
			}
			if n := instance.Count(erpnettest.Any); (n == 0) != (test.want != works) || test.want != works && sending != 10 {
				t.Errorf("%d objects that send, %d requests", sending, n)
			}
		})
	}
}
