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

// member is an attribute in a request body.
type member struct {
	name  string
	value any
}

// changes lists the members that turn one record into another: everything that differs from the old record, which is
// empty for a new one, and the hash if writeHash is set. The system user is given by its login. The Domain API sets
// attributes in the order in which they are sent (protocol section 5), so each attribute follows those that it depends
// on. No flag is ever true without the user or the URI that it needs, and the application is enabled last.
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
	user := func() {
		if !strings.EqualFold(wanted.SystemUser, old.SystemUser) { // no two logins differ only in letter case
			members = append(members, member{systemUserMember, orNull(wanted.SystemUser)})
		}
	}
	service := func() { add("SystemUserAllowed", wanted.SystemUserAllowed, old.SystemUserAllowed) }
	inOrder(!isNew && wanted.SystemUser == "", service, user)
	uris := func() {
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
	}
	people := func() {
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
	}
	inOrder(!isNew && len(wanted.ImpersonateLoginURL) == 0, people, uris)
	add("BasicAuthenticationAllowed", wanted.BasicAuthenticationAllowed, old.BasicAuthenticationAllowed)
	if wanted.referenceTokens() != old.referenceTokens() { // versions before 26.2.1.66 do not have it
		members = append(members, member{"ReferenceTokens", wanted.referenceTokens()})
	}
	add("Notes", orNull(wanted.Notes), orNull(old.Notes))
	add("IsEnabled", wanted.IsEnabled, old.IsEnabled)
	if !isNew && len(members) > 0 && old.ObjectVersion != nil {
		members = slices.Insert(members, 0, member{"ObjectVersion", *old.ObjectVersion})
	}
	return members
}

// inOrder adds the flags before what they need if that is removed, and after it otherwise.
func inOrder(removed bool, flags, needed func()) {
	if removed {
		flags()
		needed()
	} else {
		needed()
		flags()
	}
}

const systemUserMember = "SystemUser"

// userReference refers to a user by login, because the GUID is unknown without a request to the instance. The Domain
// API merges a nested object into an existing one or creates it, unless the object has nothing but the code. The action
// "find" makes explicit that the user is neither changed nor created, and that an unknown login is an error.
type userReference struct {
	Action string `json:"@erpnet.action"`
	Login  string `json:"Login"`
}

// RegistrationJSON returns the body of the POST that registers the application in the Domain API's
// Systems_Security_TrustedApplications: one line of JSON, which is always the same for the same application. It omits
// attributes without a value. It also omits ReferenceTokens if that is None, the default, because servers older than
// 26.2 do not have the attribute.
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

// encode returns the JSON of a value that always has one: a string, a boolean, a number, or a reference. It does not
// escape for HTML, because people read the URIs in it.
func encode(value any) []byte {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(value)
	return bytes.TrimSuffix(text.Bytes(), []byte("\n"))
}
