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

// Filter says which records to list. A zero field leaves its attribute open.
type Filter struct {
	Name         string // the whole name
	NameContains string // a part of it
	Enabled      *bool
	SystemUser   string // login
}

// listPageSize is how many records are asked for at once: a page of them with long notes has to stay below
// [erpnet.MaxResponseSize].
const listPageSize = 100

// List returns the records that pass the filter, in the order of their ApplicationUris, and reads a page when its first
// record is asked for. The first failure is the last result: an error of kind [UnknownUser] for a system user whom the
// instance does not have, and of kind [TooManyRecords] after [erpnet.MaxListed] records.
func (s Store) List(ctx context.Context, filter Filter) iter.Seq2[*Record, error] {
	return func(yield func(*Record, error) bool) {
		expression, failed := s.filter(ctx, filter)
		if failed != nil {
			yield(nil, failed)
			return
		}
		query := recordQuery
		query.Filter, query.OrderBy, query.Top = expression, "ApplicationUri", listPageSize
		query.Count = true // it spares the request that finds the last page empty
		logins, listed := map[string]string{}, 0
		for page, failed := range s.API.Pages(ctx, query) {
			if failed != nil {
				yield(nil, failed)
				return
			}
			for _, row := range page.Rows {
				record, failed := s.recordWithLogin(ctx, row, logins)
				if failed == nil && !filter.passes(text(row, "Name"), record) { // a filter may be ignored
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

// filter is the OData expression of a filter, of attributes alone that ERP.net lets filter by (protocol section 4).
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

// passes compares without letter case, as a database may, and the name as the instance has it.
func (f Filter) passes(name string, r Record) bool {
	return (f.Name == "" || strings.EqualFold(name, f.Name)) &&
		strings.Contains(strings.ToLower(name), strings.ToLower(f.NameContains)) &&
		(f.Enabled == nil || r.IsEnabled == *f.Enabled) &&
		(f.SystemUser == "" || strings.EqualFold(r.SystemUser, f.SystemUser))
}
