// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package trustedapp

import (
	"context"
	"fmt"
	"strings"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet/domainapi"
)

const applicationSet = "Systems_Security_TrustedApplications"

// Store reads and writes the records of an instance through its Domain API. Instances differ in whether they allow this
// to an application with ordinary scopes, and ERP.net does not document it (protocol section 4.2). A refusal is an
// [*erpnet.Error] of kind [domainapi.Forbidden] or [domainapi.Failed].
//
// A write that was sent continues even if its context is canceled, so the caller learns what was written. If a failure
// leaves open whether the write was carried out, the store reads the record again.
type Store struct{ API domainapi.API }

// Find returns the record with the given ApplicationUri, or nil if there is none. It is unknown whether an instance
// distinguishes ApplicationUris that differ only in letter case, so Find prefers an exact match.
func (s Store) Find(ctx context.Context, applicationURI string) (*Record, error) {
	found, failed := s.read(ctx, "ApplicationUri eq "+domainapi.QuoteString(applicationURI))
	if failed != nil {
		return nil, failed
	}
	var alike *Record
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

// Get returns the record with the given ID, or nil if there is none. If the list does not include the record, Get also
// requests it by its key. A record that the caller may not see is an error of kind [domainapi.Forbidden].
func (s Store) Get(ctx context.Context, id string) (*Record, error) {
	found, failed := s.read(ctx, "Id eq "+id)
	if failed != nil {
		return nil, failed
	}
	for i := range found {
		if strings.EqualFold(found[i].ID, id) {
			return &found[i], nil
		}
	}
	row, failed := s.API.ReadOne(ctx, recordQuery, id)
	if failed != nil || row == nil {
		return nil, asError(failed)
	}
	record, failed := s.recordOf(ctx, row)
	if failed != nil || !strings.EqualFold(record.ID, id) {
		return nil, asError(failed)
	}
	return &record, nil
}

// asError returns failed as an error, with a nil error for a nil pointer.
func asError(failed *erpnet.Error) error {
	if failed == nil {
		return nil
	}
	return failed
}

// recordQuery requests everything that a record has. A look-up is for one record, so it reads only a few rows.
var recordQuery = domainapi.Query{
	EntitySet: applicationSet, Select: "default,Id,ObjectVersion", Expand: "SystemUser($select=Id,Login)",
}

const maxFound = 5

func (s Store) read(ctx context.Context, filter string) ([]Record, *erpnet.Error) {
	query := recordQuery
	query.Filter, query.Top = filter, maxFound
	page, failed := s.API.Read(ctx, query)
	if failed != nil {
		return nil, failed
	}
	rows := page.Rows[:min(len(page.Rows), maxFound)]
	found := make([]Record, len(rows))
	for i, row := range rows {
		if found[i], failed = s.recordOf(ctx, row); failed != nil {
			return nil, failed
		}
	}
	return found, nil
}

// recordOf reads a record from a row. If the server ignored $expand, it also looks up the login of the user.
func (s Store) recordOf(ctx context.Context, row domainapi.Row) (Record, *erpnet.Error) {
	return s.recordWithLogin(ctx, row, map[string]string{})
}

// recordWithLogin is recordOf without repeated look-ups of logins: known caches them by the user's GUID.
func (s Store) recordWithLogin(
	ctx context.Context,
	row domainapi.Row,
	known map[string]string,
) (Record, *erpnet.Error) {
	r := recordOf(row)
	if max(len(r.Scope), len(r.ImpersonateLoginURL), len(r.ImpersonateLogoutURL)) > erpnet.MaxScopes {
		return r, s.fail(erpnet.Excessive, fmt.Sprintf("was answered with a record of more than %d scopes or "+
			"URIs", erpnet.MaxScopes))
	}
	if r.SystemUser == "" && r.systemUserID != "" {
		login, found := known[r.systemUserID]
		if !found {
			var failed *erpnet.Error
			if login, failed = s.login(ctx, r.systemUserID); failed != nil {
				return r, failed
			}
			known[r.systemUserID] = login
		}
		r.SystemUser = login
	}
	s.redact(&r)
	return r, nil
}

// redact makes the texts of a record safe for a state. It leaves the ApplicationUri, which an application may also use
// as its secret, and the hash unchanged.
func (s Store) redact(r *Record) {
	client := s.API.Client()
	r.Name, r.SystemUser, r.Notes = client.Data(r.Name), client.Name(r.SystemUser), client.Data(r.Notes)
	r.ImpersonateLoginURL = client.Names(r.ImpersonateLoginURL)
	r.ImpersonateLogoutURL = client.Names(r.ImpersonateLogoutURL)
}

func (s Store) url(id string) string { return s.API.Root + domainapi.Reference(applicationSet, id) }

func (s Store) fail(kind erpnet.Kind, happened string) *erpnet.Error {
	return s.API.Fail(kind, s.API.Root+applicationSet, happened)
}
