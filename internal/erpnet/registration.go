// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnet

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// userReference names a user by its login, since its GUID is not known without
// asking the instance. A nested object is merged into the one that it finds, or
// created, unless it has nothing but the code; "find" says outright that the
// user is neither changed nor made, and that a login nobody has is an error.
type userReference struct {
	Action string `json:"@erpnet.action"`
	Login  string `json:"Login"`
}

// RegistrationJSON returns the body that registers the application by a POST to
// the Domain API's Systems_Security_TrustedApplications: one line of JSON, the
// same for the same application. Attributes without a value are left out, and
// ReferenceTokens while it is None, its default, for servers older than 26.2
// do not know it.
func (a TrustedApplication) RegistrationJSON() string {
	members := changes(a, TrustedApplication{})
	for i := range members {
		if members[i].name == systemUserMember {
			members[i].value = userReference{"find", a.SystemUser}
		}
	}
	return encodeMembers(members)
}

// linkScopes are the scopes that an install link may carry (protocol section
// 4.3).
var linkScopes = []string{"openid", "profile", "read", "update", "offline_access"}

// InstallURL returns the link by which an administrator registers the
// application in the Instance Manager of an instance (protocol section 4.3). A
// link cannot carry the secret hash, the system user (SYSTEM_APPLICATION_USER is
// put in its place), a second redirect URI, post-logout URIs, other scopes than
// those of OpenID Connect, read and update, sign-in of external users alone, and
// notes. It never asks the server for a credential, since that goes to the
// redirect URI only, and it never gives more than the record has: where only
// such a link could be made, the result is empty. That is so for a disabled
// application, and for a Public one that internal users do not sign in by.
func (a TrustedApplication) InstallURL(instance Instance) string {
	impersonate := a.linkImpersonation()
	if !a.IsEnabled || a.ClientType == Public && (impersonate == "none" || len(a.ImpersonateLoginURL) == 0) {
		return ""
	}
	query := url.Values{
		"applicationName": {a.Name},
		"applicationUri":  {a.ApplicationURI},
		"clientType":      {string(a.ClientType)},
		"impersonate":     {impersonate},
		"serviceAccess":   {"none"},
		"referenceTokens": {linkReferenceTokens(a.ReferenceTokens)},
	}
	if a.SystemUserAllowed {
		query.Set("serviceAccess", "clientCredentials")
	}
	if len(a.ImpersonateLoginURL) > 0 {
		query.Set("redirectUri", a.ImpersonateLoginURL[0])
	}
	isForeign := func(scope string) bool { return !slices.Contains(linkScopes, scope) }
	if scope := JoinScopes(slices.DeleteFunc(slices.Clone(a.Scope), isForeign)); scope != "" {
		query.Set("scope", scope)
	}
	// Blanks as %20, which every decoder of a query takes; "+" is one of forms.
	return instance.URL + "/manage/apps/install?" + strings.ReplaceAll(query.Encode(), "+", "%20")
}

// linkImpersonation is the parameter impersonate. It has no value for external
// users alone.
func (a TrustedApplication) linkImpersonation() string {
	switch {
	case a.ImpersonateAsInternalUserAllowed && a.ImpersonateAsCommunityUserAllowed:
		return "all"
	case a.ImpersonateAsInternalUserAllowed:
		return "internal"
	}
	return "none"
}

func linkReferenceTokens(value string) string {
	switch value {
	case ReferenceTokensUsers:
		return "authenticatedUsers"
	case ReferenceTokensAdmins:
		return "administratorsOnly"
	}
	return "none"
}

// Ticket returns the request to register the application, as Markdown for a
// support ticket: its attributes as ERP.net names them with the reason of each,
// and what to check afterwards. The instance's URL may be empty. There is no
// secret in it, and no value can break out of its cell of the table.
func (a TrustedApplication) Ticket(instanceURL string) string {
	where := "our ERP.net instance"
	if instanceURL != "" {
		where = "the ERP.net instance " + cell(instanceURL)
	}
	lines := []string{
		"# Register the trusted application " + cell(a.ApplicationURI),
		"",
		"Please register this trusted application in " + where + " with exactly these attributes.",
		"",
		"| Attribute | Value | Why |",
		"| --- | --- | --- |",
	}
	for _, row := range a.ticketRows() {
		lines = append(lines, "| "+row.attribute+" | "+cell(row.value)+" | "+row.why+" |")
	}
	lines = append(lines, "", "After the registration:", "")
	for _, check := range a.ticketChecks() {
		lines = append(lines, "- "+check)
	}
	return strings.Join(lines, "\n") + "\n"
}

type ticketRow struct{ attribute, value, why string }

