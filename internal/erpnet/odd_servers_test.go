// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnet

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

func (l *lab) readAll(top int) (*Page, error) {
	return l.api().QueryAll(context.Background(), Query{EntitySet: "Crm_Sales_Customers", Select: "Number", Top: top, Count: true}, 100)
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

// A server that ignores the filter gives records that were not asked for.
func TestRecordsThatWereNotAskedForAreNotTaken(t *testing.T) {
	l, ctx := newLab(t), context.Background()
	l.Inject(erpnettest.DomainAPI, erpnettest.RawField("value", `[{"Id":"11111111-1111-1111-1111-111111111111","ApplicationUri":"other","Login":"admin"}]`))
	if found, err := l.store().Find(ctx, "wanted"); found != nil || err != nil {
		t.Errorf("found %v, %v", found, err)
	}
	if found, err := l.store().Get(ctx, "22222222-2222-2222-2222-222222222222"); found != nil || err != nil {
		t.Errorf("got %v, %v", found, err)
	}
	_, failed := l.store().userReference(ctx, "svc.orders")
	expectKind(t, failed, UnknownUser)
}

// Where $expand is ignored, the user is looked up.
func TestUserIsReadWithoutExpand(t *testing.T) {
	l := newLab(t)
	id := l.Users()[0].Id
	fault := erpnettest.RawField("value", fmt.Sprintf(`[{"Id":"11111111-1111-1111-1111-111111111111","ApplicationUri":"x","SystemUser":{"@odata.id":"https://elsewhere.example/Systems_Security_Users(%s)"}}]`, strings.ToUpper(id)))
	fault.When = func(r erpnettest.Request) bool { return strings.HasSuffix(r.Path, applicationSet) }
	l.Inject(erpnettest.DomainAPI, fault)
	found, err := l.store().Find(context.Background(), "x")
	if err != nil || found == nil || found.SystemUser != erpnettest.SampleUser().Login {
		t.Errorf("%+v, %v", found, err)
	}
}

// A record that was made is known by the answer where it cannot be read again.
func TestCreatedRecordIsNotLostWhenItCannotBeRead(t *testing.T) {
	l := newLab(t)
	posted := false
	fault := erpnettest.Status(500)
	fault.When = func(r erpnettest.Request) bool {
		before := posted
		posted = posted || r.Method == "POST"
		return before
	}
	l.Inject(erpnettest.DomainAPI, fault)
	created, err := l.store().Create(context.Background(), wantedApplication())
	if err != nil || !IsGUID(created.ID) || len(l.Applications()) != 2 {
		t.Errorf("%v, %v", created, err)
	}
}

func TestCanceledCreateIsFinished(t *testing.T) {
	l := newLab(t)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := l.store().Create(ctx, wantedApplication()); err != nil || len(l.Applications()) != 2 {
		t.Errorf("%v", err)
	}
}

// Without a unique index, two resources of one ApplicationUri make one record.
func TestOneRecordOfAnApplicationUri(t *testing.T) {
	l := newLab(t)
	l.Configure(func(s *erpnettest.Settings) { s.AllowDuplicateURIs = true })
	var made, refused int
	var mu sync.Mutex
	var group sync.WaitGroup
	for range 5 {
		group.Go(func() {
			_, err := l.store().Create(context.Background(), wantedApplication())
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				made++
			} else if asError(err).Kind == APIExists {
				refused++
			}
		})
	}
	group.Wait()
	if made != 1 || refused != 4 || len(l.Applications()) != 2 {
		t.Errorf("%d made, %d refused, %d records", made, refused, len(l.Applications()))
	}
}

// A lost answer to a create does not make somebody else's record ours.
func TestStrangersRecordIsNotAdopted(t *testing.T) {
	l := newLab(t)
	fault := writes("POST", erpnettest.Disconnect())
	fault.When = func(r erpnettest.Request) bool {
		if r.Method != "POST" {
			return false
		}
		stranger := erpnettest.NewApplication(wantedApplication().ApplicationURI)
		stranger.Name = "A stranger's"
		l.AddApplication(stranger)
		return true
	}
	l.Inject(erpnettest.DomainAPI, fault)
	_, err := l.store().Create(context.Background(), wantedApplication())
	expectKind(t, err, APIExists)
}

func TestRecordDeletedMeanwhileIsAConflict(t *testing.T) {
	for _, status := range []int{500, 404} {
		l, ctx := newLab(t), context.Background()
		l.Configure(func(s *erpnettest.Settings) { s.MissingKeyStatus = status })
		created, err := l.store().Create(ctx, wantedApplication())
		if err != nil {
			t.Fatal(err)
		}
		l.RemoveApplication(created.ApplicationURI)
		changed := wantedApplication()
		changed.Name = "Changed"
		_, err = l.store().Update(ctx, *created, changed)
		expectKind(t, err, APIConflict)
	}
}
