// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package trustedapp

import (
	"strconv"
	"strings"
	"unicode"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet/identity"
)

// Ticket returns the request to register the application, as Markdown for a support ticket: its attributes as ERP.net
// names them with the reason of each, and what to check afterwards. The instance's URL may be empty; proof says how to
// prove that a token is issued. There is no secret in it, and no value can break out of its cell of the table.
func (r Record) Ticket(instanceURL, proof string) string {
	where := "our ERP.net instance"
	if instanceURL != "" {
		where = "the ERP.net instance " + cell(instanceURL)
	}
	lines := []string{
		"# Register the trusted application " + cell(r.ApplicationURI),
		"",
		"Please register this trusted application in " + where + " with exactly these attributes.",
		"",
		"| Attribute | Value | Why |",
		"| --- | --- | --- |",
	}
	for _, row := range r.ticketRows() {
		lines = append(lines, "| "+row.attribute+" | "+cell(row.value)+" | "+row.why+" |")
	}
	lines = append(lines, "", "After the registration:", "")
	for _, check := range r.ticketChecks(proof) {
		lines = append(lines, "- "+check)
	}
	return strings.Join(lines, "\n") + "\n"
}

type ticketRow struct{ attribute, value, why string }

func (r Record) ticketRows() []ticketRow {
	return []ticketRow{
		{"Name", r.Name, "What people see."},
		{"ApplicationUri", r.ApplicationURI, "The client_id of its requests, compared exactly."},
		{"ClientType", string(r.ClientType), clientTypeReason(r.ClientType)},
		{"ApplicationSecretHash", r.ApplicationSecretHash, choose(r.ApplicationSecretHash != "", "The base64 of "+
			"the SHA-256 of its secret. It is not the secret, which stays with us.", "It has no secret.")},
		{"Scope", identity.JoinScopes(r.Scope), "What its tokens may be used for, and no more."},
		{
			"SystemUserAllowed",
			strconv.FormatBool(r.SystemUserAllowed),
			choose(
				r.SystemUserAllowed,
				"It is a service and takes its tokens by the client-credentials grant.",
				"It is no service.",
			),
		},
		{"SystemUser", r.SystemUser, choose(r.SystemUser != "", "The login of the user whom its calls run "+
			"as.", "No calls run without a person.")},
		{
			"ImpersonateAsInternalUserAllowed",
			strconv.FormatBool(r.ImpersonateAsInternalUserAllowed),
			choose(
				r.ImpersonateAsInternalUserAllowed,
				"Internal users sign in by it.",
				"Internal users do not sign in by it.",
			),
		},
		{
			"ImpersonateAsCommunityUserAllowed",
			strconv.FormatBool(r.ImpersonateAsCommunityUserAllowed),
			choose(
				r.ImpersonateAsCommunityUserAllowed,
				"External users sign in by it.",
				"External users do not sign in by it.",
			),
		},
		{"ImpersonateLoginUrl", strings.Join(r.ImpersonateLoginURL, ","), "Where people return to after they " +
			"signed in, compared exactly."},
		{"ImpersonateLogoutUrl", strings.Join(r.ImpersonateLogoutURL, ","), "Where people return to after they " +
			"signed out, compared exactly."},
		{"BasicAuthenticationAllowed", strconv.FormatBool(r.BasicAuthenticationAllowed), "Passwords in place of " +
			"tokens: legacy, and not needed."},
		{"ReferenceTokens", r.ReferenceTokens, "Who may issue reference tokens for it. Versions before 26.2 do not " +
			"have this attribute."},
		{
			"IsEnabled",
			strconv.FormatBool(r.IsEnabled),
			choose(r.IsEnabled, "It is used from now on.", "It is not used yet."),
		},
		{"Notes", r.Notes, "For people."},
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

func (r Record) ticketChecks(proof string) []string {
	checks := []string{"Every attribute has the value of the table, letter case included and without spaces around it."}
	if r.ApplicationSecretHash != "" {
		checks = append(checks, "ApplicationSecretHash was taken over as it stands, and not hashed once more. "+
			"Nobody needs the secret for this; it must not be sent.")
	}
	if r.SystemUser != "" {
		checks = append(checks, "The SystemUser exists, is active, and has the rights that the application needs "+
			"and no more.")
	}
	if r.ApplicationSecretHash != "" || r.SystemUser != "" {
		checks = append(checks, "If an install link was used, ApplicationSecretHash and SystemUser were set by "+
			"hand afterwards: a link carries neither and puts SYSTEM_APPLICATION_USER in the place of the user.")
	}
	if r.SystemUserAllowed && r.ClientType == Confidential {
		checks = append(checks, "A token is issued by the client-credentials grant. "+proof)
	}
	if r.Interactive() {
		checks = append(checks, "People can sign in, with each URI of ImpersonateLoginUrl.")
	}
	for _, advice := range r.Advice() {
		checks = append(checks, "Consider: "+advice.Message)
	}
	return checks
}

var (
	// markdown escapes by HTML entities, which hold in a table where the backslash of Markdown is read differently from
	// one renderer to the next.
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
