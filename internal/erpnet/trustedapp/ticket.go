// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package trustedapp

import (
	"strconv"
	"strings"
	"unicode"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet/identity"
)

// Ticket returns the registration request as Markdown for a support ticket: the attributes under their ERP.net names
// with the reason for each, and what to check afterward. The URL of the instance may be empty. The argument proof says
// how to prove that a token is issued. The ticket holds no secret, and no value can break out of its table cell.
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
		{"Name", r.Name, "The name that people see."},
		{"ApplicationUri", r.ApplicationURI, "Sent as the client_id. Letter case counts."},
		{"ClientType", string(r.ClientType), clientTypeReason(r.ClientType)},
		{
			"ApplicationSecretHash",
			r.ApplicationSecretHash,
			choose(
				r.ApplicationSecretHash != "",
				"The SHA-256 of the secret, as base64. The secret itself stays with us.",
				"The application has no secret.",
			),
		},
		{"Scope", identity.JoinScopes(r.Scope), "What its tokens allow."},
		{
			"SystemUserAllowed",
			strconv.FormatBool(r.SystemUserAllowed),
			choose(
				r.SystemUserAllowed,
				"The application is a service: it gets its tokens with the client credentials grant.",
				"The application is not a service.",
			),
		},
		{
			"SystemUser",
			r.SystemUser,
			choose(
				r.SystemUser != "",
				"The login of the user that its calls run as.",
				"A person signs in for every call.",
			),
		},
		{
			"ImpersonateAsInternalUserAllowed",
			strconv.FormatBool(r.ImpersonateAsInternalUserAllowed),
			choose(
				r.ImpersonateAsInternalUserAllowed,
				"Internal users sign in to the application.",
				"Internal users do not sign in to the application.",
			),
		},
		{
			"ImpersonateAsCommunityUserAllowed",
			strconv.FormatBool(r.ImpersonateAsCommunityUserAllowed),
			choose(
				r.ImpersonateAsCommunityUserAllowed,
				"External users sign in to the application.",
				"External users do not sign in to the application.",
			),
		},
		{
			"ImpersonateLoginUrl",
			strings.Join(r.ImpersonateLoginURL, ","),
			"Where people return after they sign in. It must match exactly.",
		},
		{
			"ImpersonateLogoutUrl",
			strings.Join(r.ImpersonateLogoutURL, ","),
			"Where people return after they sign out. It must match exactly.",
		},
		{
			"BasicAuthenticationAllowed",
			strconv.FormatBool(r.BasicAuthenticationAllowed),
			"The legacy sign-in with passwords instead of tokens.",
		},
		{
			"ReferenceTokens",
			r.ReferenceTokens,
			"Who can issue reference tokens for the application. Versions before 26.2 do not have this attribute.",
		},
		{
			"IsEnabled",
			strconv.FormatBool(r.IsEnabled),
			choose(r.IsEnabled, "The application is in use.", "The application is not in use yet."),
		},
		{"Notes", r.Notes, "Information for administrators."},
	}
}

func clientTypeReason(t ClientType) string {
	switch t {
	case Confidential:
		return "The application can keep a secret."
	case Public:
		return "The application cannot keep a secret."
	default:
		return "The application does not authenticate itself."
	}
}

func choose(condition bool, yes, no string) string {
	if condition {
		return yes
	}
	return no
}

func (r Record) ticketChecks(proof string) []string {
	checks := []string{
		"Each attribute has exactly the value in the table: the same letter case, and no spaces around it.",
	}
	if r.ApplicationSecretHash != "" {
		checks = append(checks, "ApplicationSecretHash was copied as it is, and not hashed again. "+
			"Nobody needs the secret for this, and it must not be sent.")
	}
	if r.SystemUser != "" {
		checks = append(checks, "The SystemUser exists, is active, and has only the rights that the application needs.")
	}
	if r.ApplicationSecretHash != "" || r.SystemUser != "" {
		checks = append(checks, "If you used an install link, you set ApplicationSecretHash and SystemUser "+
			"by hand afterward: a link carries neither, and sets the user to SYSTEM_APPLICATION_USER.")
	}
	if r.SystemUserAllowed && r.ClientType == Confidential {
		checks = append(checks, "A token is issued with the client credentials grant. "+proof)
	}
	if r.Interactive() {
		checks = append(checks, "People can sign in with each URI in ImpersonateLoginUrl.")
	}
	for _, advice := range r.Advice() {
		checks = append(checks, "Consider: "+advice.Message)
	}
	return checks
}

var (
	// markdown escapes with HTML entities, which work in tables. Renderers differ in how they treat Markdown's
	// backslash there.
	markdown = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "|", "&#124;", `\`, "&#92;", "`", "&#96;",
		"*", "&#42;", "_", "&#95;", "~", "&#126;", "[", "&#91;", "]", "&#93;", "@", "&#64;", "\n", "<br>")
	lineBreaks = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\t", " ")
)

// cell returns a value for a table cell: as code, which can be copied unchanged, or escaped if code cannot hold the
// value. It replaces invisible characters with a visible one.
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
