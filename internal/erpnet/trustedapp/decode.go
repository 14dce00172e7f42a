// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package trustedapp

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"strconv"
	"strings"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet/domainapi"
	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet/identity"
)

// recordOf reads a record from a row of the entity set (protocol section 4).
func recordOf(row domainapi.Row) Record {
	r := Record{
		ID:                                idOf(row),
		ObjectVersion:                     number(row, "ObjectVersion"),
		Name:                              text(row, "Name"),
		ApplicationURI:                    text(row, "ApplicationUri"),
		IsEnabled:                         truth(row, "IsEnabled"),
		ClientType:                        ClientType(text(row, "ClientType")),
		ApplicationSecretHash:             secretHash(text(row, "ApplicationSecretHash")),
		Scope:                             identity.SplitScopes([]string{text(row, "Scope")}),
		SystemUserAllowed:                 truth(row, "SystemUserAllowed"),
		ImpersonateAsInternalUserAllowed:  truth(row, "ImpersonateAsInternalUserAllowed"),
		ImpersonateAsCommunityUserAllowed: truth(row, "ImpersonateAsCommunityUserAllowed"),
		ImpersonateLoginURL:               splitURIs(text(row, "ImpersonateLoginUrl")),
		ImpersonateLogoutURL:              splitURIs(text(row, "ImpersonateLogoutUrl")),
		BasicAuthenticationAllowed:        truth(row, "BasicAuthenticationAllowed"),
		ReferenceTokens:                   text(row, "ReferenceTokens"),
		Notes:                             text(row, "Notes"),
	}
	shown, exists := row["ApplicationSecretHash"]
	masked := shown != nil && shown != "" && r.ApplicationSecretHash == ""
	r.SecretHashWithheld = !exists || masked
	if user, ok := row["SystemUser"].(map[string]any); ok {
		r.SystemUser, r.systemUserID = text(user, "Login"), domainapi.KeyOf(text(user, "@odata.id"))
	}
	return r
}

// secretHash returns the padded base64 of a hash in any usual form. It returns "" for a text that is not the hash of a
// secret, such as asterisks.
func secretHash(text string) string {
	text = strings.TrimSpace(text)
	for _, decode := range []func(string) ([]byte, error){
		base64.StdEncoding.DecodeString,
		base64.RawStdEncoding.DecodeString,
		base64.URLEncoding.DecodeString,
		base64.RawURLEncoding.DecodeString,
		hex.DecodeString,
	} {
		if hash, err := decode(text); err == nil && len(hash) == sha256.Size {
			return base64.StdEncoding.EncodeToString(hash)
		}
	}
	return ""
}

// idOf returns the GUID of an entity, which some responses do not hold as Id.
func idOf(row map[string]any) string {
	if id := text(row, "Id"); id != "" {
		return id
	}
	return domainapi.KeyOf(text(row, "@odata.id"))
}

func text(row map[string]any, name string) string {
	value, _ := row[name].(string)
	return value
}

func truth(row map[string]any, name string) bool {
	value, _ := row[name].(bool)
	return value
}

func number(row map[string]any, name string) *int64 {
	value, _ := row[name].(json.Number)
	n, err := strconv.ParseInt(value.String(), 10, 64)
	if err != nil {
		return nil
	}
	return &n
}

// splitURIs splits a comma-separated list.
func splitURIs(text string) []string {
	var uris []string
	for uri := range strings.SplitSeq(text, ",") {
		if uri = strings.TrimSpace(uri); uri != "" {
			uris = append(uris, uri)
		}
	}
	return uris
}
