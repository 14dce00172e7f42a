// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package domainapi

import "strings"

// Row is an entity: its attributes by name. Numbers are [json.Number], so that no digit is lost; references and nested
// entities are maps, and lists of them are slices.
type Row map[string]any

// isSecretName reports whether a text names an attribute that holds a password or the hash of a secret: Password of a
// user, ApplicationSecretHash of a trusted application, and what custom attributes are likely to be called.
func isSecretName(name string) bool {
	name = strings.ToLower(name)
	return strings.Contains(name, "password") || strings.Contains(name, "secrethash") ||
		strings.Contains(name, "accesstokenkey")
}

// withoutSecrets takes out of a decoded value, and of all that is nested in it, the members that hold a password or the
// hash of a secret.
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
