// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package trustedapp

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet/domainapi"
)

// Create creates the record and returns it as the instance then has it. An existing record with this ApplicationUri is
// an error of kind [Exists]. If the response to the write is inconclusive, the record on the instance decides. If that
// cannot be read either, the error is of kind [Undecided].
func (s Store) Create(ctx context.Context, wanted Record) (*Record, error) {
	// One at a time for each ApplicationUri, because there may be no unique index.
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
	if wasNotSent(failed) {
		return nil, failed
	}
	// The response may be 201 or 200 with the record, 204 without it (protocol section 5), or not from the API, whatever
	// it looks like. Reading the record works for all of them.
	ctx = context.WithoutCancel(ctx)
	created, err := s.Find(ctx, wanted.ApplicationURI)
	switch {
	case created != nil && (failed == nil || isOurs(*created, wanted)):
		return created, nil
	case created != nil && failed.MayBeDone:
		return nil, s.fail(Exists, "got no response of the Domain API, and found a record with this ApplicationUri "+
			"that was not there before. It may be the one that was sent, with values that the instance changed")
	case created != nil:
		return nil, s.fail(Exists, "was refused, and found a record with this ApplicationUri that somebody else has "+
			"made")
	case failed == nil:
		return s.fromResponse(ctx, posted, wanted, err)
	case failed.MayBeDone && err != nil:
		return nil, s.undecided(failed, err)
	case failed.Kind == erpnet.Timeout:
		return nil, withEvidence(failed, "Right afterwards, the instance had no such record. It may still create it: "+
			"look for it before you try again.")
	}
	return nil, failed
}

// wasNotSent reports whether a write failed before it was sent.
func wasNotSent(failed *erpnet.Error) bool {
	return failed != nil && !failed.MayBeDone && failed.Status == 0
}

// withEvidence returns a copy of an error with more evidence.
func withEvidence(failed *erpnet.Error, evidence string) *erpnet.Error {
	e := *failed
	e.Evidence = strings.TrimPrefix(e.Evidence+"\n"+evidence, "\n")
	return &e
}

// isOurs reports whether a record that appeared during a write is the one that was written: it has the hash of the same
// secret, or everything that was wanted.
func isOurs(now, wanted Record) bool {
	return now.ApplicationSecretHash != "" && now.ApplicationSecretHash == wanted.ApplicationSecretHash ||
		same(now, wanted)
}

// undecided returns the error for a write that may have been carried out but cannot be verified.
func (s Store) undecided(failed *erpnet.Error, err error) *erpnet.Error {
	e := withEvidence(failed, "Reading the record afterwards failed too: "+err.Error())
	e.Kind, e.MayBeDone = Undecided, true
	return e
}

// fromResponse returns the record that was created but is not in the list, or could not be read again: by the ID from
// the response, or else as wanted with that ID.
func (s Store) fromResponse(
	ctx context.Context,
	posted *erpnet.Response,
	wanted Record,
	err error,
) (*Record, error) {
	var row domainapi.Row
	_ = json.Unmarshal(posted.Content(), &row) // a response without the record is fine
	id := cmp.Or(
		recordOf(row).ID,
		domainapi.KeyOf(posted.Header.Get("OData-EntityId")),
		domainapi.KeyOf(posted.Header.Get("Location")),
	)
	switch {
	case id == "" && err != nil:
		e := s.fail(Undecided, "was answered with success, but without the record's Id")
		return nil, withEvidence(e, "Reading the record afterwards failed: "+err.Error())
	case id == "":
		return nil, s.fail(domainapi.Failed, "was answered with success, but there is no such record afterwards")
	}
	if created, err := s.Get(ctx, id); err == nil && created != nil {
		return created, nil
	}
	return written(id, wanted), nil
}

// written returns a record of which only the write is known.
func written(id string, wanted Record) *Record {
	wanted.ID, wanted.ObjectVersion, wanted.SecretHashWithheld = id, nil, true
	return &wanted
}

