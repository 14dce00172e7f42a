// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnet

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"strings"
)

// member is one attribute of a request body.
type member struct {
	name  string
	value any
}

// changes lists what turns one record into another: all that differs from the old
// one, which is empty for a new record. The system user stands there by its
// login. The Domain API sets attributes in the order in which they stand
// (protocol section 5): what something depends on goes first, so that no flag is
// ever true without the user or the URI that it needs, and the application is
// enabled last.
func changes(wanted, old TrustedApplication) []member {
	var members []member
	isNew := old.ID == ""
	add := func(name string, value, before any) {
		if isNew && value != nil || !isNew && value != before {
			members = append(members, member{name, value})
		}
	}
	add("Name", wanted.Name, old.Name)
	add("ApplicationUri", wanted.ApplicationURI, old.ApplicationURI)
	add("ClientType", string(wanted.ClientType), string(old.ClientType))
	add("ApplicationSecretHash", orNull(wanted.ApplicationSecretHash), orNull(old.ApplicationSecretHash))
	add("Scope", orNull(JoinScopes(wanted.Scope)), orNull(JoinScopes(old.Scope)))
	if !strings.EqualFold(wanted.SystemUser, old.SystemUser) { // logins differ by more than letter case
		members = append(members, member{systemUserMember, orNull(wanted.SystemUser)})
	}
	add("SystemUserAllowed", wanted.SystemUserAllowed, old.SystemUserAllowed)
	add("ImpersonateLoginUrl", orNull(strings.Join(wanted.ImpersonateLoginURL, ",")), orNull(strings.Join(old.ImpersonateLoginURL, ",")))
	add("ImpersonateLogoutUrl", orNull(strings.Join(wanted.ImpersonateLogoutURL, ",")), orNull(strings.Join(old.ImpersonateLogoutURL, ",")))
	add("ImpersonateAsInternalUserAllowed", wanted.ImpersonateAsInternalUserAllowed, old.ImpersonateAsInternalUserAllowed)
	add("ImpersonateAsCommunityUserAllowed", wanted.ImpersonateAsCommunityUserAllowed, old.ImpersonateAsCommunityUserAllowed)
	add("BasicAuthenticationAllowed", wanted.BasicAuthenticationAllowed, old.BasicAuthenticationAllowed)
	if referenceTokens(wanted) != referenceTokens(old) { // versions before 26.2.1.66 do not know it
		members = append(members, member{"ReferenceTokens", referenceTokens(wanted)})
	}
	add("Notes", orNull(wanted.Notes), orNull(old.Notes))
	add("IsEnabled", wanted.IsEnabled, old.IsEnabled)
	if !isNew && len(members) > 0 && old.ObjectVersion != nil {
		members = slices.Insert(members, 0, member{"ObjectVersion", *old.ObjectVersion})
	}
	return members
}

const systemUserMember = "SystemUser"

// body writes the changes as a JSON object.
func (s Applications) body(ctx context.Context, wanted, old TrustedApplication) (string, *Error) {
	members := changes(wanted, old)
	for i := range members {
		if members[i].name != systemUserMember {
			continue
		}
		reference, failed := s.systemUser(ctx, wanted.SystemUser)
		if failed != nil {
			return "", failed
		}
		members[i].value = reference
	}
	return encodeMembers(members), nil
}

// systemUser is the reference to a user; null for none, the natural OData way to
// clear one, which is not documented for ERP.net (protocol section 5).
func (s Applications) systemUser(ctx context.Context, login string) (any, *Error) {
	if login == "" {
		return nil, nil
	}
	return s.userReference(ctx, login)
}

// referenceTokens is the attribute's value, None where the server has none.
func referenceTokens(a TrustedApplication) string {
	if a.ReferenceTokens == "" {
		return ReferenceTokensNone
	}
	return a.ReferenceTokens
}

func orNull(text string) any {
	if text == "" {
		return nil
	}
	return text
}

func encodeMembers(members []member) string {
	var body bytes.Buffer
	body.WriteByte('{')
	for i, m := range members {
		if i > 0 {
			body.WriteByte(',')
		}
		body.Write(encode(m.name))
		body.WriteByte(':')
		body.Write(encode(m.value))
	}
	body.WriteByte('}')
	return body.String()
}

// encode writes what always has a form in JSON: a string, a boolean, a number or
// a reference. People read the URIs in it, so that they are not escaped for HTML.
func encode(value any) []byte {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(value)
	return bytes.TrimSuffix(text.Bytes(), []byte("\n"))
}

// splitURIs reads a comma-separated list.
func splitURIs(text string) []string {
	var uris []string
	for uri := range strings.SplitSeq(text, ",") {
		if uri = strings.TrimSpace(uri); uri != "" {
			uris = append(uris, uri)
		}
	}
	return uris
}
