// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package domainapi

import (
	"regexp"
	"strings"
)

var guid = regexp.MustCompile(`^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$`)

// IsGUID reports whether a text is a GUID in the usual form.
func IsGUID(text string) bool { return guid.MatchString(text) }

// Reference returns the reference to an entity, its odata.id (protocol section 5).
func Reference(entitySet, id string) string { return entitySet + "(" + id + ")" }

// KeyOf returns the GUID in a reference such as Systems_Security_Users(guid), in relative or absolute form and in lower
// case. It returns "" if the reference holds none.
func KeyOf(reference string) string {
	reference, found := strings.CutSuffix(reference, ")")
	begin := strings.LastIndexByte(reference, '(')
	if !found || begin < 0 || !IsGUID(reference[begin+1:]) {
		return ""
	}
	return strings.ToLower(reference[begin+1:])
}
