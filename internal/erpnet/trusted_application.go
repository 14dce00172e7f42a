// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnet

import (
	"errors"
	"net/url"
	"slices"
	"strings"
)

// ClientType says what a trusted application is able to keep secret.
type ClientType string

// The client types of the Domain API (protocol section 4).
const (
	Confidential ClientType = "Confidential" // keeps a secret
	Public       ClientType = "Public"       // has none
	NoClient     ClientType = "None"         // a placeholder that does not authenticate
)

// The values of the attribute ReferenceTokens, since version 26.2.1.66 (protocol
// section 4).
const (
	ReferenceTokensNone   = "None"
	ReferenceTokensUsers  = "AuthenticatedUsers"
	ReferenceTokensAdmins = "AdministratorsOnly"
)

// TrustedApplication is the record of a trusted application (protocol section
// 4), with the names of its attributes as the Domain API has them.
type TrustedApplication struct {
	ID            string // GUID; empty before the record exists
	ObjectVersion *int64 // for optimistic locking; nil when it was not read

	Name           string
	ApplicationURI string // the client_id
	IsEnabled      bool
	ClientType     ClientType

	ApplicationSecretHash string   // see SecretHash; empty for none
	SecretHashWithheld    bool     // the instance did not let the hash be read
	Scope                 []string // sorted, unique; empty for none

	SystemUserAllowed bool   // may use the client-credentials grant
	SystemUser        string // login of the user that its calls run as; empty for none
	systemUserID      string // GUID of that user, where only this was read

	ImpersonateAsInternalUserAllowed  bool     // interactive sign-in of internal users
	ImpersonateAsCommunityUserAllowed bool     // interactive sign-in of external users
	ImpersonateLoginURL               []string // redirect URIs
	ImpersonateLogoutURL              []string // post-logout redirect URIs

	BasicAuthenticationAllowed bool
	ReferenceTokens            string // empty where the server has no such attribute
	Notes                      string
}

// Interactive reports whether people sign in by the application.
func (a TrustedApplication) Interactive() bool {
	return a.ImpersonateAsInternalUserAllowed || a.ImpersonateAsCommunityUserAllowed
}

// Violation is a combination of attributes that an instance would save, and that
// never works.
type Violation struct {
	Attribute string // as the Domain API names it, such as SystemUser
	Message   string // a sentence: what is wrong and what to do
}

// Violations returns all that keeps a trusted application from ever working.
// No message repeats a value. The hash's own form is looked at too, since a
// secret put in its place would end in the record for everybody to read.
func (a TrustedApplication) Violations() []Violation {
	var found []Violation
	add := func(broken bool, attribute, message string) {
		if v := (Violation{attribute, message}); broken && !slices.Contains(found, v) {
			found = append(found, v)
		}
	}
	add(strings.TrimSpace(a.Name) == "", "Name", "Give the application a name.")
	if err := CheckClientID(a.ApplicationURI); err != nil {
		add(true, "ApplicationUri", "The application URI cannot be used: "+err.Error()+".")
	}
	add(!slices.Contains([]ClientType{Confidential, Public, NoClient}, a.ClientType), "ClientType", "The client type must be Confidential, Public or None.")
	add(!slices.Contains([]string{"", ReferenceTokensNone, ReferenceTokensUsers, ReferenceTokensAdmins}, a.ReferenceTokens), "ReferenceTokens", "Reference tokens must be None, AuthenticatedUsers or AdministratorsOnly.")
	add(a.ClientType == Public && a.ApplicationSecretHash != "", "ApplicationSecretHash", "A Public application has no secret: remove the hash, or make it Confidential.")
	if a.ApplicationSecretHash != "" {
		if err := CheckSecretHash(a.ApplicationSecretHash); err != nil {
			add(true, "ApplicationSecretHash", "The secret hash cannot be used: "+err.Error()+" The function secret_hash computes it; whatever stood here by mistake should be replaced, if it was a secret.")
		}
	}
	add(a.SystemUserAllowed && strings.TrimSpace(a.SystemUser) == "", "SystemUser", "An application that may use the client-credentials grant needs a system user, whom its calls run as: give the login of one, or do not allow the grant.")
	add(a.Interactive() && len(a.ImpersonateLoginURL) == 0, "ImpersonateLoginUrl", "People cannot sign in by an application without a redirect URI: give one, or let nobody sign in by it.")
	for _, scope := range a.Scope {
		add(strings.EqualFold(scope, "sec"), "Scope", "The scope sec is reserved to ERP.net itself: remove it.")
		add(strings.EqualFold(scope, "DomainApi"), "Scope", "The scope DomainApi is obsolete and must not be used; take read, or read and update.")
		if err := CheckScope(scope); err != nil {
			add(true, "Scope", "A scope cannot be used: "+err.Error()+".")
		}
	}
	return append(found, a.urlViolations()...)
}

// urlViolations looks at the redirect URIs, which the record holds as one
// comma-separated text of at most 500 characters.
func (a TrustedApplication) urlViolations() []Violation {
	var found []Violation
	for attribute, urls := range map[string][]string{"ImpersonateLoginUrl": a.ImpersonateLoginURL, "ImpersonateLogoutUrl": a.ImpersonateLogoutURL} {
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
			return errors.New("one of them is no absolute URI, or holds a blank or a comma")
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

// MissingSecret is the violation of a confidential application that has no
// secret hash. It stands alone because an existing record may keep the hash
// that it has.
func (a TrustedApplication) MissingSecret() []Violation {
	if a.ClientType == Confidential && a.ApplicationSecretHash == "" {
		return []Violation{{"ApplicationSecretHash", "A Confidential application cannot authenticate without a secret: give the hash of one."}}
	}
	return nil
}

// Advice returns what works, but is better done otherwise.
func (a TrustedApplication) Advice() []Violation {
	var found []Violation
	if user := strings.ToLower(strings.TrimSpace(a.SystemUser)); user == "admin" || user == "administrator" {
		found = append(found, Violation{"SystemUser", "The application would run as an administrator. Give it a user of its own with the rights it needs."})
	}
	if slices.Contains(a.Scope, "update") {
		found = append(found, Violation{"Scope", "The scope update lets the application create, change and delete data. Take read alone if it only reads."})
	}
	return found
}
