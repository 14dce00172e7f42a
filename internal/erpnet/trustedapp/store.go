// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package trustedapp

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet/domainapi"
)

const applicationSet = "Systems_Security_TrustedApplications"

// Store reads and writes the records of an instance through its Domain API. Whether an instance lets an application
// with ordinary scopes do so differs and is not documented (protocol section 4.2): a refusal is an [*erpnet.Error] of
// kind [domainapi.Forbidden] or [domainapi.Failed].
//
// A write that was sent goes on when its context is canceled, so that what was written is known. After any failure but
// the API's own refusal, the record is read again.
type Store struct{ API domainapi.API }

// Find returns the record of an ApplicationUri; nil when there is none. Whether an instance tells ApplicationUris apart
// by letter case alone is unknown, so an exact match goes before one that differs in it.
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

// Get returns the record of an ID; nil when there is none. A record that is not listed is asked for by its key before
// it is given up: one that the caller may not see is an error of kind [domainapi.Forbidden].
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

// asError is a nil error for a nil *erpnet.Error.
func asError(failed *erpnet.Error) error {
	if failed == nil {
		return nil
	}
	return failed
}

// recordQuery asks for all that a record has. A look-up is for one record: more than a few rows are not what was asked
// for.
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

// recordOf reads a row, and the login of its user where $expand was ignored.
func (s Store) recordOf(ctx context.Context, row domainapi.Row) (Record, *erpnet.Error) {
	return s.recordWithLogin(ctx, row, map[string]string{})
}

// recordWithLogin is recordOf that asks for no login twice: known has those of before, by the user's GUID.
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

// redact makes the texts of a record fit for a state. The identifier stays, which an application may use as its secret,
// and so does the hash.
func (s Store) redact(r *Record) {
	client := s.API.Client()
	r.Name, r.SystemUser, r.Notes = client.Name(r.Name), client.Name(r.SystemUser), client.Data(r.Notes)
	r.ImpersonateLoginURL = client.Names(r.ImpersonateLoginURL)
	r.ImpersonateLogoutURL = client.Names(r.ImpersonateLogoutURL)
}

// Create makes the record and returns it as the instance has it then. An existing record of this ApplicationUri is an
// error of kind [Exists]. Where the response to the write says nothing, what the instance has then decides; if that
// cannot be read either, the error is of kind [Undecided].
func (s Store) Create(ctx context.Context, wanted Record) (*Record, error) {
	// One at a time for each ApplicationUri, which no index may keep unique.
	release, err := s.API.Limiter.Acquire(ctx, "create "+s.API.Root+strings.ToLower(wanted.ApplicationURI), true)
	if err != nil {
		return nil, s.fail(erpnet.Canceled, "was canceled")
	}
	defer release(domainapi.Result{})
	existing, err := s.Find(ctx, wanted.ApplicationURI)
	if err != nil {
		return nil, err
	}
	if existing != nil {
		return nil, s.fail(Exists, "found a record with this ApplicationUri")
	}
	body, failed := s.body(ctx, wanted, Record{}, true)
	if failed != nil {
		return nil, failed
	}
	posted, failed := s.API.Write(ctx, http.MethodPost, s.API.Root+applicationSet, body)
	if failed != nil && !failed.MayBeDone {
		return nil, failed
	}
	// The response may be 201 or 200 with the record, or 204 without (protocol section 5), or not the API's: reading
	// the record is right for all of them.
	created, err := s.Find(context.WithoutCancel(ctx), wanted.ApplicationURI)
	switch {
	case created != nil && (failed == nil || isOurs(*created, wanted)):
		return created, nil
	case created != nil:
		return nil, s.fail(Exists, "got no response of the Domain API, and found a record with this ApplicationUri "+
			"that somebody else has made")
	case failed != nil && err != nil:
		return nil, s.undecided(failed, err)
	case failed != nil:
		return nil, failed
	case err != nil:
		return s.fromResponse(posted, wanted, err)
	}
	return nil, s.fail(domainapi.Failed, "was answered with success, but there is no such record afterwards")
}

// isOurs reports whether a record that came up while one was written is that one: it has the hash of our secret, or
// everything that was wanted.
func isOurs(now, wanted Record) bool {
	return now.ApplicationSecretHash != "" && now.ApplicationSecretHash == wanted.ApplicationSecretHash ||
		same(now, wanted)
}

// undecided is the error of a write that may have been done, and cannot be read again.
func (s Store) undecided(failed *erpnet.Error, err error) *erpnet.Error {
	e := *failed
	e.Kind, e.MayBeDone = Undecided, true
	e.Evidence = strings.TrimPrefix(e.Evidence+"\nReading the record afterwards failed too: "+err.Error(), "\n")
	return &e
}

