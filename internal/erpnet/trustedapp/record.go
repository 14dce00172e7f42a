// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package trustedapp

// ClientType says what a trusted application is able to keep secret.
type ClientType string

// The client types of the Domain API (protocol section 4).
const (
	Confidential ClientType = "Confidential" // keeps a secret
	Public       ClientType = "Public"       // has none
	NoClient     ClientType = "None"         // a placeholder that does not authenticate
)

// The values of the attribute ReferenceTokens, since version 26.2.1.66 (protocol section 4).
const (
	ReferenceTokensNone   = "None"
	ReferenceTokensUsers  = "AuthenticatedUsers"
	ReferenceTokensAdmins = "AdministratorsOnly"
)

// Record is a trusted application, with the names of its attributes as the Domain API has them.
type Record struct {
	ID            string // GUID; empty before the record exists
	ObjectVersion *int64 // for optimistic locking; nil when it was not read

	Name           string
	ApplicationURI string // the client_id
	IsEnabled      bool
	ClientType     ClientType

	ApplicationSecretHash string   // see erpnet.SecretHash; empty for none
	SecretHashWithheld    bool     // the instance did not let the hash be read
	Scope                 []string // sorted, unique; empty for none

	SystemUserAllowed bool   // may use the client credentials grant
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

// Interactive reports whether people sign in with the application.
func (r Record) Interactive() bool {
	return r.ImpersonateAsInternalUserAllowed || r.ImpersonateAsCommunityUserAllowed
}

// referenceTokens is the attribute's value, None where the server has none.
func (r Record) referenceTokens() string {
	if r.ReferenceTokens == "" {
		return ReferenceTokensNone
	}
	return r.ReferenceTokens
}
