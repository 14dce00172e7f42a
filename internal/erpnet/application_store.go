// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnet

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

const (
	applicationSet = "Systems_Security_TrustedApplications"
	userSet        = "Systems_Security_Users"
)

// Applications manages the trusted-application records of an instance by its
// Domain API. Whether an instance lets an application with ordinary scopes do
// so differs and is not documented (protocol section 4.2): a refusal is an
// [*Error] of kind [APIForbidden] or [APIFailed].
type Applications struct{ API DomainAPI }

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

// Create makes the record and returns it as the instance has it then. A record
// of this ApplicationUri that is there already is an error, of kind
// [APIExists]. If the connection breaks, what the instance has then decides:
// nothing is created twice. It goes on when ctx is canceled, so that what was
// made is known.
func (s Applications) Create(ctx context.Context, a TrustedApplication) (*TrustedApplication, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), OperationLimit)
	defer cancel()
	// One at a time for each ApplicationUri, which no index may keep unique.
	leave, err := s.API.Gates.enter(ctx, tokenKey{endpoint: s.API.Root, clientID: strings.ToLower(a.ApplicationURI), scope: "create"})
	if err != nil {
		return nil, s.fail(Canceled, "was canceled")
	}
	defer leave()
	existing, err := s.Find(ctx, a.ApplicationURI)
	if err != nil {
		return nil, err
	}
	if existing != nil {
		return nil, s.fail(APIExists, "failed, since a trusted application of this ApplicationUri exists already")
	}
	body, failed := s.body(ctx, a, TrustedApplication{})
	if failed != nil {
		return nil, failed
	}
	posted, failed := s.API.call(ctx, repeatWrite, http.MethodPost, s.API.Root+applicationSet, body)
	if failed != nil && !ambiguous(failed) {
		return nil, failed
	}
	// The answer may be 201 or 200 with the record, or 204 without (protocol
	// section 5), or lost: reading the record is right for all of them.
	created, err := s.Find(ctx, a.ApplicationURI)
	switch {
	case created != nil && failed != nil && !same(*created, a):
		return nil, s.fail(APIExists, "was lost, and there is a record of this ApplicationUri now that somebody else has made")
	case created != nil:
		return created, nil
	case failed != nil:
		return nil, failed
	case err != nil:
		return fromAnswer(posted, a, err)
	}
	return nil, s.fail(APIFailed, "was answered with success, but there is no such record afterwards")
}

// fromAnswer is a record that was made but could not be read again: as wanted,
// with the ID that the answer gave it.
func fromAnswer(posted *answer, a TrustedApplication, err error) (*TrustedApplication, error) {
	var row Row
	_ = json.Unmarshal(posted.body, &row) // an answer without the record says nothing
	made := applicationOf(row)
	if made.ID == "" {
		made.ID = keyOf(posted.header.Get("OData-EntityId"))
	}
	if made.ID == "" {
		return nil, err
	}
	a.ID, a.SecretHashWithheld = made.ID, true
	return &a, nil
}

// Update changes the record from what was read to what is wanted, and returns
// it as the instance has it then. The version that was read goes with it, so
// that a change that somebody else made since is an error of kind [APIConflict].
// It goes on when ctx is canceled, so that what was written is known.
func (s Applications) Update(ctx context.Context, read, wanted TrustedApplication) (*TrustedApplication, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), OperationLimit)
	defer cancel()
	body, failed := s.body(ctx, wanted, read)
	if failed != nil {
		return nil, failed
	}
	if body != "{}" {
		_, failed = s.API.call(ctx, repeatWrite, http.MethodPatch, s.url(read.ID), body)
	}
	now, err := s.Get(ctx, read.ID)
	switch {
	case err != nil && failed != nil:
		return nil, failed
	case err != nil:
		return nil, err
	case now == nil:
		return nil, s.fail(APIConflict, "failed, since the record was deleted in the meantime")
	case failed == nil, ambiguous(failed) && same(*now, wanted) && !hashUncertain(read, wanted, *now):
		return now, nil
	case failed.Status != 0 && !ambiguous(failed) && changedSince(read, *now):
		e := s.fail(APIConflict, "was refused, since somebody else has changed the record in the meantime")
		e.Status = failed.Status
		return nil, e
	}
	return nil, failed
}

// Delete deletes the record. One that is gone already is no error. It goes on
// when ctx is canceled.
func (s Applications) Delete(ctx context.Context, id string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), OperationLimit)
	defer cancel()
	_, failed := s.API.call(ctx, repeatWrite, http.MethodDelete, s.url(id), "")
	if failed == nil {
		return nil
	}
	// Lost, refused, or not there: what a missing key is answered with is unknown.
	if now, err := s.Get(ctx, id); err == nil && now == nil {
		return nil
	}
	return failed
}

func (s Applications) url(id string) string { return s.API.Root + odataID(applicationSet, id) }

func (s Applications) fail(kind Kind, happened string) *Error {
	return s.API.fail(kind, s.API.Root+applicationSet, happened)
}

// ambiguous reports whether a write that failed may have been done all the
// same.
func ambiguous(failed *Error) bool {
	switch failed.Kind {
	case ConnectionLost, Timeout, OversizedAnswer, NotDomainAPI:
		return true
	case Unavailable:
		return failed.Status != http.StatusServiceUnavailable
	}
	return false
}

func changedSince(read, now TrustedApplication) bool {
	return read.ObjectVersion != nil && now.ObjectVersion != nil && *read.ObjectVersion != *now.ObjectVersion
}

// same reports whether a record is what was wanted: then a write whose answer
// was lost has been done. A hash that is not shown cannot be compared.
func same(now, wanted TrustedApplication) bool {
	if now.ApplicationSecretHash == "" {
		wanted.ApplicationSecretHash = ""
	}
	now.ObjectVersion = nil
	return len(changes(wanted, now)) == 0
}

// hashUncertain reports whether a new hash cannot be seen in the record.
func hashUncertain(read, wanted, now TrustedApplication) bool {
	return wanted.ApplicationSecretHash != read.ApplicationSecretHash && now.ApplicationSecretHash != wanted.ApplicationSecretHash
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
