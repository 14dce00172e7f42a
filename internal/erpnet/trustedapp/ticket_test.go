// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package trustedapp

import (
	"html"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
)

func TestTicket(t *testing.T) {
	application := service()
	application.Notes = "First | line\nsecond `line`"
	want := "# Register the trusted application `my.trusted.app/reports`\n\n" +
		"Please register this trusted application in the ERP.net instance `https://demodb.my.erp.net` with exactly these attributes.\n\n" +
		"| Attribute | Value | Why |\n| --- | --- | --- |\n" +
		"| Name | `Reports` | What people see. |\n" +
		"| ApplicationUri | `my.trusted.app/reports` | The client_id of its requests, compared exactly. |\n" +
		"| ClientType | `Confidential` | It runs where a secret can be kept. |\n" +
		"| ApplicationSecretHash | `" + erpnet.SecretHash(plain) + "` | The base64 of the SHA-256 of its secret. It is not the secret, which stays with us. |\n" +
		"| Scope | `read` | What its tokens may be used for, and no more. |\n" +
		"| SystemUserAllowed | `true` | It is a service and takes its tokens by the client-credentials grant. |\n" +
		"| SystemUser | `svc.reports` | The login of the user whom its calls run as. |\n" +
		"| ImpersonateAsInternalUserAllowed | `false` | Internal users do not sign in by it. |\n" +
		"| ImpersonateAsCommunityUserAllowed | `false` | External users do not sign in by it. |\n" +
		"| ImpersonateLoginUrl | (empty) | Where people return to after they signed in, compared exactly. |\n" +
		"| ImpersonateLogoutUrl | (empty) | Where people return to after they signed out, compared exactly. |\n" +
		"| BasicAuthenticationAllowed | `false` | Passwords in place of tokens: legacy, and not needed. |\n" +
		"| ReferenceTokens | `None` | Who may issue reference tokens for it. Versions before 26.2 do not have this attribute. |\n" +
		"| IsEnabled | `true` | It is used from now on. |\n" +
		"| Notes | First &#124; line<br>second &#96;line&#96; | For people. |\n\n" +
		"After the registration:\n\n" +
		"- Every attribute has the value of the table, letter case included and without spaces around it.\n" +
		"- ApplicationSecretHash was taken over as it stands, and not hashed once more. Nobody needs the secret for this; it must not be sent.\n" +
		"- The SystemUser exists, is active, and has the rights that the application needs and no more.\n" +
		"- If an install link was used, ApplicationSecretHash and SystemUser were set by hand afterwards: a link carries neither and puts SYSTEM_APPLICATION_USER in the place of the user.\n" +
		"- A token is issued by the client-credentials grant. Proof.\n"
	if got := application.Ticket(demo.URL, "Proof."); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestNoValueBreaksTheTableOfATicket(t *testing.T) {
	for value, want := range map[string]string{
		"":                        "(empty)",
		"svc.reports_2 <x> & [y]": "`svc.reports_2 <x> & [y]`",
		"a|b":                     "a&#124;b",
		`a\`:                      "a&#92;",
		"``":                      "&#96;&#96;",
		"a\r\nb\rc\n|@d":          "a<br>b<br>c<br>&#124;&#64;d",
		"<b>|*_~[x](y)_*":         "&lt;b&gt;&#124;&#42;&#95;&#126;&#91;x&#93;(y)&#95;&#42;",
		"&#124;|":                 "&amp;#124;&#124;",
		"a\tb":                    "`a b`",
		"\u202egnp\x00\u2028":     "`\ufffdgnp\ufffd\ufffd`",
		"фирма":                   "`фирма`",
	} {
		if got := cell(value); got != want {
			t.Errorf("%q becomes %q, want %q", value, got, want)
		}
	}
}

func TestTicketOfAPublicApplicationAsksForWhatItNeedsOnly(t *testing.T) {
	application := Record{Name: "Portal", ApplicationURI: "portal", ClientType: Public}
	interactive(&application, "https://a.example.com", "https://b.example.com")
	ticket := application.Ticket("", "Proof.")
	for _, want := range []string{"in our ERP.net instance with", "| `https://a.example.com,https://b.example.com` |", "- People can sign in, with each URI"} {
		if !strings.Contains(ticket, want) {
			t.Errorf("the ticket lacks %q:\n%s", want, ticket)
		}
	}
	for _, unwanted := range []string{"client-credentials grant.", "install link", "must not be sent"} {
		if strings.Contains(ticket, unwanted) {
			t.Errorf("the ticket says %q:\n%s", unwanted, ticket)
		}
	}
}

// expectTable holds that the values neither add a line to the ticket nor a cell to its table, and that what can be seen
// of them can be read back.
func expectTable(t *testing.T, a Record) {
	t.Helper()
	ticket := a.Ticket("", "Proof.")
	lines := strings.Split(ticket, "\n")
	rows := a.ticketRows()
	if want := 6 + len(rows) + 3 + len(a.ticketChecks("Proof.")) + 1; len(lines) != want {
		t.Fatalf("%d lines, want %d:\n%s", len(lines), want, ticket)
	}
	if strings.ContainsFunc(strings.ReplaceAll(ticket, "\n", ""), func(r rune) bool { return !unicode.IsPrint(r) }) {
		t.Errorf("something in it cannot be seen: %q", ticket)
	}
	for i, row := range rows {
		cells := strings.Split(lines[6+i], "|")
		if len(cells) != 5 || strings.Contains(lines[6+i], `\`) || !slices.Contains([]int{0, 2}, strings.Count(lines[6+i], "`")) {
			t.Fatalf("the table is broken by %q: %s", row.value, lines[6+i])
		}
		if got, want := readCell(cells[2]), strings.Map(visible, lineBreaks.Replace(row.value)); got != want {
			t.Errorf("%s reads %q, want %q", row.attribute, got, want)
		}
	}
}

func readCell(text string) string {
	text = strings.TrimSuffix(strings.TrimPrefix(text, " "), " ")
	if text == "(empty)" {
		return ""
	}
	if code, ok := strings.CutPrefix(text, "`"); ok {
		return strings.TrimSuffix(code, "`")
	}
	return html.UnescapeString(strings.ReplaceAll(text, "<br>", "\n"))
}