// fromResponse is a record that was made but could not be read again: as wanted, with the ID that the response gave it.
func (s Store) fromResponse(posted *erpnet.Response, wanted Record, err error) (*Record, error) {
	var row domainapi.Row
	_ = json.Unmarshal(posted.Content(), &row) // a response without the record says nothing
	id := recordOf(row).ID
	if id == "" {
		id = domainapi.KeyOf(posted.Header.Get("OData-EntityId"))
	}
	if id == "" {
		return nil, s.undecided(erpnet.AsError(err), err)
	}
	return written(id, wanted), nil
}

// written is a record of which nothing is known but that it was written.
func written(id string, wanted Record) *Record {
	wanted.ID, wanted.ObjectVersion, wanted.SecretHashWithheld = id, nil, true
	return &wanted
}

// Update changes the record from what was read to what is wanted, and returns it as the instance has it then. It sends
// what differs, and the hash where writeHash says so. The version that was read goes with it, so that a change that
// somebody else made since is an error of kind [Conflict].
func (s Store) Update(ctx context.Context, read, wanted Record, writeHash bool) (*Record, error) {
	body, failed := s.body(ctx, wanted, read, writeHash)
	if failed != nil {
		return nil, failed
	}
	if body != "{}" {
		_, failed = s.API.Write(ctx, http.MethodPatch, s.url(read.ID), body)
		if failed != nil && !failed.MayBeDone && failed.Status == 0 {
			return nil, failed // it was not sent
		}
		ctx = context.WithoutCancel(ctx)
	}
	now, err := s.Get(ctx, read.ID)
	switch {
	case failed == nil && err != nil && body != "{}":
		return written(read.ID, wanted), nil
	case failed == nil && err != nil:
		return nil, err
	case err != nil && failed.MayBeDone:
		return nil, s.undecided(failed, err)
	case err != nil:
		return nil, failed
	case now == nil:
		return nil, s.fail(Conflict, "found that the record was deleted in the meantime")
	case failed == nil:
		return now, nil
	case failed.MayBeDone && same(*now, wanted) && !hashUncertain(read, *now, wanted, writeHash):
		return now, nil
	case failed.MayBeDone && same(*now, wanted):
		failed.Evidence = strings.TrimPrefix(failed.Evidence+"\nThe instance does not show the hash, so whether "+
			"the new one was written is not known.", "\n")
	case !failed.MayBeDone && changedSince(read, *now):
		e := s.fail(Conflict, "was refused, and the record was changed in the meantime")
		e.Status = failed.Status
		return nil, e
	}
	return nil, failed
}

// Delete deletes the record. One that is gone already is no error.
func (s Store) Delete(ctx context.Context, id string) error {
	_, failed := s.API.Write(ctx, http.MethodDelete, s.url(id), "")
	if failed == nil {
		return nil
	}
	if !failed.MayBeDone && failed.Status == 0 {
		return failed // it was not sent
	}
	// Without a response, refused, or not there: the response to a missing key is unknown.
	now, err := s.Get(context.WithoutCancel(ctx), id)
	switch {
	case err == nil && now == nil:
		return nil
	case err != nil && failed.MayBeDone:
		return s.undecided(failed, err)
	}
	return failed
}

func (s Store) url(id string) string { return s.API.Root + domainapi.Reference(applicationSet, id) }

func (s Store) fail(kind erpnet.Kind, happened string) *erpnet.Error {
	return s.API.Fail(kind, s.API.Root+applicationSet, happened)
}

// body writes the changes as a JSON object.
func (s Store) body(ctx context.Context, wanted, old Record, writeHash bool) (string, *erpnet.Error) {
	members := changes(wanted, old, writeHash)
	for i := range members {
		// null clears a user, the natural OData way, which is not documented for ERP.net (protocol section 5).
		if members[i].name != systemUserMember || wanted.SystemUser == "" {
			continue
		}
		reference, failed := s.userReference(ctx, wanted.SystemUser)
		if failed != nil {
			return "", failed
		}
		members[i].value = reference
	}
	return encodeMembers(members), nil
}

func changedSince(read, now Record) bool {
	return read.ObjectVersion != nil && now.ObjectVersion != nil && *read.ObjectVersion != *now.ObjectVersion
}

// same reports whether a record is what was wanted: then a write whose response was lost has been done. A hash that is
// not shown cannot be compared.
func same(now, wanted Record) bool {
	if now.ApplicationSecretHash == "" {
		wanted.ApplicationSecretHash = ""
	}
	now.ObjectVersion = nil
	return len(changes(wanted, now, false)) == 0
}

// hashUncertain reports whether a new hash cannot be seen in the record.
func hashUncertain(read, now, wanted Record, writeHash bool) bool {
	changes := writeHash || wanted.ApplicationSecretHash != read.ApplicationSecretHash
	return changes && now.ApplicationSecretHash != wanted.ApplicationSecretHash
}