func (a TrustedApplication) ticketRows() []ticketRow {
	return []ticketRow{
		{"Name", a.Name, "What people see."},
		{"ApplicationUri", a.ApplicationURI, "The client_id of its requests, compared exactly."},
		{"ClientType", string(a.ClientType), clientTypeReason(a.ClientType)},
		{"ApplicationSecretHash", a.ApplicationSecretHash, choose(a.ApplicationSecretHash != "", "The base64 of the SHA-256 of its secret. It is not the secret, which stays with us.", "It has no secret.")},
		{"Scope", JoinScopes(a.Scope), "What its tokens may be used for, and no more."},
		{"SystemUserAllowed", strconv.FormatBool(a.SystemUserAllowed), choose(a.SystemUserAllowed, "It is a service and takes its tokens by the client-credentials grant.", "It is no service.")},
		{"SystemUser", a.SystemUser, choose(a.SystemUser != "", "The login of the user whom its calls run as.", "No calls run without a person.")},
		{"ImpersonateAsInternalUserAllowed", strconv.FormatBool(a.ImpersonateAsInternalUserAllowed), choose(a.ImpersonateAsInternalUserAllowed, "Internal users sign in by it.", "Internal users do not sign in by it.")},
		{"ImpersonateAsCommunityUserAllowed", strconv.FormatBool(a.ImpersonateAsCommunityUserAllowed), choose(a.ImpersonateAsCommunityUserAllowed, "External users sign in by it.", "External users do not sign in by it.")},
		{"ImpersonateLoginUrl", strings.Join(a.ImpersonateLoginURL, ","), "Where people return to after they signed in, compared exactly."},
		{"ImpersonateLogoutUrl", strings.Join(a.ImpersonateLogoutURL, ","), "Where people return to after they signed out, compared exactly."},
		{"BasicAuthenticationAllowed", strconv.FormatBool(a.BasicAuthenticationAllowed), "Passwords in place of tokens: legacy, and not needed."},
		{"ReferenceTokens", a.ReferenceTokens, "Who may issue reference tokens for it. Versions before 26.2 do not have this attribute."},
		{"IsEnabled", strconv.FormatBool(a.IsEnabled), choose(a.IsEnabled, "It is used from now on.", "It is not used yet.")},
		{"Notes", a.Notes, "For people."},
	}
}

func clientTypeReason(t ClientType) string {
	switch t {
	case Confidential:
		return "It runs where a secret can be kept."
	case Public:
		return "It runs where no secret can be kept."
	default:
		return "It does not authenticate by itself."
	}
}

func choose(condition bool, yes, no string) string {
	if condition {
		return yes
	}
	return no
}

func (a TrustedApplication) ticketChecks() []string {
	checks := []string{"Every attribute has the value of the table, letter case included and without blanks around it."}
	if a.ApplicationSecretHash != "" {
		checks = append(checks, "ApplicationSecretHash was taken over as it stands, and not hashed once more. Nobody needs the secret for this; it must not be sent.")
	}
	if a.SystemUser != "" {
		checks = append(checks, "The SystemUser exists, is active, and has the rights that the application needs and no more.")
	}
	if a.ApplicationSecretHash != "" || a.SystemUser != "" {
		checks = append(checks, "If an install link was used, ApplicationSecretHash and SystemUser were set by hand afterwards: a link carries neither and puts SYSTEM_APPLICATION_USER in the place of the user.")
	}
	if a.SystemUserAllowed && a.ClientType == Confidential {
		checks = append(checks, "A token is issued by the client-credentials grant. In Terraform or OpenTofu the data source erpnet_credentials_check proves it.")
	}
	if a.Interactive() {
		checks = append(checks, "People can sign in, with each URI of ImpersonateLoginUrl.")
	}
	return checks
}

var (
	// markdown escapes by HTML entities, which hold in a table where the
	// backslash of Markdown is read differently from one renderer to the next.
	markdown = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "|", "&#124;", `\`, "&#92;", "`", "&#96;",
		"*", "&#42;", "_", "&#95;", "~", "&#126;", "[", "&#91;", "]", "&#93;", "@", "&#64;", "\n", "<br>")
	lineBreaks = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\t", " ")
)

// cell writes a value into a table: as code, which can be copied as it stands,
// or escaped where code could not hold it. What cannot be seen is made visible.
func cell(value string) string {
	if value == "" {
		return "(empty)"
	}
	value = strings.Map(visible, lineBreaks.Replace(value))
	if strings.ContainsAny(value, "|`\\\n") {
		return markdown.Replace(value)
	}
	return "`" + value + "`"
}

func visible(r rune) rune {
	if r == '\n' || unicode.IsPrint(r) {
		return r
	}
	return unicode.ReplacementChar
}
