// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package trustedapp

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet/identity"
)

// Violation is a combination of attributes that an instance saves but that never works.
type Violation struct {
	Attribute string   // the name in the Domain API, such as SystemUser
	Message   string   // sentences that say what is wrong and what to do
	With      []string // the other attributes involved
}

// Violations returns everything that prevents a trusted application from ever working. No message repeats a value. It
// also checks the form of the hash, because a secret given instead of its hash would be visible to everyone in the
// record.
func (r Record) Violations() []Violation {
	var found []Violation
	add := func(broken bool, attribute, message string, with ...string) {
		if broken && message != "" {
			found = append(found, Violation{attribute, message, with})
		}
	}
	addError := func(attribute, what string, err error) {
		if err != nil {
			add(true, attribute, what+" cannot be used: "+Sentence(err))
		}
	}
	add(strings.TrimSpace(r.Name) == "", "Name", "Give the application a name.")
	addError("ApplicationUri", "The application URI", identity.CheckClientID(r.ApplicationURI))
	add(
		true,
		"ClientType",
		oneOf("The client type", string(r.ClientType), string(Confidential), string(Public), string(NoClient)),
	)
	add(
		true,
		"ReferenceTokens",
		oneOf(
			"The policy of reference tokens",
			r.referenceTokens(),
			ReferenceTokensNone,
			ReferenceTokensUsers,
			ReferenceTokensAdmins,
		),
	)
	add(r.ClientType == Public && r.ApplicationSecretHash != "", "ApplicationSecretHash",
		"A Public application has no secret: remove the hash, or make it Confidential.", "ClientType")
	if r.ApplicationSecretHash != "" {
		if err := erpnet.CheckSecretHash(r.ApplicationSecretHash); err != nil {
			add(true, "ApplicationSecretHash", "The secret hash cannot be used: "+Sentence(err)+
				" If this was the secret itself, treat it as leaked and make a new one.")
		}
	}
	add(r.SystemUserAllowed && strings.TrimSpace(r.SystemUser) == "", "SystemUser",
		"An application that may use the client credentials grant needs a system user, whom its calls run as: "+
			"give the login of one, or do not allow the grant.", "SystemUserAllowed")
	// A service may allow internal users without a redirect URI: ERP.net's own pages prescribe it (protocol section
	// 14).
	add(r.Interactive() && !r.SystemUserAllowed && len(r.ImpersonateLoginURL) == 0, "ImpersonateLoginUrl",
		"People cannot sign in with an application without a redirect URI: give one, or let nobody sign in with it.",
		"SystemUserAllowed", "ImpersonateAsInternalUserAllowed", "ImpersonateAsCommunityUserAllowed")
	add(slices.ContainsFunc(r.Scope, func(scope string) bool { return strings.EqualFold(scope, "sec") }), "Scope",
		"The scope sec is reserved to ERP.net itself: remove it.")
	for _, scope := range r.Scope {
		if err := identity.CheckScope(scope); err != nil {
			addError("Scope", "A scope", err)
			break
		}
	}
	addError("ImpersonateLoginUrl", "The URIs", checkRedirectURIs(r.ImpersonateLoginURL))
	addError("ImpersonateLogoutUrl", "The URIs", checkRedirectURIs(r.ImpersonateLogoutURL))
	return found
}

// oneOf returns a message for a value that is not allowed, or "" if it is. The message shows the value only if it is
// close to an allowed one, because the value may be anything.
func oneOf(what, value string, allowed ...string) string {
	if slices.Contains(allowed, value) {
		return ""
	}
	last := len(allowed) - 1
	message := fmt.Sprintf("%s must be %s or %s", what, strings.Join(allowed[:last], ", "), allowed[last])
	if suggestion := erpnet.DidYouMean(value, allowed...); suggestion != "" {
		return fmt.Sprintf("%s, not %q.%s", message, value, suggestion)
	}
	return message + "."
}

// Sentence returns the clause of an error with the punctuation of a sentence.
func Sentence(err error) string {
	if text := err.Error(); strings.HasSuffix(text, "?") || strings.HasSuffix(text, ".") {
		return text
	}
	return err.Error() + "."
}

// maxRedirectURIs is the length, in characters, of the column that holds the URIs as one comma-separated text (protocol
// section 4).
const maxRedirectURIs = 500

func checkRedirectURIs(urls []string) error {
	for _, text := range urls {
		u, err := url.Parse(text)
		if err != nil || u.Scheme == "" || u.Host+u.Path+u.Opaque == "" || strings.ContainsAny(text, ", \t\r\n") {
			return errors.New("one of them is no absolute URI, or holds a space or a comma")
		}
		if strings.Contains(text, "#") || u.Scheme == "javascript" || u.Scheme == "data" {
			return errors.New("one of them has a fragment, or a scheme that no place has (RFC 6749 section 3.1.2)")
		}
	}
	if utf8.RuneCountInString(strings.Join(urls, ",")) > maxRedirectURIs {
		return errors.New("together they are longer than 500 characters")
	}
	return nil
}

// MissingSecret returns the violation of a confidential application without a secret hash. It is separate from
// Violations because an existing record may keep its hash.
func (r Record) MissingSecret() []Violation {
	if r.ClientType == Confidential && r.ApplicationSecretHash == "" {
		return []Violation{{
			Attribute: "ApplicationSecretHash", With: []string{"ClientType"},
			Message: "A Confidential application cannot authenticate without a secret: give the hash of one.",
		}}
	}
	return nil
}

// Advice returns what works but should be done differently.
func (r Record) Advice() []Violation {
	var found []Violation
	add := func(attribute, message string) {
		found = append(found, Violation{Attribute: attribute, Message: message})
	}
	switch strings.ToUpper(strings.TrimSpace(r.SystemUser)) {
	case "ADMIN", "ADMINISTRATOR":
		add("SystemUser", "The application would run as an administrator. Give it its own user, with the rights it "+
			"needs.")
	case "SYSTEM_APPLICATION_USER":
		add("SystemUser", "SYSTEM_APPLICATION_USER has system rights. Give the application its own user, with the "+
			"rights it needs.")
	}
	for _, scope := range r.Scope {
		switch scope {
		case "update":
			add("Scope", "The scope update lets the application create, change and delete data. Take read alone if "+
				"it only reads.")
		case "exec":
			add("Scope", "The scope exec lets the application run scripts on the server. Take it only if the "+
				"application does.")
		case "DomainApi":
			add("Scope", "The scope DomainApi is obsolete: only old clients, such as ERP.net's own for .NET, still "+
				"ask for it.")
		}
	}
	return found
}
