// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package trustedapp

import (
	"errors"
	"net/url"
	"slices"
	"strings"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet/identity"
)

// Violation is a combination of attributes that an instance would save, and that never works.
type Violation struct {
	Attribute string // as the Domain API names it, such as SystemUser
	Message   string // a sentence: what is wrong and what to do
}

// Violations returns all that keeps a trusted application from ever working. No message repeats a value. The hash's own
// form is looked at too, since a secret put in its place would end in the record for everybody to read.
func (r Record) Violations() []Violation {
	var found []Violation
	add := func(broken bool, attribute, message string) {
		if v := (Violation{attribute, message}); broken && !slices.Contains(found, v) {
			found = append(found, v)
		}
	}
	add(strings.TrimSpace(r.Name) == "", "Name", "Give the application a name.")
	if err := identity.CheckClientID(r.ApplicationURI); err != nil {
		add(true, "ApplicationUri", "The application URI cannot be used: "+err.Error()+".")
	}
	add(!slices.Contains([]ClientType{Confidential, Public, NoClient}, r.ClientType), "ClientType", "The client type must be Confidential, Public or None.")
	add(!slices.Contains([]string{"", ReferenceTokensNone, ReferenceTokensUsers, ReferenceTokensAdmins}, r.ReferenceTokens), "ReferenceTokens", "Reference tokens must be None, AuthenticatedUsers or AdministratorsOnly.")
	add(r.ClientType == Public && r.ApplicationSecretHash != "", "ApplicationSecretHash", "A Public application has no secret: remove the hash, or make it Confidential.")
	if r.ApplicationSecretHash != "" {
		if err := erpnet.CheckSecretHash(r.ApplicationSecretHash); err != nil {
			add(true, "ApplicationSecretHash", "The secret hash cannot be used: "+err.Error()+" If this was the secret itself, treat it as leaked and make a new one.")
		}
	}
	add(r.SystemUserAllowed && strings.TrimSpace(r.SystemUser) == "", "SystemUser", "An application that may use the client-credentials grant needs a system user, whom its calls run as: give the login of one, or do not allow the grant.")
	add(r.Interactive() && len(r.ImpersonateLoginURL) == 0, "ImpersonateLoginUrl", "People cannot sign in by an application without a redirect URI: give one, or let nobody sign in by it.")
	for _, scope := range r.Scope {
		add(strings.EqualFold(scope, "sec"), "Scope", "The scope sec is reserved to ERP.net itself: remove it.")
		add(strings.EqualFold(scope, "DomainApi"), "Scope", "The scope DomainApi is obsolete and must not be used; take read, or read and update.")
		if err := identity.CheckScope(scope); err != nil {
			add(true, "Scope", "A scope cannot be used: "+err.Error()+".")
		}
	}
	return append(found, r.urlViolations()...)
}

// urlViolations looks at the redirect URIs, which the record holds as one comma-separated text of at most 500
// characters.
func (r Record) urlViolations() []Violation {
	var found []Violation
	for attribute, urls := range map[string][]string{"ImpersonateLoginUrl": r.ImpersonateLoginURL, "ImpersonateLogoutUrl": r.ImpersonateLogoutURL} {
		if err := checkRedirectURIs(urls); err != nil {
			found = append(found, Violation{attribute, "The URIs cannot be used: " + err.Error() + "."})
		}
	}
	slices.SortFunc(found, func(x, y Violation) int { return strings.Compare(x.Attribute, y.Attribute) })
	return found
}

const maxRedirectURIs = 500 // characters of the column

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
	if len(strings.Join(urls, ",")) > maxRedirectURIs {
		return errors.New("together they are longer than 500 characters")
	}
	return nil
}

// MissingSecret is the violation of a confidential application that has no secret hash. It stands alone because an
// existing record may keep the hash that it has.
func (r Record) MissingSecret() []Violation {
	if r.ClientType == Confidential && r.ApplicationSecretHash == "" {
		return []Violation{{"ApplicationSecretHash", "A Confidential application cannot authenticate without a secret: give the hash of one."}}
	}
	return nil
}

// Advice returns what works, but is better done otherwise.
func (r Record) Advice() []Violation {
	var found []Violation
	if user := strings.ToLower(strings.TrimSpace(r.SystemUser)); user == "admin" || user == "administrator" {
		found = append(found, Violation{"SystemUser", "The application would run as an administrator. Give it a user of its own with the rights it needs."})
	}
	if slices.Contains(r.Scope, "update") {
		found = append(found, Violation{"Scope", "The scope update lets the application create, change and delete data. Take read alone if it only reads."})
	}
	return found
}
