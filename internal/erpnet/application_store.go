// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnet

import (
	"context"
	"encoding/json"
	"net/http"
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

// Create makes the record and returns it as the instance has it then. A record
// of this ApplicationUri that is there already is an error, of kind
// [APIExists]. If the connection breaks, what the instance has then decides:
// nothing is created twice. It goes on when ctx is canceled, so that what was
// made is known.
func (s Applications) Create(ctx context.Context, a TrustedApplication) (*TrustedApplication, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), OperationLimit)
	defer cancel()
	// One at a time for each ApplicationUri, which no index may keep unique.
	leave, err := s.API.Gates.enter(ctx, tokenKey{identityURL: s.API.Root, clientID: strings.ToLower(a.ApplicationURI), scope: "create"})
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
