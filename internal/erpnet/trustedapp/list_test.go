// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package trustedapp

import (
	"context"
	"fmt"
	"testing"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

func TestListReadsNoMoreThanIsTaken(t *testing.T) {
	l := newLab(t, "")
	for i := range 3 * listPageSize {
		l.AddApplication(erpnettest.NewApplication(fmt.Sprintf("many/%04d", i)))
	}
	taken := 0
	for _, err := range l.List(context.Background(), Filter{NameContains: "many"}) {
		equal(t, "a failure", kindOf(err), "")
		if taken++; taken == listPageSize+1 {
			break
		}
	}
	equal(t, "pages", l.Count(erpnettest.DomainAPI), 2)
}

func TestListIsBounded(t *testing.T) {
	t.Parallel()
	l, pages := newLab(t, ""), 0
	l.Inject(erpnettest.DomainAPI, erpnettest.Document(func(page map[string]any) {
		rows := make([]any, listPageSize)
		for i := range rows {
			rows[i] = map[string]any{
				"Id":             fmt.Sprintf("00000000-0000-0000-0000-%012d", pages*listPageSize+i),
				"ApplicationUri": fmt.Sprintf("many/%d/%d", pages, i),
			}
		}
		pages++
		page["value"], page["@odata.nextLink"] = rows, fmt.Sprintf("%s?$skip=%d", applicationSet, pages)
	}))
	listed, last := 0, error(nil)
	for record, err := range l.List(context.Background(), Filter{}) {
		if last = err; record != nil {
			listed++
		}
	}
	equal(t, "records", listed, erpnet.MaxListed)
	equal(t, "the failure", kindOf(last), TooManyRecords)
}

// A server that ignores the filter does not add records to the list.
func TestListTakesOnlyWhatWasAskedFor(t *testing.T) {
	sample, enabled := recordOf(map[string]any{"Name": "Nightly Report", "IsEnabled": true}), true
	sample.SystemUser = "svc.integration"
	disabled := false
	for _, test := range []struct {
		filter Filter
		passes bool
	}{
		{Filter{}, true},
		{Filter{Name: "nightly report", NameContains: "REPORT", Enabled: &enabled}, true},
		{Filter{SystemUser: "SVC.Integration"}, true},
		{Filter{Name: "Nightly"}, false},
		{Filter{NameContains: "Daily"}, false},
		{Filter{Enabled: &disabled}, false},
		{Filter{SystemUser: "svc"}, false},
	} {
		equal(t, fmt.Sprintf("%+v", test.filter), test.filter.passes("Nightly Report", sample), test.passes)
	}
}
