// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestFromEnvironment(t *testing.T) {
	complete := map[string]string{
		"ERPNET_INSTANCE":      "demodb.my.erp.net",
		"ERPNET_CLIENT_ID":     "my-service",
		"ERPNET_CLIENT_SECRET": "DEMO",
	}
	root := t.TempDir()

	site, err := fromEnvironment(func(string) string { return "" }, root)
	if site != nil || err != nil {
		t.Errorf("an empty environment gives %v, %v; want a simulated instance", site, err)
	}

	site, err = fromEnvironment(func(name string) string {
		if name == "ERPNET_CA_CERTIFICATE_FILE" {
			return "ca.pem"
		}
		return complete[name]
	}, root)
	if err != nil {
		t.Fatal(err)
	}
	want := instance{
		URL:          "demodb.my.erp.net",
		ClientID:     "my-service",
		ClientSecret: "DEMO",
		CAFile:       filepath.Join(root, "ca.pem"),
	}
	if *site != want {
		t.Errorf("got %+v, want %+v", *site, want)
	}

	for missing := range complete {
		site, err := fromEnvironment(func(name string) string {
			if name == missing {
				return ""
			}
			return complete[name]
		}, root)
		if err == nil {
			t.Errorf("without %s: got %s, want an error", missing, site)
		}
	}
}

func TestInheritedEnvironment(t *testing.T) {
	environ := []string{"PATH=/bin", "TF_LOG=TRACE", "TF_CLI_ARGS_apply=-destroy", "ERPNET_MAX_RETRIES=0"}

	if got, want := inherited(environ, false), []string{"PATH=/bin", "ERPNET_MAX_RETRIES=0"}; !slices.Equal(got, want) {
		t.Errorf("for the user's instance: got %q, want %q", got, want)
	}
	if got, want := inherited(environ, true), []string{"PATH=/bin"}; !slices.Equal(got, want) {
		t.Errorf("for a simulated instance: got %q, want %q", got, want)
	}
}

func TestAwaitReadyDeletesTheFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "ready.json")
	ready := `{"url": "https://127.0.0.1:1", "ca_file": "ca.pem", "client_id": "my-service", "client_secret": "DEMO"}`
	if err := os.WriteFile(file, []byte(ready), 0o600); err != nil {
		t.Fatal(err)
	}
	site, err := awaitReady(t.Context(), file, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := instance{
		URL: "https://127.0.0.1:1", ClientID: "my-service", ClientSecret: "DEMO", CAFile: "ca.pem", simulated: true,
	}
	if *site != want {
		t.Errorf("got %+v, want %+v", *site, want)
	}
	if want := "https://127.0.0.1:1 (simulated)"; site.String() != want {
		t.Errorf("it is called %q, want %q", site, want)
	}
	if _, err := os.Stat(file); err == nil {
		t.Error("the file with the secret is still there")
	}
}

func TestAwaitReadyEndsWithTheInstance(t *testing.T) {
	ended := make(chan struct{})
	close(ended)
	if _, err := awaitReady(t.Context(), filepath.Join(t.TempDir(), "ready.json"), ended); err == nil {
		t.Error("got no error")
	}
}
