// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnet

import (
	"crypto/x509"
	"encoding/pem"
	"strings"
	"testing"
)

// A text that cannot be used is told by what it is. No advice is given that would fail for it.
func TestRootCAsSaysWhatIsWrong(t *testing.T) {
	private := newAuthority(t)
	certificate := private.certificate.Raw
	key, err := x509.MarshalPKCS8PrivateKey(private.key)
	wantError(t, err, "")
	text := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate}))
	replaced := func(lineBreak string) string { return strings.ReplaceAll(text, "\n", lineBreak) }
	const convert = "openssl x509 -inform der"
	for name, test := range map[string]struct{ text, want string }{
		"PEM":                 {text: text},
		"PEM of Windows":      {text: replaced("\r\n")},
		"DER":                 {text: string(certificate), want: convert},
		"key in DER":          {text: string(key), want: "binary data that is not a certificate"},
		"container":           {text: "\x30\x82\x04\x00\x02\x01\x03", want: "binary data that is not a certificate"},
		"zero":                {text: "0", want: "no certificate in PEM form"},
		"key":                 {text: "-----BEGIN PRIVATE KEY-----", want: "no certificate in PEM form"},
		"written line breaks": {text: replaced(`\n`), want: `it has \n instead of line breaks`},
		"spaces":              {text: replaced(" "), want: "it has no line breaks"},
		"carriage returns":    {text: replaced("\r"), want: "carriage return (CR)"},
		"indented":            {text: "  " + replaced("\n  "), want: "its lines are indented"},
		"indented but once":   {text: replaced("\n\t"), want: "its lines are indented"},
		"damaged":             {text: strings.Replace(text, "M", "!", 1), want: "base64 text between BEGIN and END"},
		"cut off":             {text: text[:100], want: "base64 text between BEGIN and END"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := RootCAs([]byte(test.text))
			wantError(t, err, test.want)
			if err != nil && test.want != convert && strings.Contains(err.Error(), convert) {
				t.Errorf("advises to convert what is no certificate: %v", err)
			}
		})
	}
}
