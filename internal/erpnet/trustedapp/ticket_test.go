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
	record := with(t, reports(), `{"Notes":"First | line\nsecond `+"`line`"+`"}`)
	want := "# Register the trusted application `my.trusted.app/reports`\n\n" +
		"Please register this trusted application in the ERP.net instance `https://demodb.my.erp.net` " +
		"with exactly these attributes.\n\n" +
		"| Attribute | Value | Why |\n| --- | --- | --- |\n" +
		"| Name | `Reports` | The name that people see. |\n" +
		"| ApplicationUri | `my.trusted.app/reports` | Sent as the client_id. Letter case counts. |\n" +
		"| ClientType | `Confidential` | The application can keep a secret. |\n" +
		"| ApplicationSecretHash | `" + erpnet.SecretHash(testSecret) + "` | " +
		"The SHA-256 of the secret, as base64. The secret itself stays with us. |\n" +
		"| Scope | `read` | What its tokens allow. |\n" +
		"| SystemUserAllowed | `true` | The application is a service: it gets its tokens with the client credentials " +
		"grant. |\n" +
		"| SystemUser | `" + record.SystemUser + "` | The login of the user that its calls run as. |\n" +
		"| ImpersonateAsInternalUserAllowed | `false` | Internal users do not sign in to the application. |\n" +
		"| ImpersonateAsCommunityUserAllowed | `false` | External users do not sign in to the application. |\n" +
		"| ImpersonateLoginUrl | (empty) | Where people return after they sign in. It must match exactly. |\n" +
		"| ImpersonateLogoutUrl | (empty) | Where people return after they sign out. It must match exactly. |\n" +
		"| BasicAuthenticationAllowed | `false` | The legacy sign-in with passwords instead of tokens. |\n" +
		"| ReferenceTokens | `None` | Who can issue reference tokens for the application. " +
		"Versions before 26.2 do not have this attribute. |\n" +
		"| IsEnabled | `true` | The application is in use. |\n" +
		"| Notes | First &#124; line<br>second &#96;line&#96; | Information for administrators. |\n\n" +
		"After the registration:\n\n" +
		"- Each attribute has exactly the value in the table: the same letter case, and no spaces around it.\n" +
		"- ApplicationSecretHash was copied as it is, and not hashed again. " +
		"Nobody needs the secret for this, and it must not be sent.\n" +
		"- The SystemUser exists, is active, and has only the rights that the application needs.\n" +
		"- If you used an install link, you set ApplicationSecretHash and SystemUser by hand afterward: " +
		"a link carries neither, and sets the user to SYSTEM_APPLICATION_USER.\n" +
		"- A token is issued with the client credentials grant. Proof.\n"
	equal(t, "the ticket", record.Ticket(demo.URL, "Proof."), want)
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
		equal(t, "the cell of "+value, cell(value), want)
	}
}

func TestTicketOfAPublicApplicationAsksForWhatItNeedsOnly(t *testing.T) {
	portal := with(t, Record{Name: "Portal", ClientType: Public}, interactive(`["https://a.x","https://b.x"]`))
	ticket := portal.Ticket("", "Proof.")
	for text, want := range map[string]bool{
		"in our ERP.net instance with":       true,
		"| `https://a.x,https://b.x` |":      true,
		"- People can sign in with each URI": true,
		"client credentials grant.":          false,
		"install link":                       false,
		"must not be sent":                   false,
		"Proof.":                             false,
	} {
		equal(t, "that the ticket says "+text, strings.Contains(ticket, text), want)
	}
}

// wantTable fails the test if a value adds a line to the ticket or a cell to its table, or if the visible text of a
// value cannot be read back.
func wantTable(t *testing.T, r Record) {
	t.Helper()
	ticket := r.Ticket("", "Proof.")
	lines, rows := strings.Split(ticket, "\n"), r.ticketRows()
	if want := 6 + len(rows) + 3 + len(r.ticketChecks("Proof.")) + 1; len(lines) != want {
		t.Fatalf("%d lines, want %d:\n%s", len(lines), want, ticket)
	}
	unseen := func(r rune) bool { return r != '\n' && !unicode.IsPrint(r) }
	equal(t, "that it holds what cannot be seen", strings.ContainsFunc(ticket, unseen), false)
	for i, row := range rows {
		line := lines[6+i]
		cells := strings.Split(line, "|")
		if len(cells) != 5 || strings.Contains(line, `\`) || !slices.Contains([]int{0, 2}, strings.Count(line, "`")) {
			t.Fatalf("the table is broken by %q: %s", row.value, line)
		}
		equal(t, row.attribute, readCell(cells[2]), strings.Map(visible, lineBreaks.Replace(row.value)))
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
