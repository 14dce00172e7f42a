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

// InstallURL returns the link by which an administrator registers the application in the Instance Manager of an
// instance (protocol section 4.3). A link cannot carry the secret hash, the system user (SYSTEM_APPLICATION_USER is put
// in its place), a second redirect URI, post-logout URIs, other scopes than those of OpenID Connect, read and update,
// sign-in of external users alone, and notes. It never asks the server for a credential, since that goes to the
// redirect URI only, and it never gives more than the record has: where only such a link could be made, the result is
// empty. That is so for a disabled application, and for a Public one that internal users do not sign in by.
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
	// Spaces as %20, which every decoder of a query takes; "+" is one of forms.
	return instance.URL + "/manage/apps/install?" + strings.ReplaceAll(query.Encode(), "+", "%20")
}

// linkImpersonation is the parameter impersonate. It has no value for external users alone.
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
