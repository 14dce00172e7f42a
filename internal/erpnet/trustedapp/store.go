// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package trustedapp

import (
	"context"
	"encoding/json"
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
// A write goes on when its context is canceled, so that what was written is known.
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

// Get returns the record of an ID; nil when there is none. It asks with a filter, because the response to a missing key
// is unknown (protocol section 5).
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
	return nil, nil //nolint:nilnil // documented
}

func (s Store) read(ctx context.Context, filter string) ([]Record, *erpnet.Error) {
	page, failed := s.API.Read(ctx, domainapi.Query{
		EntitySet: applicationSet, Filter: filter, Top: 5,
		Select: "default,Id,ObjectVersion", Expand: "SystemUser($select=Id,Login)",
	})
	if failed != nil {
		return nil, failed
	}
	found := make([]Record, len(page.Rows))
	for i, row := range page.Rows {
		found[i] = recordOf(row)
		if found[i].SystemUser == "" && found[i].systemUserID != "" { // $expand was ignored
			if found[i].SystemUser, failed = s.login(ctx, found[i].systemUserID); failed != nil {
				return nil, failed
			}
		}
		s.redact(&found[i])
	}
	return found, nil
}

// redact makes the texts of a record fit for a state. The identifier stays, which an application may use as its secret,
// and so does the hash.
func (s Store) redact(r *Record) {
	client := s.API.Client()
	r.Name, r.Notes, r.SystemUser = client.Data(r.Name), client.Data(r.Notes), client.Data(r.SystemUser)
	r.ImpersonateLoginURL = client.AllData(r.ImpersonateLoginURL)
	r.ImpersonateLogoutURL = client.AllData(r.ImpersonateLogoutURL)
}

// Create makes the record and returns it as the instance has it then. An existing record of this ApplicationUri is an
// error of kind [Exists]. If the connection breaks, what the instance has then decides: nothing is created twice.
func (s Store) Create(ctx context.Context, wanted Record) (*Record, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), erpnet.OperationLimit)
	defer cancel()
	// One at a time for each ApplicationUri, which no index may keep unique.
	release, err := s.API.Limiter.Acquire(ctx, "create "+s.API.Root+strings.ToLower(wanted.ApplicationURI))
	if err != nil {
		return nil, s.fail(erpnet.Canceled, "was canceled")
	}
	defer release()
	existing, err := s.Find(ctx, wanted.ApplicationURI)
	if err != nil {
		return nil, err
	}
	if existing != nil {
		return nil, s.fail(Exists, "failed, since a trusted application of this ApplicationUri exists already")
	}
	body, failed := s.body(ctx, wanted, Record{})
	if failed != nil {
		return nil, failed
	}
	posted, failed := s.API.Call(ctx, http.MethodPost, s.API.Root+applicationSet, body, erpnet.RetryWrite)
	if failed != nil && !ambiguous(failed) {
		return nil, failed
	}
	// The response may be 201 or 200 with the record, or 204 without (protocol section 5), or lost: reading the record
	// is right for all of them.
	created, err := s.Find(ctx, wanted.ApplicationURI)
	switch {
	case created != nil && failed != nil && !same(*created, wanted):
		return nil, s.fail(Exists, "was lost, and there is a record of this ApplicationUri now that somebody else has made")
	case created != nil:
		return created, nil
	case failed != nil:
		return nil, failed
	case err != nil:
		return fromResponse(posted, wanted, err)
	}
	return nil, s.fail(domainapi.Failed, "was answered with success, but there is no such record afterwards")
}

// fromResponse is a record that was made but could not be read again: as wanted, with the ID that the response gave it.
func fromResponse(posted *erpnet.Response, wanted Record, err error) (*Record, error) {
	var row domainapi.Row
	_ = json.Unmarshal(posted.Content(), &row) // a response without the record says nothing
	id := recordOf(row).ID
	if id == "" {
		id = domainapi.KeyOf(posted.Header.Get("OData-EntityId"))
	}
	if id == "" {
		return nil, err
	}
	wanted.ID, wanted.SecretHashWithheld = id, true
	return &wanted, nil
}

// Update changes the record from what was read to what is wanted, and returns it as the instance has it then. The
// version that was read goes with it, so that a change that somebody else made since is an error of kind [Conflict].
func (s Store) Update(ctx context.Context, read, wanted Record) (*Record, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), erpnet.OperationLimit)
	defer cancel()
	body, failed := s.body(ctx, wanted, read)
	if failed != nil {
		return nil, failed
	}
	if body != "{}" {
		_, failed = s.API.Call(ctx, http.MethodPatch, s.url(read.ID), body, erpnet.RetryWrite)
	}
	now, err := s.Get(ctx, read.ID)
	switch {
	case err != nil && failed != nil:
		return nil, failed
	case err != nil:
		return nil, err
	case now == nil:
		return nil, s.fail(Conflict, "failed, since the record was deleted in the meantime")
	case failed == nil, ambiguous(failed) && same(*now, wanted) && !hashUncertain(read, wanted, *now):
		return now, nil
	case failed.Status != 0 && !ambiguous(failed) && changedSince(read, *now):
		e := s.fail(Conflict, "was refused, since somebody else has changed the record in the meantime")
		e.Status = failed.Status
		return nil, e
	}
	return nil, failed
}

// Delete deletes the record. One that is gone already is no error.
func (s Store) Delete(ctx context.Context, id string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), erpnet.OperationLimit)
	defer cancel()
	_, failed := s.API.Call(ctx, http.MethodDelete, s.url(id), "", erpnet.RetryWrite)
	if failed == nil {
		return nil
	}
	// Lost, refused, or not there: the response to a missing key is unknown.
	if now, err := s.Get(ctx, id); err == nil && now == nil {
		return nil
	}
	return failed
}

func (s Store) url(id string) string { return s.API.Root + domainapi.Reference(applicationSet, id) }

func (s Store) fail(kind erpnet.Kind, happened string) *erpnet.Error {
	return s.API.Fail(kind, s.API.Root+applicationSet, happened)
}

// body writes the changes as a JSON object.
func (s Store) body(ctx context.Context, wanted, old Record) (string, *erpnet.Error) {
	members := changes(wanted, old)
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

// ambiguous reports whether a write that failed may have been done all the same.
func ambiguous(failed *erpnet.Error) bool {
	switch failed.Kind {
	case erpnet.ConnectionLost, erpnet.Timeout, erpnet.OversizedResponse, domainapi.NotDomainAPI:
		return true
	case erpnet.Unavailable:
		return failed.Status != http.StatusServiceUnavailable
	}
	return false
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
	return len(changes(wanted, now)) == 0
}

// hashUncertain reports whether a new hash cannot be seen in the record.
func hashUncertain(read, wanted, now Record) bool {
	return wanted.ApplicationSecretHash != read.ApplicationSecretHash && now.ApplicationSecretHash != wanted.ApplicationSecretHash
}
