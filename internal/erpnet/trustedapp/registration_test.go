// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package trustedapp

import (
	"encoding/json"
	"html"
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode"
)

var demo = Instance{URL: "https://demodb.my.erp.net"}

func TestRegistrationJSON(t *testing.T) {
	portal := service()
	portal.Scope, portal.ReferenceTokens, portal.Notes = []string{"update", "read"}, ReferenceTokensAdmins, "a <b> & c\n\"d\""
	portal.ImpersonateAsInternalUserAllowed, portal.ImpersonateAsCommunityUserAllowed = true, true
	portal.ImpersonateLoginURL, portal.ImpersonateLogoutURL = []string{"https://a.example.com/?x=1&y=2", "https://b.example.com/"}, []string{"https://a.example.com/out"}
	for name, test := range map[string]struct {
		application TrustedApplication
		want        string
	}{
		"service": {service(), `{"Name":"Reports","ApplicationUri":"my.trusted.app/reports","ClientType":"Confidential","ApplicationSecretHash":"` + SecretHash(plain) + `","Scope":"read",` +
			`"SystemUser":{"@erpnet.action":"find","Login":"svc.reports"},"SystemUserAllowed":true,"ImpersonateAsInternalUserAllowed":false,"ImpersonateAsCommunityUserAllowed":false,"BasicAuthenticationAllowed":false,"IsEnabled":true}`},
		"all": {portal, `{"Name":"Reports","ApplicationUri":"my.trusted.app/reports","ClientType":"Confidential","ApplicationSecretHash":"` + SecretHash(plain) + `","Scope":"read update",` +
			`"SystemUser":{"@erpnet.action":"find","Login":"svc.reports"},"SystemUserAllowed":true,"ImpersonateLoginUrl":"https://a.example.com/?x=1&y=2,https://b.example.com/","ImpersonateLogoutUrl":"https://a.example.com/out",` +
			`"ImpersonateAsInternalUserAllowed":true,"ImpersonateAsCommunityUserAllowed":true,"BasicAuthenticationAllowed":false,"ReferenceTokens":"AdministratorsOnly","Notes":"a <b> & c\n\"d\"","IsEnabled":true}`},
		"least": {TrustedApplication{Name: "N", ApplicationURI: "u", ClientType: NoClient, ReferenceTokens: ReferenceTokensNone}, `{"Name":"N","ApplicationUri":"u","ClientType":"None","SystemUserAllowed":false,` +
			`"ImpersonateAsInternalUserAllowed":false,"ImpersonateAsCommunityUserAllowed":false,"BasicAuthenticationAllowed":false,"IsEnabled":false}`},
	} {
		t.Run(name, func(t *testing.T) {
			if got := test.application.RegistrationJSON(); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

func TestInstallURL(t *testing.T) {
	const start = "https://demodb.my.erp.net/manage/apps/install?applicationName=Reports&applicationUri=my.trusted.app%2Freports&clientType="
	for name, test := range map[string]struct {
		change func(*TrustedApplication)
		want   string // after start; none for no link
	}{
		"service":             {func(*TrustedApplication) {}, "Confidential&impersonate=none&referenceTokens=none&scope=read&serviceAccess=clientCredentials"},
		"two scopes":          {func(a *TrustedApplication) { a.Scope = []string{"update", "read", "own"} }, "Confidential&impersonate=none&referenceTokens=none&scope=read%20update&serviceAccess=clientCredentials"},
		"no scope to carry":   {func(a *TrustedApplication) { a.Scope = []string{"own"} }, "Confidential&impersonate=none&referenceTokens=none&serviceAccess=clientCredentials"},
		"no service":          {func(a *TrustedApplication) { a.SystemUserAllowed = false }, "Confidential&impersonate=none&referenceTokens=none&scope=read&serviceAccess=none"},
		"tokens of everybody": {func(a *TrustedApplication) { a.ReferenceTokens = ReferenceTokensUsers }, "Confidential&impersonate=none&referenceTokens=authenticatedUsers&scope=read&serviceAccess=clientCredentials"},
		"tokens of admins":    {func(a *TrustedApplication) { a.ReferenceTokens = ReferenceTokensAdmins }, "Confidential&impersonate=none&referenceTokens=administratorsOnly&scope=read&serviceAccess=clientCredentials"},
		"internal users": {func(a *TrustedApplication) {
			interactive(a, "https://a.example.com/?x=1&y=2+3", "https://b.example.com")
		}, "Confidential&impersonate=internal&redirectUri=https%3A%2F%2Fa.example.com%2F%3Fx%3D1%26y%3D2%2B3&referenceTokens=none&scope=read&serviceAccess=clientCredentials"},
		"all users": {func(a *TrustedApplication) {
			interactive(a, "https://a.example.com")
			a.ImpersonateAsCommunityUserAllowed = true
		}, "Confidential&impersonate=all&redirectUri=https%3A%2F%2Fa.example.com&referenceTokens=none&scope=read&serviceAccess=clientCredentials"},
		"external users alone": {func(a *TrustedApplication) { a.ImpersonateAsCommunityUserAllowed = true }, "Confidential&impersonate=none&referenceTokens=none&scope=read&serviceAccess=clientCredentials"},
		"Public": {func(a *TrustedApplication) {
			interactive(a, "https://a.example.com")
			a.ClientType, a.SystemUserAllowed = Public, false
		}, "Public&impersonate=internal&redirectUri=https%3A%2F%2Fa.example.com&referenceTokens=none&scope=read&serviceAccess=none"},
		"Public without sign-in":         {func(a *TrustedApplication) { a.ClientType = Public }, ""},
		"Public without redirect URI":    {func(a *TrustedApplication) { interactive(a); a.ClientType = Public }, ""},
		"Public for external users":      {func(a *TrustedApplication) { a.ClientType, a.ImpersonateAsCommunityUserAllowed = Public, true }, ""},
		"disabled, where a link enables": {func(a *TrustedApplication) { a.IsEnabled = false }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			application := service()
			test.change(&application)
			want := test.want
			if want != "" {
				want = start + want
			}
			if got := application.InstallURL(demo); got != want {
				t.Errorf("got  %s\nwant %s", got, want)
			}
		})
	}
}

func TestTicket(t *testing.T) {
	application := service()
	application.Notes = "First | line\nsecond `line`"
	want := "# Register the trusted application `my.trusted.app/reports`\n\n" +
		"Please register this trusted application in the ERP.net instance `https://demodb.my.erp.net` with exactly these attributes.\n\n" +
		"| Attribute | Value | Why |\n| --- | --- | --- |\n" +
		"| Name | `Reports` | What people see. |\n" +
		"| ApplicationUri | `my.trusted.app/reports` | The client_id of its requests, compared exactly. |\n" +
		"| ClientType | `Confidential` | It runs where a secret can be kept. |\n" +
		"| ApplicationSecretHash | `" + SecretHash(plain) + "` | The base64 of the SHA-256 of its secret. It is not the secret, which stays with us. |\n" +
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
		"- Every attribute has the value of the table, letter case included and without blanks around it.\n" +
		"- ApplicationSecretHash was taken over as it stands, and not hashed once more. Nobody needs the secret for this; it must not be sent.\n" +
		"- The SystemUser exists, is active, and has the rights that the application needs and no more.\n" +
		"- If an install link was used, ApplicationSecretHash and SystemUser were set by hand afterwards: a link carries neither and puts SYSTEM_APPLICATION_USER in the place of the user.\n" +
		"- A token is issued by the client-credentials grant. In Terraform or OpenTofu the data source erpnet_credentials_check proves it.\n"
	if got := application.Ticket(demo.URL); got != want {
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
	application := TrustedApplication{Name: "Portal", ApplicationURI: "portal", ClientType: Public}
	interactive(&application, "https://a.example.com", "https://b.example.com")
	ticket := application.Ticket("")
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

// canary stands for a secret in any attribute, where it must never be repeated.
const canary = "hunter2-hunter2"

// FuzzRegistration holds what is true of any record, one that does not work included. The lists come as texts with a
// line each.
func FuzzRegistration(f *testing.F) {
	f.Add("Reports", "my.trusted.app/reports", "Confidential", SecretHash("DEMO"), "read\nupdate", "svc.reports", "https://a.example.com/?a=b&c=d", "https://a.example.com", "AdministratorsOnly", "notes", uint8(0b1111))
	f.Add("a|b", "`", "Public", "", "sec\nDomainApi", "admin", "https://a.example.com\nb:c", "", "None", "| x | y |\n# z\r\n- <b>\\|", uint8(0b1010))
	f.Add("\u202egnp", "a b+c%20", "None", "x", " \n\"", "\t", ",", "\x00", "", "\u2028a\u0085```\v", uint8(0))
	f.Fuzz(func(t *testing.T, name, uri, clientType, hash, scopes, user, login, logout, tokens, notes string, flags uint8) {
		a := TrustedApplication{
			Name: name, ApplicationURI: uri, ClientType: ClientType(clientType), ApplicationSecretHash: hash, Scope: linesOf(scopes), SystemUser: user,
			ImpersonateLoginURL: linesOf(login), ImpersonateLogoutURL: linesOf(logout), ReferenceTokens: tokens, Notes: notes,
			SystemUserAllowed: flags&1 != 0, ImpersonateAsInternalUserAllowed: flags&2 != 0, ImpersonateAsCommunityUserAllowed: flags&4 != 0, IsEnabled: flags&8 != 0,
		}
		expectNothingRepeated(t, a)
		expectTable(t, a)
		expectRecord(t, a)
		expectLink(t, a)
	})
}

func linesOf(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(strings.ToValidUTF8(text, ""), "\n")
}

// expectNothingRepeated holds that no message has any of a value.
func expectNothingRepeated(t *testing.T, a TrustedApplication) {
	t.Helper()
	for _, text := range []*string{&a.Name, &a.ApplicationURI, (*string)(&a.ClientType), &a.ApplicationSecretHash, &a.SystemUser, &a.ReferenceTokens, &a.Notes} {
		*text += canary
	}
	a.ApplicationURI += " "
	for _, list := range []*[]string{&a.Scope, &a.ImpersonateLoginURL, &a.ImpersonateLogoutURL} {
		*list = append(slices.Clone(*list), canary, canary+" "+canary)
	}
	found := slices.Concat(a.Violations(), a.MissingSecret(), a.Advice())
	if len(found) == 0 {
		t.Error("a secret in the place of the hash is no violation")
	}
	for _, v := range found {
		if strings.Contains(v.Message, "hunter2") || v.Attribute == "" || !strings.ContainsAny(v.Message[len(v.Message)-1:], ".?") {
			t.Errorf("violation %q", v)
		}
	}
}

// expectTable holds that the values neither add a line to the ticket nor a cell to its table, and that what can be seen
// of them can be read back.
func expectTable(t *testing.T, a TrustedApplication) {
	t.Helper()
	ticket := a.Ticket("")
	lines := strings.Split(ticket, "\n")
	rows := a.ticketRows()
	if want := 6 + len(rows) + 3 + len(a.ticketChecks()) + 1; len(lines) != want {
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

// registrationBody is what the body of a registration may hold.
type registrationBody struct {
	Name                  string         `json:"Name"`
	ApplicationURI        string         `json:"ApplicationUri"`
	ClientType            ClientType     `json:"ClientType"`
	ApplicationSecretHash string         `json:"ApplicationSecretHash,omitempty"`
	Scope                 string         `json:"Scope,omitempty"`
	SystemUser            *userReference `json:"SystemUser,omitempty"`
	SystemUserAllowed     bool           `json:"SystemUserAllowed"`
	LoginURL              string         `json:"ImpersonateLoginUrl,omitempty"`
	LogoutURL             string         `json:"ImpersonateLogoutUrl,omitempty"`
	AsInternalUser        bool           `json:"ImpersonateAsInternalUserAllowed"`
	AsCommunityUser       bool           `json:"ImpersonateAsCommunityUserAllowed"`
	BasicAuthentication   bool           `json:"BasicAuthenticationAllowed"`
	ReferenceTokens       string         `json:"ReferenceTokens,omitempty"`
	Notes                 string         `json:"Notes,omitempty"`
	IsEnabled             bool           `json:"IsEnabled"`
}

// expectRecord holds that the record is one line of JSON with the values that
// went in.
func expectRecord(t *testing.T, a TrustedApplication) {
	t.Helper()
	text := a.RegistrationJSON()
	var got registrationBody
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&got); err != nil || strings.Contains(text, "\n") || text != a.RegistrationJSON() {
		t.Fatalf("%v: %s", err, text)
	}
	login := ""
	if got.SystemUser != nil {
		login = got.SystemUser.Login
	}
	tokens := got.ReferenceTokens
	if a.ReferenceTokens == ReferenceTokensNone {
		tokens = ReferenceTokensNone
	}
	for _, pair := range [][2]string{
		{got.Name, a.Name},
		{got.ApplicationURI, a.ApplicationURI},
		{string(got.ClientType), string(a.ClientType)},
		{got.ApplicationSecretHash, a.ApplicationSecretHash},
		{got.Scope, JoinScopes(a.Scope)},
		{login, a.SystemUser},
		{got.LoginURL, strings.Join(a.ImpersonateLoginURL, ",")},
		{got.LogoutURL, strings.Join(a.ImpersonateLogoutURL, ",")},
		{tokens, a.ReferenceTokens},
		{got.Notes, a.Notes},
	} {
		if pair[0] != validText(pair[1]) {
			t.Errorf("%q became %q", pair[1], pair[0])
		}
	}
	if got.SystemUserAllowed != a.SystemUserAllowed || got.AsInternalUser != a.ImpersonateAsInternalUserAllowed || got.AsCommunityUser != a.ImpersonateAsCommunityUserAllowed || got.IsEnabled != a.IsEnabled || got.BasicAuthentication {
		t.Errorf("a flag changed: %s", text)
	}
}

// validText is a text as JSON holds it, with a mark for each byte that is not
// UTF-8. Terraform's texts are always UTF-8.
func validText(text string) string { return string([]rune(text)) }

// expectLink holds that a link leads to the instance and gives nothing that the
// record has not.
func expectLink(t *testing.T, a TrustedApplication) {
	t.Helper()
	link := a.InstallURL(demo)
	if link == "" {
		if a.IsEnabled && a.ClientType != Public {
			t.Errorf("no link for %+v", a)
		}
		return
	}
	u, err := url.Parse(link)
	if err != nil || u.Scheme+"://"+u.Host != demo.URL || u.Path != "/manage/apps/install" || u.Fragment != "" || strings.Contains(link, "+") {
		t.Fatalf("%v: %s", err, link)
	}
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil || query.Get("applicationName") != a.Name || query.Get("applicationUri") != a.ApplicationURI || query.Get("clientType") != string(a.ClientType) {
		t.Errorf("%v: %s", err, link)
	}
	if redirect := query.Get("redirectUri"); redirect != strings.Join(a.ImpersonateLoginURL[:min(1, len(a.ImpersonateLoginURL))], "") {
		t.Errorf("redirects to %q", redirect)
	}
	for _, scope := range strings.Fields(query.Get("scope")) {
		if !slices.Contains(a.Scope, scope) {
			t.Errorf("gives the scope %q", scope)
		}
	}
	internal, external := query.Get("impersonate") != "none", query.Get("impersonate") == "all"
	if internal && !a.ImpersonateAsInternalUserAllowed || external && !a.ImpersonateAsCommunityUserAllowed || (query.Get("serviceAccess") != "none") != a.SystemUserAllowed || query.Has("requestSecret") {
		t.Errorf("gives more than %+v: %s", a, link)
	}
}
