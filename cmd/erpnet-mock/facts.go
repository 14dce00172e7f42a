// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

// facts are what a client needs to know of a running instance. The secret is
// that of the built-in sample, which is public. It is empty when a file has
// replaced that application. No other secret is ever printed, except a reference
// token that the user asked for.
type facts struct {
	URL          string `json:"url"`
	CAFile       string `json:"ca_file"`
	ClientID     string `json:"client_id"`
	ClientSecret string `json:"client_secret"`

	// ReferenceToken is in no line for a shell: a provider takes one kind of
	// credentials from the environment, not two.
	ReferenceToken string `json:"reference_token,omitempty"`

	StatusURL string `json:"status_url,omitempty"` // of the status page, unless it is off

	address      string // where it listens, which the URL need not say
	identityURL  string
	domainAPIURL string
	applications []erpnettest.TrustedApplication
}

func factsOf(instance *erpnettest.Server, caFile string) facts {
	f := facts{
		URL:          instance.URL,
		CAFile:       caFile,
		ClientID:     erpnettest.SampleApplication().ApplicationUri,
		address:      instance.Listener.Addr().String(),
		identityURL:  instance.IdentityURL(),
		domainAPIURL: instance.DomainAPIURL(),
		applications: instance.Applications(),
	}
	sampleHash := erpnettest.SecretHash(erpnettest.SampleSecret)
	for _, app := range f.applications {
		if app.ApplicationUri == f.ClientID && app.ApplicationSecretHash == sampleHash {
			f.ClientSecret = erpnettest.SampleSecret
		}
	}
	return f
}

// writeFile writes the facts as JSON, in one step: a program that waits for the
// file never reads half of it.
func (f facts) writeFile(name string) error {
	data, err := json.MarshalIndent(f, "", "  ") //nolint:gosec // the sample's secret is public
	if err != nil {
		return err
	}
	part, err := os.CreateTemp(filepath.Dir(name), ".erpnet-mock-*") // readable by the owner only
	if err != nil {
		return fmt.Errorf("-ready-file: %w", err)
	}
	_, err = part.Write(append(data, '\n'))
	if closeErr := part.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = os.Rename(part.Name(), name)
	}
	if err != nil {
		_ = os.Remove(part.Name())
		return fmt.Errorf("-ready-file: %w", err)
	}
	return nil
}

func (f facts) print(w io.Writer, onlyEnv bool) error {
	var text strings.Builder
	if onlyEnv {
		f.writeEnvironment(&text, "")
	} else {
		f.describe(&text)
	}
	_, err := io.WriteString(w, text.String())
	return err
}

func (f facts) describe(text *strings.Builder) {
	line := func(name, value string) {
		if value != "" {
			fmt.Fprintf(text, "  %-15s %s\n", name, value)
		}
	}
	text.WriteString("ERP.net mock instance, ready\n\n")
	line("URL", f.URL)
	line("listens on", f.address)
	line("identity", f.identityURL)
	line("Domain API", f.domainAPIURL)
	line("CA certificate", f.CAFile)
	line("client_id", f.ClientID)
	line("client_secret", f.ClientSecret)
	line("reference token", f.ReferenceToken)
	line("status page", f.StatusURL)
	text.WriteString("\nTrusted applications:\n\n")
	for _, app := range f.applications {
		fmt.Fprintf(text, "  %q\n", app.ApplicationUri)
	}
	text.WriteString("\nFor a shell:\n\n")
	f.writeEnvironment(text, "  ")
	text.WriteString("\nCtrl-C ends it. Requests:\n\n")
}

func (f facts) writeEnvironment(text *strings.Builder, indent string) {
	export := func(name, value string) {
		if value != "" {
			fmt.Fprintf(text, "%sexport %s=%s\n", indent, name, shellQuote(value))
		}
	}
	export("ERPNET_INSTANCE", f.URL)
	export("ERPNET_CLIENT_ID", f.ClientID)
	export("ERPNET_CLIENT_SECRET", f.ClientSecret)
	export("ERPNET_CA_CERTIFICATE_FILE", f.CAFile)
}

// shellQuote makes one word of a value, for every POSIX shell.
func shellQuote(value string) string {
	return "'" + strings.ReplaceAll(value, "'", `'\''`) + "'"
}
