// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"html"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
)

// secretForms lists every form in which a secret or token may have been written
// down.
func secretForms(secret string) map[string]string {
	forms := map[string]string{
		"plain":        secret,
		"form-encoded": url.QueryEscape(secret),
		"path-encoded": url.PathEscape(secret),
		"base64":       strings.TrimRight(base64.StdEncoding.EncodeToString([]byte(secret)), "="),
		"base64url":    base64.RawURLEncoding.EncodeToString([]byte(secret)),
		"hexadecimal":  hex.EncodeToString([]byte(secret)),
		"JSON":         jsonText(secret),
		"HTML":         html.EscapeString(secret),
	}
	if parts := strings.Split(secret, "."); len(parts) == 3 && strings.HasPrefix(secret, "eyJ") {
		// The header is the same in all tokens, and no secret.
		forms["JWT claims"], forms["JWT signature"] = parts[1], parts[2]
	}
	return forms
}

func jsonText(text string) string {
	quoted, _ := json.Marshal(text)
	return string(quoted[1 : len(quoted)-1])
}

// findSecrets searches the places for each secret in every form. It returns
// what it found, without the secret, and how many searches it made.
func findSecrets(places map[string]string, secrets []string) (found []string, searches int) {
	for _, secret := range secrets {
		forms := secretForms(secret)
		for form, text := range forms {
			if text == "" || form != "plain" && text == secret {
				continue
			}
			for place, content := range places {
				searches++
				if strings.Contains(content, text) {
					found = append(found, place+" holds a secret or token ("+form+")")
				}
			}
		}
	}
	slices.Sort(found)
	return found, searches
}

// searched counts what the leak tests of this package have searched.
var searched struct{ secrets, places, searches, leaks atomic.Int64 }

// expectNoLeak searches the places for each secret, in every form.
func expectNoLeak(t *testing.T, places map[string]string, secrets []string) {
	t.Helper()
	secrets = slices.Compact(slices.Sorted(slices.Values(secrets)))
	found, searches := findSecrets(places, secrets)
	for _, leak := range found {
		t.Error(leak)
	}
	searched.secrets.Add(int64(len(secrets)))
	searched.places.Add(int64(len(places)))
	searched.searches.Add(int64(searches))
	searched.leaks.Add(int64(len(found)))
	t.Logf("%d secrets and tokens, %d places, %d searches", len(secrets), len(places), searches)
}
