// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package domainapi

import "strings"

// Row is an entity: its attributes by name. Numbers are [json.Number], so no digit is lost. References and nested
// entities are maps, and lists of them are slices.
type Row map[string]any

// isSecretName reports whether a text names an attribute that may hold a password, a secret hash, or the key of an
// access token: Password of a user, ApplicationSecretHash of a trusted application, and likely names of custom
// attributes.
func isSecretName(name string) bool {
	name = strings.ToLower(name)
	return strings.Contains(name, "password") || strings.Contains(name, "secrethash") ||
		strings.Contains(name, "accesstokenkey")
}

// withoutSecrets removes the members with such names from a decoded value and everything nested in it.
func withoutSecrets(value any) {
	switch value := value.(type) {
	case map[string]any:
		for name, member := range value {
			if isSecretName(name) {
				delete(value, name)
				continue
			}
			withoutSecrets(member)
		}
	case []any:
		for _, element := range value {
			withoutSecrets(element)
		}
	}
}
