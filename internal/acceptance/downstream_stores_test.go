// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package acceptance

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

// A secret is made, stored, registered by its hash and rotated, each in one
// apply, with the secret nowhere but in the store. The stores are stand-ins.
func TestSecretStores(t *testing.T) {
	for _, store := range []string{"aws-secrets-manager", "azure-key-vault", "vault"} {
		t.Run(store, func(t *testing.T) {
			t.Parallel()
			r := newRotation(t, "downstream", store, "main.tf")
			expectTicket := func(step string, versions int) {
				secrets := storedSecrets(t, r.dir)
				if len(secrets) != versions {
					t.Fatalf("%s: the store has %d versions", step, len(secrets))
				}
				if ticket := r.succeed("output", "-raw", "ticket"); !strings.Contains(ticket, erpnettest.SecretHash(secrets[versions-1])) {
					t.Errorf("%s: the ticket does not have the hash of the store's secret", step)
				}
			}
			r.mustApply("create")
			expectTicket("create", 1)
			r.expectNothingToDo("create")
			r.mustApply("rotate", "-var=secret_version=2")
			expectTicket("rotate", 2)
			r.expectNothingToDo("rotate", "-var=secret_version=2")

			r.places["trace log"] = r.read("trace.log")
			expectNoLeak(t, r.places, storedSecrets(t, r.dir))
		})
	}
}

// A store that fails once has the ticket wait for the next apply, which goes on
// from there.
func TestSecretStoreThatFailsOnceIsRepaired(t *testing.T) {
	for _, store := range []string{"aws-secrets-manager", "azure-key-vault", "vault"} {
		t.Run(store, func(t *testing.T) {
			t.Parallel()
			r := newRotation(t, "downstream", store, "main.tf")
			obstacle := filepath.Join(r.dir, "secrets")
			if err := os.WriteFile(obstacle, nil, 0o600); err != nil {
				t.Fatal(err)
			}
			if code, output := r.run("apply", "-auto-approve"); code == 0 || !strings.Contains(output, "Stand-in Failed") {
				t.Fatalf("exit code %d:\n%s", code, output)
			}
			if err := os.Remove(obstacle); err != nil {
				t.Fatal(err)
			}
			r.mustApply("again")
			secrets := storedSecrets(t, r.dir)
			if ticket := r.succeed("output", "-raw", "ticket"); len(secrets) != 1 || !strings.Contains(ticket, erpnettest.SecretHash(secrets[0])) {
				t.Errorf("%d secrets, and the ticket:\n%s", len(secrets), ticket)
			}
			r.expectNothingToDo("again")
		})
	}
}

// storedSecrets are the versions of the one secret in a stand-in's store, oldest
// first.
func storedSecrets(t *testing.T, dir string) (secrets []string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "secrets", "*", "*"))
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(files)
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		document := struct {
			Secret string `json:"client_secret"` // Vault keeps documents
		}{string(text)}
		_ = json.Unmarshal(text, &document)
		secrets = append(secrets, document.Secret)
	}
	return secrets
}
