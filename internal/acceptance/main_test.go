// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package acceptance

import (
	"context"
	"errors"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	tfcli "github.com/erpnet/terraform-provider-erpnet/internal/acceptance/cli"
	"github.com/erpnet/terraform-provider-erpnet/internal/acceptance/leak"
	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

// version is that of the provider in the mirror.
const version = "0.1.0"

// mirror has the provider, and stand-ins for those that the configurations chain behind it.
var mirror tfcli.Mirror

func TestMain(m *testing.M) {
	// The tests give the provider its environment; nothing of the outside's.
	for _, variable := range os.Environ() {
		if name, _, _ := strings.Cut(variable, "="); strings.HasPrefix(name, "ERPNET_") {
			_ = os.Unsetenv(name)
		}
	}
	directory, err := os.MkdirTemp("", "provider-mirror-")
	if err == nil {
		mirror = tfcli.Mirror(directory)
		err = fillMirror(directory)
	}
	if err != nil {
		log.Fatal(err)
	}
	code := m.Run()
	_ = os.RemoveAll(directory)
	os.Exit(code)
}

func fillMirror(directory string) error {
	provider, err := tfcli.Build(".", directory, "provider")
	if err == nil {
		err = mirror.Add("erpnet/erpnet", version, provider)
	}
	if err != nil {
		return err
	}
	standIns, err := tfcli.Build("./internal/acceptance/secretstore", directory, "secretstore")
	if err != nil {
		return err
	}
	list, err := exec.CommandContext(context.Background(), standIns, "-providers").Output() //nolint:gosec // just built
	for line := range strings.Lines(string(list)) {
		source, version, _ := strings.Cut(strings.TrimSpace(line), " ")
		err = errors.Join(err, mirror.Add(source, version, standIns))
	}
	return err
}

// startInstance starts a mock instance and returns it with the environment that
// names it and its sample application.
func startInstance(t *testing.T) (*erpnettest.Server, map[string]string) {
	t.Helper()
	server := erpnettest.NewServer()
	t.Cleanup(server.Close)
	return server, environment(server)
}

func environment(server *erpnettest.Server) map[string]string {
	return map[string]string{
		"ERPNET_INSTANCE":      server.URL,
		"ERPNET_CLIENT_ID":     erpnettest.SampleApplication().ApplicationUri,
		"ERPNET_CLIENT_SECRET": erpnettest.SampleSecret,
		"ERPNET_MAX_RETRIES":   "0",
	}
}

func without(env map[string]string, name string) map[string]string {
	return with(env, name, "\x00")
}

// with returns a copy of the environment with one variable set, or removed by
// the value "\x00".
func with(env map[string]string, name, value string) map[string]string {
	changed := map[string]string{}
	for n, v := range env {
		changed[n] = v
	}
	changed[name] = value
	if value == "\x00" {
		delete(changed, name)
	}
	return changed
}

// words is a pattern of a text that the CLI may have wrapped anywhere between
// words, with a bar at the beginning of each line.
func words(text string) *regexp.Regexp {
	parts := strings.Fields(text)
	for i := range parts {
		parts[i] = regexp.QuoteMeta(parts[i])
	}
	return regexp.MustCompile(strings.Join(parts, `[\s│|╷╵]+`))
}

// searched counts what the leak tests of this package have searched.
var searched struct{ secrets, places, searches, leaks atomic.Int64 }

// expectNoLeak searches the places for each secret, in every form.
func expectNoLeak(t *testing.T, places map[string]string, secrets []string) {
	t.Helper()
	secrets = slices.Compact(slices.Sorted(slices.Values(secrets)))
	found, searches := leak.Find(places, secrets)
	for _, leak := range found {
		t.Error(leak)
	}
	searched.secrets.Add(int64(len(secrets)))
	searched.places.Add(int64(len(places)))
	searched.searches.Add(int64(searches))
	searched.leaks.Add(int64(len(found)))
	t.Logf("%d secrets and tokens, %d places, %d searches", len(secrets), len(places), searches)
}

const tokenConfig = `ephemeral "erpnet_access_token" "this" {}
`

const instanceConfig = `data "erpnet_instance" "this" {}`

const sampleURI = "my.trusted.app/service"

const works = "" // no error

func writeFile(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file.pem")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func query(arguments ...string) string {
	return "data \"erpnet_domain_query\" \"this\" {\n  " + strings.Join(append([]string{`entity_set = "Crm_Sales_Customers"`}, arguments...), "\n  ") + "\n}\n"
}

// withReferenceToken starts an instance with a reference token of the sample
// application.
func withReferenceToken(t *testing.T) (*erpnettest.Server, map[string]string, string) {
	t.Helper()
	server, env := startInstance(t)
	uri := erpnettest.SampleApplication().ApplicationUri
	server.ChangeApplication(uri, func(a *erpnettest.TrustedApplication) { a.ReferenceTokens = "AdministratorsOnly" })
	token, err := server.AddReferenceToken(erpnettest.ReferenceToken{Application: uri})
	if err != nil {
		t.Fatal(err)
	}
	return server, env, token
}

func clientless(env map[string]string) map[string]string {
	return without(without(env, "ERPNET_CLIENT_ID"), "ERPNET_CLIENT_SECRET")
}
