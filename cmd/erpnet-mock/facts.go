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

// facts are what a client needs to know about a running instance. The secret is
// the public one of the built-in sample. It is empty if a file has replaced
// that application. No other secret is ever printed, except a reference token
// that the user asked for.
type facts struct {
	URL          string `json:"url"`
	CAFile       string `json:"ca_file"`
	ClientID     string `json:"client_id"`
	ClientSecret string `json:"client_secret"`

	// ReferenceToken isn't printed for a shell, because a provider takes only
	// one kind of credentials from the environment.
	ReferenceToken string `json:"reference_token,omitempty"`

	StatusURL string `json:"status_url,omitempty"` // of the status page and the control; empty if they are off

	address      string // where it listens, which may differ from the URL
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

// writeFile writes the facts as JSON in one step, so a program that waits for
// the file never reads a part of it.
func (f facts) writeFile(name string) error {
	data, err := json.MarshalIndent(f, "", "  ") //nolint:gosec // the sample's secret is public
	if err != nil {
		return err
	}
	part, err := os.CreateTemp(filepath.Dir(name), ".erpnet-mock-*") // readable only by the owner
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

// variables returns the variables of the provider and of programs that use the
// control. The CA certificate is the name of a file.
func (f facts) variables() []variable {
	return append(f.ownVariables(), variable{"ERPNET_CA_CERTIFICATE_FILE", f.CAFile})
}

// remoteVariables contain the CA certificate itself, for clients that can't
// read the file, and the control address under which the client reached it.
func (f facts) remoteVariables(caPEM, control string) []variable {
	f.StatusURL = control
	return append(f.ownVariables(), variable{"ERPNET_CA_CERTIFICATE_PEM", caPEM})
}

func (f facts) ownVariables() []variable {
	return []variable{
		{"ERPNET_INSTANCE", f.URL},
		{"ERPNET_CLIENT_ID", f.ClientID},
		{"ERPNET_CLIENT_SECRET", f.ClientSecret},
		{"ERPNET_MOCK_CONTROL", strings.TrimSuffix(f.StatusURL, "/")},
	}
}

// print reports that the instance is ready. For a shell, it prints only the
// variables to stdout, and one line for people to stderr.
func (f facts) print(stdout, stderr io.Writer, shell string) error {
	if shell == "" {
		_, err := io.WriteString(stdout, f.description())
		return err
	}
	line := "erpnet-mock: ready at " + f.URL
	if f.StatusURL != "" {
		line += ", status page " + f.StatusURL
	}
	_, _ = fmt.Fprintln(stderr, line)
	_, err := io.WriteString(stdout, writeVariables(shell, f.variables()))
	return err
}

func (f facts) description() string {
	var text strings.Builder
	line := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&text, "  %-15s %s\n", name, value)
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
		fmt.Fprintf(&text, "  %q\n", app.ApplicationUri)
	}
	text.WriteString("\nFor a shell:\n\n")
	for export := range strings.Lines(writeVariables("sh", f.variables())) {
		text.WriteString("  " + export)
	}
	text.WriteString("\nCtrl-C ends it. Requests:\n\n")
	return text.String()
}
