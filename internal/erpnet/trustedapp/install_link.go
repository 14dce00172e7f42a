// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package trustedapp

import (
	"net/url"
	"slices"
	"strings"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet/identity"
)

// linkScopes are the scopes that an install link may carry (protocol section 4.3).
var linkScopes = []string{"openid", "profile", "read", "update", "offline_access"}

// InstallURL returns the link that an administrator opens to register the application in the Instance Manager of an
// instance (protocol section 4.3). A link cannot carry the following:
//
//   - the secret hash
//   - the system user (the Instance Manager sets SYSTEM_APPLICATION_USER)
//   - a second redirect URI, and post-logout URIs
//   - scopes other than those of OpenID Connect, read, and update
//   - sign-in for external users only
//   - notes
//
// The link never asks the server for a credential, because the server sends the credential only to the redirect URI. It
// never grants more than the record does. If that is impossible, the result is empty: for a disabled application, and
// for a Public one that has no sign-in of internal users or no redirect URI.
func (r Record) InstallURL(instance erpnet.Instance) string {
	impersonate := r.linkImpersonation()
	if !r.IsEnabled || r.ClientType == Public && (impersonate == "none" || len(r.ImpersonateLoginURL) == 0) {
		return ""
	}
	query := url.Values{
		"applicationName": {r.Name},
		"applicationUri":  {r.ApplicationURI},
		"clientType":      {string(r.ClientType)},
		"impersonate":     {impersonate},
		"serviceAccess":   {"none"},
		"referenceTokens": {linkReferenceTokens(r.ReferenceTokens)},
	}
	if r.SystemUserAllowed {
		query.Set("serviceAccess", "clientCredentials")
	}
	if len(r.ImpersonateLoginURL) > 0 {
		query.Set("redirectUri", r.ImpersonateLoginURL[0])
	}
	isForeign := func(scope string) bool { return !slices.Contains(linkScopes, scope) }
	if scope := identity.JoinScopes(slices.DeleteFunc(slices.Clone(r.Scope), isForeign)); scope != "" {
		query.Set("scope", scope)
	}
	// Write spaces as %20, which every query decoder accepts; "+" is only for forms.
	return instance.URL + "/manage/apps/install?" + strings.ReplaceAll(query.Encode(), "+", "%20")
}

// linkImpersonation returns the parameter "impersonate". It has no value for external users only.
func (r Record) linkImpersonation() string {
	switch {
	case r.ImpersonateAsInternalUserAllowed && r.ImpersonateAsCommunityUserAllowed:
		return "all"
	case r.ImpersonateAsInternalUserAllowed:
		return "internal"
	}
	return "none"
}

func linkReferenceTokens(value string) string {
	switch value {
	case ReferenceTokensUsers:
		return "authenticatedUsers"
	case ReferenceTokensAdmins:
		return "administratorsOnly"
	}
	return "none"
}