// Update changes the record from what was read to what is wanted, and returns it as the instance then has it. It sends
// the differences, and the hash if writeHash is set. It also sends the version that was read, so a change that someone
// else has made since then is an error of kind [Conflict].
func (s Store) Update(ctx context.Context, read, wanted Record, writeHash bool) (*Record, error) {
	body, failed := s.body(ctx, wanted, read, writeHash)
	if failed != nil {
		return nil, failed
	}
	if body != "{}" {
		if _, failed = s.API.Write(ctx, http.MethodPatch, s.url(read.ID), body); wasNotSent(failed) {
			return nil, failed
		}
		ctx = context.WithoutCancel(ctx)
	}
	now, err := s.Get(ctx, read.ID)
	if failed == nil {
		return s.updated(now, err, wanted, read, body, writeHash)
	}
	switch {
	case err != nil && failed.MayBeDone:
		return nil, s.undecided(failed, err)
	case err != nil, now == nil && isDenial(failed):
		return nil, failed
	case now == nil:
		return nil, s.fail(Conflict, "found that the record was deleted in the meantime")
	case same(*now, wanted) && !hashUncertain(read, *now, wanted, writeHash), hashArrived(read, *now, wanted):
		return now, nil
	case changedSince(read, *now) && (!failed.MayBeDone || isConflict(failed.Status)):
		e := s.fail(Conflict, "was refused, and the record was changed in the meantime")
		e.Status = failed.Status
		return nil, e
	case failed.MayBeDone && same(*now, wanted):
		return nil, withEvidence(failed, "The instance does not show the hash, so whether the new one was written is "+
			"not known.")
	}
	return nil, failed
}

// updated returns the record after a write that the instance reported as a success.
func (s Store) updated(now *Record, err error, wanted, read Record, body string, writeHash bool) (*Record, error) {
	switch {
	case body == "{}" && err != nil:
		return nil, err
	case body == "{}" && now == nil:
		return nil, s.fail(Conflict, "found that the record was deleted in the meantime")
	case err != nil, now == nil:
		return written(read.ID, wanted), nil //nolint:nilerr // the write succeeded; only reading it back failed
	case now.ApplicationSecretHash != "" && hashUncertain(read, *now, wanted, writeHash):
		return nil, s.fail(domainapi.Failed, "was answered with success, but the record has another secret hash than "+
			"the one that was sent")
	case body != "{}" && sameVersion(read, *now) && !same(*now, wanted):
		return nil, s.fail(domainapi.Failed, "was answered with success, but the record is unchanged")
	}
	return now, nil
}

// Delete deletes the record. A record that no longer exists is not an error.
func (s Store) Delete(ctx context.Context, id string) error {
	_, failed := s.API.Write(ctx, http.MethodDelete, s.url(id), "")
	if wasNotSent(failed) {
		return failed
	}
	// There was no response, a refusal, a success that a gateway may have made up, or no such record: the response to a
	// missing key is unknown.
	now, err := s.Get(context.WithoutCancel(ctx), id)
	switch {
	case failed == nil && now != nil:
		return s.fail(domainapi.Failed, "was answered with success, but the record is still there")
	case failed == nil, err == nil && now == nil && !isDenial(failed):
		return nil
	case err != nil && failed.MayBeDone:
		return s.undecided(failed, err)
	}
	return failed
}

// isDenial reports whether the API refused a write for a reason that is not about the record: a record that is not
// visible afterwards is still there.
func isDenial(failed *erpnet.Error) bool {
	switch failed.Kind {
	case domainapi.TokenRejected, domainapi.Forbidden, domainapi.RateLimited, domainapi.NoLicence:
		return true
	}
	return false
}

// isConflict reports whether a status says that the version of the record was another one (RFC 9110 section 15.5.13,
// RFC 6585 section 3).
func isConflict(status int) bool {
	return status == http.StatusConflict || status == http.StatusPreconditionFailed ||
		status == http.StatusPreconditionRequired
}

// body returns the changes as a JSON object.
func (s Store) body(ctx context.Context, wanted, old Record, writeHash bool) (string, *erpnet.Error) {
	members := changes(wanted, old, writeHash)
	for i := range members {
		// null removes the user. This is standard OData but not documented for ERP.net (protocol section 5).
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

func sameVersion(read, now Record) bool {
	return read.ObjectVersion != nil && now.ObjectVersion != nil && *read.ObjectVersion == *now.ObjectVersion
}

// same reports whether a record is as wanted, which means that a write whose response was lost has been carried out. It
// ignores the hash if the instance does not show it.
func same(now, wanted Record) bool {
	if now.ApplicationSecretHash == "" {
		wanted.ApplicationSecretHash = ""
	}
	now.ObjectVersion = nil
	return len(changes(wanted, now, false)) == 0
}

// hashUncertain reports whether a new hash was sent but is not visible in the record.
func hashUncertain(read, now, wanted Record, writeHash bool) bool {
	changes := writeHash || wanted.ApplicationSecretHash != read.ApplicationSecretHash
	return changes && now.ApplicationSecretHash != wanted.ApplicationSecretHash
}

// hashArrived reports whether the record has the hash that was sent, and had another one before.
func hashArrived(read, now, wanted Record) bool {
	return wanted.ApplicationSecretHash != "" && now.ApplicationSecretHash == wanted.ApplicationSecretHash &&
		read.ApplicationSecretHash != "" && read.ApplicationSecretHash != wanted.ApplicationSecretHash
}
