// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package trustedapp

// ClientType says whether a trusted application can keep a secret.
type ClientType string

// The client types of the Domain API (protocol section 4).
const (
	Confidential ClientType = "Confidential" // can keep a secret
	Public       ClientType = "Public"       // has no secret
	NoClient     ClientType = "None"         // a placeholder that does not authenticate
)

// The values of the attribute ReferenceTokens, which exists since version 26.2.1.66 (protocol section 4).
const (
	ReferenceTokensNone   = "None"
	ReferenceTokensUsers  = "AuthenticatedUsers"
	ReferenceTokensAdmins = "AdministratorsOnly"
)

// Record is a trusted application. Its attributes have the same names as in the Domain API.
type Record struct {
	ID            string // GUID; empty before the record exists
	ObjectVersion *int64 // for optimistic locking; nil if it was not read

	Name           string
	ApplicationURI string // the client_id
	IsEnabled      bool
	ClientType     ClientType

	ApplicationSecretHash string   // see erpnet.SecretHash; empty for none
	SecretHashWithheld    bool     // the instance does not show the hash
	Scope                 []string // sorted, unique; empty for none

	SystemUserAllowed bool   // may use the client credentials grant
	SystemUser        string // login of the user that its API calls run as; empty for none
	systemUserID      string // GUID of that user, if only this was read

	ImpersonateAsInternalUserAllowed  bool     // interactive sign-in of internal users
	ImpersonateAsCommunityUserAllowed bool     // interactive sign-in of external users
	ImpersonateLoginURL               []string // redirect URIs
	ImpersonateLogoutURL              []string // post-logout redirect URIs

	BasicAuthenticationAllowed bool
	ReferenceTokens            string // empty if the server does not have the attribute
	Notes                      string
}

// Interactive reports whether people sign in to the application.
func (r Record) Interactive() bool {
	return r.ImpersonateAsInternalUserAllowed || r.ImpersonateAsCommunityUserAllowed
}

// referenceTokens returns the value of the attribute, or None if the server does not have it.
func (r Record) referenceTokens() string {
	if r.ReferenceTokens == "" {
		return ReferenceTokensNone
	}
	return r.ReferenceTokens
}
