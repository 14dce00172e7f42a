// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"encoding/pem"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

// matrix is an instance with a private CA, and two values of one attribute: one that works, and one that has the right
// form but doesn't work.
type matrix struct {
	instance  *erpnettest.Server
	attribute string
	right     any
	wrong     string
	env       environment // of all other attributes
}

func newMatrix(t *testing.T, row string) matrix {
	t.Helper()
	instance := erpnettest.NewTLSServer()
	t.Cleanup(instance.Close)
	instance.ChangeApplication(
		sampleURI,
		func(a *erpnettest.TrustedApplication) { a.ReferenceTokens = "AdministratorsOnly" },
	)
	reference := must(instance.AddReferenceToken(erpnettest.ReferenceToken{Application: sampleURI}))
	stranger := httptest.NewTLSServer(nil)
	stranger.Close()
	strange := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: stranger.Certificate().Raw}))
	ca := string(instance.CACertificatePEM())
	values := map[string][2]any{
		"instance":            {instance.URL, "127.0.0.1:1"},
		"client_id":           {sampleURI, "another.app"},
		"client_secret":       {erpnettest.SampleSecret, "a wrong secret"},
		"reference_token":     {reference, "enrt_" + strings.Repeat("0", 64)},
		"identity_url":        {instance.IdentityURL(), instance.URL + "/nowhere"},
		"domain_api_url":      {instance.DomainAPIURL(), instance.URL + "/nowhere"},
		"issuer":              {instance.IdentityURL(), "https://elsewhere.example/id"},
		"ca_certificate_pem":  {ca, strange},
		"ca_certificate_file": {writeFile(t, ca), writeFile(t, strange)},
		"request_timeout":     {"1m", "soon"},
		"max_retries":         {1, "many"},
	}
	m := matrix{
		instance:  instance,
		attribute: strings.TrimSuffix(row, " beside client credentials"),
		env:       environmentOf(instance),
	}
	m.right, m.wrong = values[m.attribute][0], fmt.Sprint(values[m.attribute][1])
	m.env["ERPNET_CA_CERTIFICATE_PEM"] = ca
	delete(m.env, variable(m.attribute))
	switch row {
	case "ca_certificate_file":
		delete(m.env, "ERPNET_CA_CERTIFICATE_PEM")
	case "reference_token":
		m.env = m.env.without("ERPNET_CLIENT_ID", "ERPNET_CLIENT_SECRET")
	}
	return m
}

func writeFile(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file.pem")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func variable(attribute string) string { return "ERPNET_" + strings.ToUpper(attribute) }

// environment is the environment of a cell. If the provider must ignore the variable, its value would reveal that it
// was used: it is wrong if the attribute is right, and right if the attribute is not.
func (m matrix) environment(configured, inEnvironment string) environment {
	switch {
	case inEnvironment == "unset":
		return m.env
	case inEnvironment == "empty":
		return m.env.with(variable(m.attribute), "")
	case configured == "set":
		return m.env.with(variable(m.attribute), m.wrong)
	}
	return m.env.with(variable(m.attribute), fmt.Sprint(m.right))
}

// configuration is the provider's configuration in a cell.
func (m matrix) configuration(configured string) arguments {
	switch configured {
	case "set":
		return arguments{m.attribute: m.right}
	case "empty":
		return arguments{m.attribute: ""}
	case "unknown":
		return arguments{m.attribute: tftypes.UnknownValue}
	}
	return nil
}

// Uses every object in every cell of the table, without a CLI.
func TestConfigurationMatrix(t *testing.T) {
	var cells atomic.Int64
	t.Run("cells", func(t *testing.T) {
		for _, row := range matrixAttributes() {
			t.Run(row, func(t *testing.T) {
				t.Parallel()
				m := newMatrix(t, row)
				objects := matrixObjects(m.instance)
				for _, configured := range configurationStates {
					for _, environment := range environmentStates {
						if cellOutcome(row, configured, environment, forToken) == noSuchCell {
							continue
						}
						p := start(t, m.environment(configured, environment), m.configuration(configured))
						for name, object := range objects {
							cells.Add(1)
							want := cellOutcome(row, configured, environment, object.needs)
							m.expect(
								t,
								fmt.Sprintf("%s %s, environment %s: %s", m.attribute, configured, environment, name),
								want,
								p,
								object,
							)
						}
					}
				}
			})
		}
	})
	fmt.Printf("configuration matrix: %d cells\n", cells.Load())
}

func (m matrix) expect(t *testing.T, cell, want string, p *process, object matrixObject) {
	t.Helper()
	before := m.instance.Count(erpnettest.Any)
	r := object.use(p)
	switch {
	case want == works && r.failed():
		t.Errorf("%s fails: %s", cell, r.text())
	case want == works:
	case len(r.errors()) != 1 || !strings.Contains(r.text(), want):
		t.Errorf("%s: got %q, want %q", cell, r.text(), want)
	case m.instance.Count(erpnettest.Any) != before:
		t.Errorf("%s: sends a request all the same", cell)
	}
	r.hides(t, erpnettest.SampleSecret, m.wrong)
}
