// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnet

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// Find returns the record of an ApplicationUri; nil when there is none. Whether
// an instance tells ApplicationUris apart by letter case alone is unknown, so
// the one that is the same to the letter goes before one that is not.
func (s Applications) Find(ctx context.Context, applicationURI string) (*TrustedApplication, error) {
	found, failed := s.read(ctx, "ApplicationUri eq "+QuoteString(applicationURI))
	if failed != nil {
		return nil, failed
	}
	var alike *TrustedApplication
	for i := range found {
		if found[i].ApplicationURI == applicationURI {
			return &found[i], nil
		}
		if strings.EqualFold(found[i].ApplicationURI, applicationURI) {
			alike = &found[i]
		}
	}
	return alike, nil
}

// Get returns the record of an ID; nil when there is none. It asks by a filter
// because what a missing key is answered with is unknown (protocol section 5).
func (s Applications) Get(ctx context.Context, id string) (*TrustedApplication, error) {
	found, failed := s.read(ctx, "Id eq "+id)
	if failed != nil {
		return nil, failed
	}
	for i := range found {
		if strings.EqualFold(found[i].ID, id) {
			return &found[i], nil
		}
	}
	return nil, nil //nolint:nilnil // documented
}

func (s Applications) read(ctx context.Context, filter string) ([]TrustedApplication, *Error) {
	query := Query{EntitySet: applicationSet, Filter: filter, Select: "default,Id,ObjectVersion", Expand: "SystemUser($select=Id,Login)", Top: 5}
	page, failed := s.API.get(ctx, s.API.Root+query.EntitySet+"?"+query.encode())
	if failed != nil {
		return nil, failed
	}
	found := make([]TrustedApplication, len(page.Rows))
	for i, row := range page.Rows {
		found[i] = applicationOf(row)
		if found[i].SystemUser == "" && found[i].systemUserID != "" { // $expand was ignored
			if found[i].SystemUser, failed = s.login(ctx, found[i].systemUserID); failed != nil {
				return nil, failed
			}
		}
	}
	return found, nil
}

// applicationOf reads a row of the entity set (protocol section 4).
func applicationOf(row Row) TrustedApplication {
	a := TrustedApplication{
		ID:                                text(row, "Id"),
		ObjectVersion:                     number(row, "ObjectVersion"),
		Name:                              text(row, "Name"),
		ApplicationURI:                    text(row, "ApplicationUri"),
		IsEnabled:                         truth(row, "IsEnabled"),
		ClientType:                        ClientType(text(row, "ClientType")),
		ApplicationSecretHash:             text(row, "ApplicationSecretHash"),
		Scope:                             splitScopes([]string{text(row, "Scope")}),
		SystemUserAllowed:                 truth(row, "SystemUserAllowed"),
		ImpersonateAsInternalUserAllowed:  truth(row, "ImpersonateAsInternalUserAllowed"),
		ImpersonateAsCommunityUserAllowed: truth(row, "ImpersonateAsCommunityUserAllowed"),
		ImpersonateLoginURL:               splitURIs(text(row, "ImpersonateLoginUrl")),
		ImpersonateLogoutURL:              splitURIs(text(row, "ImpersonateLogoutUrl")),
		BasicAuthenticationAllowed:        truth(row, "BasicAuthenticationAllowed"),
		ReferenceTokens:                   text(row, "ReferenceTokens"),
		Notes:                             text(row, "Notes"),
	}
	_, shown := row["ApplicationSecretHash"]
	a.SecretHashWithheld = !shown
	if a.ID == "" {
		a.ID = keyOf(text(row, "@odata.id"))
	}
	if user, ok := row["SystemUser"].(map[string]any); ok {
		a.SystemUser, a.systemUserID = text(user, "Login"), keyOf(text(user, "@odata.id"))
	}
	return a
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

// userReference finds the user of a login. It is sent as a reference only: a
// nested object with other attributes would change the user (protocol section 5).
func (s Applications) userReference(ctx context.Context, login string) (map[string]string, *Error) {
	query := Query{EntitySet: userSet, Filter: "Login eq " + QuoteString(login), Select: "Id,Login", Top: 2}
	page, failed := s.API.get(ctx, s.API.Root+query.EntitySet+"?"+query.encode())
	if failed != nil {
		return nil, failed
	}
	for _, row := range page.Rows {
		id := text(row, "Id")
		if id == "" {
			id = keyOf(text(row, "@odata.id"))
		}
		if IsGUID(id) && strings.EqualFold(text(row, "Login"), login) { // a filter may be ignored
			return map[string]string{"@odata.id": odataID(userSet, id)}, nil
		}
	}
	return nil, s.API.fail(UnknownUser, s.API.Root+userSet, fmt.Sprintf("found no user of login %q", login))
}

// login finds the login of a user's GUID.
func (s Applications) login(ctx context.Context, id string) (string, *Error) {
	query := Query{EntitySet: userSet, Filter: "Id eq " + id, Select: "Id,Login", Top: 2}
	page, failed := s.API.get(ctx, s.API.Root+query.EntitySet+"?"+query.encode())
	if failed != nil {
		return "", failed
	}
	for _, row := range page.Rows {
		if strings.EqualFold(text(row, "Id"), id) || keyOf(text(row, "@odata.id")) == strings.ToLower(id) {
			return text(row, "Login"), nil
		}
	}
	return "", nil
}
