// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package domainapi

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet/identity"
	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// lab is an instance, a session with it, and the clock that both share.
type lab struct {
	*erpnettest.Server
	service  *identity.Service
	instance erpnet.Instance
	limiter  Limiter

	mu    sync.Mutex
	clock time.Time
}

func newLab(t *testing.T) *lab {
	t.Helper()
	l := &lab{Server: erpnettest.NewServer(), clock: noon}
	t.Cleanup(l.Close)
	l.SetClock(l.now)
	l.service = identity.NewService(erpnet.NewClient(erpnet.Options{Now: l.now}))
	instance, err := erpnet.ParseInstance(l.URL)
	if err != nil {
		t.Fatal(err)
	}
	l.instance = instance
	return l
}

func (l *lab) now() time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.clock
}

func (l *lab) api() API {
	return API{
		Root: l.instance.DomainAPIURL, Limiter: &l.limiter,
		Tokens: TokenSource{Service: l.service, Request: identity.TokenRequest{
			Instance: l.instance,
			Credentials: identity.Credentials{
				ClientID: erpnettest.SampleApplication().ApplicationUri, Secret: erpnet.NewSecret(erpnettest.SampleSecret),
			},
		}},
	}
}

func expectKind(t *testing.T, err error, want erpnet.Kind) {
	t.Helper()
	var failed *erpnet.Error
	switch {
	case err == nil && want != "":
		t.Errorf("no error, want %s", want)
	case err != nil && !errors.As(err, &failed):
		t.Errorf("not an *Error: %v", err)
	case err != nil && failed.Kind != want:
		t.Errorf("got %s, want %s: %v", failed.Kind, want, err)
	}
}

func (l *lab) readAll(top int) (*Page, error) {
	return l.api().QueryAll(context.Background(), Query{EntitySet: "Crm_Sales_Customers", Select: "Number", Top: top, Count: true}, 100)
}

func TestQueryAllReadsEveryPage(t *testing.T) {
	for name, change := range map[string]func(*erpnettest.Settings){
		"absolute links": func(*erpnettest.Settings) {},
		"relative links": func(s *erpnettest.Settings) { s.RelativeNextLinks = true },
		"no links":       func(s *erpnettest.Settings) { s.NoNextLinks = true },
	} {
		for _, count := range []bool{false, true} {
			t.Run(name, func(t *testing.T) {
				l := newLab(t)
				l.Configure(change)
				for top := 1; top <= 16; top += 5 {
					page, err := l.api().QueryAll(context.Background(), Query{EntitySet: "Crm_Sales_Customers", Select: "Number", Top: top, Count: count}, 100)
					if err != nil {
						t.Fatal(err)
					}
					numbers := map[any]bool{}
					for _, row := range page.Rows {
						numbers[row["Number"]] = true
					}
					if len(page.Rows) != 15 || len(numbers) != 15 {
						t.Errorf("top %d: %d rows, %d different", top, len(page.Rows), len(numbers))
					}
				}
			})
		}
	}
}

// A server may give fewer rows than asked for, without a link to the rest.
func TestQueryAllReadsOnBeyondShortPages(t *testing.T) {
	for name, uncounted := range map[string]bool{"counted": false, "not counted": true} {
		t.Run(name, func(t *testing.T) {
			l := newLab(t)
			l.Inject(erpnettest.DomainAPI, erpnettest.Document(func(page map[string]any) {
				delete(page, "@odata.nextLink")
				if uncounted {
					delete(page, "@odata.count")
				}
				page["value"] = firstOf(page["value"], 4)
			}))
			page, err := l.readAll(6)
			if err != nil || len(page.Rows) != 15 {
				t.Errorf("%v", err)
			}
		})
	}
}

// firstOf cuts a page, whatever the type of its rows.
func firstOf(rows any, n int) any {
	text := fmt.Sprintf("%T", rows)
	switch rows := rows.(type) {
	case []any:
		return rows[:min(n, len(rows))]
	case []map[string]any:
		return rows[:min(n, len(rows))]
	}
	panic("rows are " + text)
}

func TestQueryAllNamesMissingRows(t *testing.T) {
	l := newLab(t)
	l.Inject(erpnettest.DomainAPI, erpnettest.Together(erpnettest.Field("@odata.count", 16), erpnettest.WithoutField("@odata.nextLink")))
	_, err := l.readAll(100)
	expectKind(t, err, IncompleteRows)
}

func TestCountMayBeText(t *testing.T) {
	l := newLab(t)
	l.Inject(erpnettest.DomainAPI, erpnettest.Field("@odata.count", "15"))
	page, err := l.readAll(6)
	if err != nil || page.Count == nil || *page.Count != 15 {
		t.Errorf("%v", err)
	}
}

func TestLinksToNothingEnd(t *testing.T) {
	l := newLab(t)
	calls := 0
	l.Inject(erpnettest.DomainAPI, erpnettest.Document(func(page map[string]any) {
		calls++
		page["value"], page["@odata.nextLink"] = []any{}, fmt.Sprintf("Crm_Sales_Customers?$skip=%d", calls)
	}))
	_, err := l.readAll(6)
	expectKind(t, err, ForeignLink)
	if calls > maxEmptyPages+2 {
		t.Errorf("%d calls", calls)
	}
}

func TestSecretsAreDroppedFromEveryPage(t *testing.T) {
	l := newLab(t)
	row := erpnettest.RawField("value", `[{"Password":"hunter2","ApplicationSecretHash":"hunter2","Kept":1}]`)
	query := Query{EntitySet: "Crm_Sales_Customers", Top: 1}
	l.Inject(erpnettest.DomainAPI, row.For(2))
	l.Inject(erpnettest.DomainAPI, erpnettest.Together(erpnettest.RawField("value", "[]"), erpnettest.WithoutField("@odata.nextLink")))
	one, err := l.api().Query(context.Background(), query)
	if err != nil || len(one.Rows) != 1 || len(one.Rows[0]) != 1 {
		t.Errorf("%v, %v", one, err)
	}
	all, err := l.api().QueryAll(context.Background(), query, 10)
	if err != nil || len(all.Rows) != 1 || len(all.Rows[0]) != 1 {
		t.Errorf("%v, %v", all, err)
	}
}
