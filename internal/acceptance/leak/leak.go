// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

// Package leak searches what a test has seen for secrets, in every form in which they may have been written down.
package leak

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"html"
	"net/url"
	"slices"
	"strings"
)

// Forms lists every form in which a secret or token may have been written
// down.
func Forms(secret string) map[string]string {
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

// Find searches the places for each secret in every form. It returns
// what it found, without the secret, and how many searches it made.
func Find(places map[string]string, secrets []string) (found []string, searches int) {
	for _, secret := range secrets {
		forms := Forms(secret)
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
