// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package acceptance

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

// agree VERSIONS [HASH-OF] checks that the store has this many versions of the orders application's secret, that its
// only record has the hash of the newest one, and that no other version gets a token. HASH-OF is the version whose hash
// the record has, if it is not the newest. If that version is 0, there must be no record.
func agree(ts *testscript.TestScript, neg bool, args []string) {
	noNegation(ts, neg)
	secrets := storedVersions(ts, args[0])
	current, err := strconv.Atoi(args[len(args)-1])
	ts.Check(err)
	records := 0
	for _, record := range worldOf(ts).server.Applications() {
		if record.ApplicationUri != ordersApplication {
			continue
		}
		records++
		if current == 0 || record.ApplicationSecretHash != erpnettest.SecretHash(secrets[current-1]) {
			ts.Fatalf("store and record disagree")
		}
	}
	if records != min(current, 1) {
		ts.Fatalf("%d records", records)
	}
	for i, secret := range secrets {
		if works := tokenRequest(ts, secret); works != (i == current-1) {
			ts.Fatalf("whether secret %d gets a token: %t", i+1, works)
		}
	}
}

// storedVersions checks that the store has this many versions of the secret, and that the first two differ.
func storedVersions(ts *testscript.TestScript, want string) []string {
	secrets := storedSecrets(ts)
	if strconv.Itoa(len(secrets)) != want || len(secrets) > 1 && secrets[0] == secrets[1] {
		ts.Fatalf("the store has %d versions", len(secrets))
	}
	return secrets
}

// tokenRequest requests a token from the instance without the provider, and reports whether that works.
func tokenRequest(ts *testscript.TestScript, secret string) (works bool) {
	form := url.Values{
		"grant_type": {"client_credentials"}, "client_id": {ordersApplication}, "client_secret": {secret},
	}
	server := worldOf(ts).server
	response, err := server.Client().PostForm(server.IdentityURL()+"/connect/token", form) //nolint:noctx // loopback
	ts.Check(err)
	_ = response.Body.Close()
	return response.StatusCode == http.StatusOK
}

// hashed VERSIONS checks that the store has this many versions of the secret, and that the last output contains the
// hash of the newest one.
func hashed(ts *testscript.TestScript, neg bool, args []string) {
	noNegation(ts, neg)
	secrets := storedVersions(ts, args[0])
	if !strings.Contains(ts.ReadFile("stdout"), erpnettest.SecretHash(secrets[len(secrets)-1])) {
		ts.Fatalf("no hash of the store's secret")
	}
}

// register registers the record that was printed last, as an administrator does.
func register(ts *testscript.TestScript, neg bool, _ []string) {
	noNegation(ts, neg)
	applications, err := erpnettest.ReadApplications(strings.NewReader("[" + ts.ReadFile("stdout") + "]"))
	ts.Check(err)
	worldOf(ts).server.AddApplication(applications[0])
}
