// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package trustedapp

import (
	"context"
	"fmt"
	"iter"
	"strconv"
	"strings"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet/domainapi"
)

// Filter selects the records to list. A zero field matches every record.
type Filter struct {
	Name         string // the whole name
	NameContains string // a part of it
	Enabled      *bool
	SystemUser   string // login
}

// listPageSize is the number of records to request at once. A page of records with long notes must stay below
// [erpnet.MaxResponseSize].
const listPageSize = 100

// List returns the records that match the filter, ordered by ApplicationUri. It reads a page when the iteration reaches
// the first record of the page. The first failure is the last result: an error of kind [UnknownUser] for a system user
// that the instance does not have, and of kind [TooManyRecords] after [erpnet.MaxListed] records.
func (s Store) List(ctx context.Context, filter Filter) iter.Seq2[*Record, error] {
	return func(yield func(*Record, error) bool) {
		expression, failed := s.filter(ctx, filter)
		if failed != nil {
			yield(nil, failed)
			return
		}
		query := recordQuery
		query.Filter, query.OrderBy, query.Top = expression, "ApplicationUri", listPageSize
		query.Count = true // saves the request that finds the last page empty
		logins, listed := map[string]string{}, 0
		for page, failed := range s.API.Pages(ctx, query) {
			if failed != nil {
				yield(nil, failed)
				return
			}
			for _, row := range page.Rows {
				record, failed := s.recordWithLogin(ctx, row, logins)
				if failed == nil && !filter.passes(text(row, "Name"), record) { // a server may ignore the filter
					continue
				}
				if listed++; failed == nil && listed > erpnet.MaxListed {
					failed = s.fail(TooManyRecords, fmt.Sprintf("lists more than %d records", erpnet.MaxListed))
				}
				if failed != nil {
					yield(nil, failed)
					return
				}
				if !yield(&record, nil) {
					return
				}
			}
		}
	}
}

// filter returns the OData expression of a filter. It uses only attributes that ERP.net allows in filters (protocol
// section 4).
func (s Store) filter(ctx context.Context, f Filter) (string, *erpnet.Error) {
	var conditions []string
	if f.Name != "" {
		conditions = append(conditions, "Name eq "+domainapi.QuoteString(f.Name))
	}
	if f.NameContains != "" {
		conditions = append(conditions, "contains(Name,"+domainapi.QuoteString(f.NameContains)+")")
	}
	if f.Enabled != nil {
		conditions = append(conditions, "IsEnabled eq "+strconv.FormatBool(*f.Enabled))
	}
	if f.SystemUser != "" {
		user, failed := s.userReference(ctx, f.SystemUser)
		if failed != nil {
			return "", failed
		}
		conditions = append(conditions, "SystemUser eq "+domainapi.QuoteString(user["@odata.id"]))
	}
	return strings.Join(conditions, " and "), nil
}

// passes reports whether a record matches the filter. It ignores letter case, because a database may, and compares the
// unredacted name.
func (f Filter) passes(name string, r Record) bool {
	return (f.Name == "" || strings.EqualFold(name, f.Name)) &&
		strings.Contains(strings.ToLower(name), strings.ToLower(f.NameContains)) &&
		(f.Enabled == nil || r.IsEnabled == *f.Enabled) &&
		(f.SystemUser == "" || strings.EqualFold(r.SystemUser, f.SystemUser))
}
