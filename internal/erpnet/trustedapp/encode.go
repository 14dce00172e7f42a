// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package trustedapp

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet/identity"
)

// member is one attribute of a request body.
type member struct {
	name  string
	value any
}

// changes lists what turns one record into another: all that differs from the old one, which is empty for a new record,
// and the hash where writeHash says so. The system user stands there by its login. The Domain API sets attributes in
// the order in which they stand (protocol section 5): what something depends on goes first, so that no flag is ever
// true without the user or the URI that it needs, and the application is enabled last.
func changes(wanted, old Record, writeHash bool) []member {
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
	if hash := orNull(wanted.ApplicationSecretHash); writeHash && !isNew {
		members = append(members, member{"ApplicationSecretHash", hash})
	} else {
		add("ApplicationSecretHash", hash, orNull(old.ApplicationSecretHash))
	}
	add("Scope", orNull(identity.JoinScopes(wanted.Scope)), orNull(identity.JoinScopes(old.Scope)))
	if !strings.EqualFold(wanted.SystemUser, old.SystemUser) { // logins differ by more than letter case
		members = append(members, member{systemUserMember, orNull(wanted.SystemUser)})
	}
	add("SystemUserAllowed", wanted.SystemUserAllowed, old.SystemUserAllowed)
	add(
		"ImpersonateLoginUrl",
		orNull(strings.Join(wanted.ImpersonateLoginURL, ",")),
		orNull(strings.Join(old.ImpersonateLoginURL, ",")),
	)
	add(
		"ImpersonateLogoutUrl",
		orNull(strings.Join(wanted.ImpersonateLogoutURL, ",")),
		orNull(strings.Join(old.ImpersonateLogoutURL, ",")),
	)
	add(
		"ImpersonateAsInternalUserAllowed",
		wanted.ImpersonateAsInternalUserAllowed,
		old.ImpersonateAsInternalUserAllowed,
	)
	add(
		"ImpersonateAsCommunityUserAllowed",
		wanted.ImpersonateAsCommunityUserAllowed,
		old.ImpersonateAsCommunityUserAllowed,
	)
	add("BasicAuthenticationAllowed", wanted.BasicAuthenticationAllowed, old.BasicAuthenticationAllowed)
	if wanted.referenceTokens() != old.referenceTokens() { // versions before 26.2.1.66 do not know it
		members = append(members, member{"ReferenceTokens", wanted.referenceTokens()})
	}
	add("Notes", orNull(wanted.Notes), orNull(old.Notes))
	add("IsEnabled", wanted.IsEnabled, old.IsEnabled)
	if !isNew && len(members) > 0 && old.ObjectVersion != nil {
		members = slices.Insert(members, 0, member{"ObjectVersion", *old.ObjectVersion})
	}
	return members
}

const systemUserMember = "SystemUser"

// userReference names a user by its login, since its GUID is not known without asking the instance. A nested object is
// merged into the one that it finds, or created, unless it has nothing but the code; "find" says outright that the user
// is neither changed nor made, and that a login nobody has is an error.
type userReference struct {
	Action string `json:"@erpnet.action"`
	Login  string `json:"Login"`
}

// RegistrationJSON returns the body that registers the application by a POST to the Domain API's
// Systems_Security_Records: one line of JSON, the same for the same application. Attributes without a value are left
// out, and ReferenceTokens while it is None, its default, for servers older than 26.2 do not know it.
func (r Record) RegistrationJSON() string {
	members := changes(r, Record{}, true)
	for i := range members {
		if members[i].name == systemUserMember {
			members[i].value = userReference{"find", r.SystemUser}
		}
	}
	return encodeMembers(members)
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

// encode writes what always has a form in JSON: a string, a boolean, a number or a reference. People read the URIs in
// it, so that they are not escaped for HTML.
func encode(value any) []byte {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(value)
	return bytes.TrimSuffix(text.Bytes(), []byte("\n"))
}
