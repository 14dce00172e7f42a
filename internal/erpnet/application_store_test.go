// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnet

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

// store is the lab's instance as the sample application manages it.
func (l *lab) store() Applications {
	return Applications{API: l.api()}
}

func (l *lab) api() DomainAPI {
	return DomainAPI{
		Client: l.Checker.Client, Root: l.instance.DomainAPIURL, Gates: l.Gates,
		Bearer: Bearer{Tokens: l.Tokens, Request: TokenRequest{
			Instance:    l.instance,
			Credentials: Credentials{erpnettest.SampleApplication().ApplicationUri, NewSecret(erpnettest.SampleSecret)},
		}},
	}
}

func wantedApplication() TrustedApplication {
	return TrustedApplication{
		Name: "It's a test", ApplicationURI: "com.example/it's", IsEnabled: true, ClientType: Confidential,
		ApplicationSecretHash: SecretHash("DEMO"), Scope: []string{"read", "update"},
		SystemUserAllowed: true, SystemUser: erpnettest.SampleUser().Login,
		ImpersonateLoginURL: []string{"https://a.example/x", "https://b.example/y"}, Notes: `Quotes ' and " and \`,
	}
}

// Every answer that the documents leave open is taken.
func TestRecordLivesWhateverTheServerAnswers(t *testing.T) {
	for name, change := range map[string]func(*erpnettest.Settings){
		"as documented":        func(*erpnettest.Settings) {},
		"200 for all":          func(s *erpnettest.Settings) { s.CreateStatus, s.UpdateStatus, s.DeleteStatus = 200, 200, 200 },
		"204 for all":          func(s *erpnettest.Settings) { s.CreateStatus = 204 },
		"404 for missing keys": func(s *erpnettest.Settings) { s.MissingKeyStatus = 404 },
		"duplicates allowed":   func(s *erpnettest.Settings) { s.AllowDuplicateURIs = true },
		"no change tracking":   func(s *erpnettest.Settings) { s.ChangeTrackingOff = true },
		"bare errors":          func(s *erpnettest.Settings) { s.BareErrors = true },
		"an older version":     func(s *erpnettest.Settings) { s.UnknownAttributes = []string{"ReferenceTokens"} },
	} {
		t.Run(name, func(t *testing.T) {
			l, ctx := newLab(t), context.Background()
			l.Configure(change)
			store := l.store()
			created, err := store.Create(ctx, wantedApplication())
			if err != nil {
				t.Fatal(err)
			}
			expectStored(t, created, wantedApplication())

			changed := wantedApplication()
			changed.Name, changed.Scope, changed.ApplicationSecretHash, changed.Notes = "Changed", nil, SecretHash("new"), ""
			changed.SystemUserAllowed, changed.SystemUser = false, ""
			updated, err := store.Update(ctx, *created, changed)
			if err != nil {
				t.Fatal(err)
			}
			expectStored(t, updated, changed)
			if again, err := store.Update(ctx, *updated, changed); err != nil || again.ID != created.ID {
				t.Errorf("an update of nothing: %v", err)
			}
			for range 2 { // one that is gone already is no error
				if err := store.Delete(ctx, created.ID); err != nil {
					t.Error(err)
				}
			}
			if gone, err := store.Get(ctx, created.ID); gone != nil || err != nil {
				t.Errorf("after delete: %v, %v", gone, err)
			}
			if _, err := store.Update(ctx, *updated, wantedApplication()); err == nil {
				t.Error("a deleted record was changed")
			}
		})
	}
}

func expectStored(t *testing.T, got *TrustedApplication, want TrustedApplication) {
	t.Helper()
	if got == nil {
		t.Fatal("there is no record")
	}
	want.ID = got.ID
	unversioned := *got
	unversioned.ObjectVersion = nil
	if rest := changes(want, unversioned); len(rest) > 0 || !IsGUID(got.ID) {
		t.Errorf("differs by %s", encodeMembers(rest))
	}
}

func TestUserIsReferencedAndNeverChanged(t *testing.T) {
	l := newLab(t)
	before := l.Users()
	created, err := l.store().Create(context.Background(), wantedApplication())
	if err != nil || created.SystemUser != erpnettest.SampleUser().Login {
		t.Errorf("%v, %v", created, err)
	}
	if !slices.Equal(l.Users(), before) {
		t.Error("the users have changed")
	}
	unknown := wantedApplication()
	unknown.ApplicationURI, unknown.SystemUser = "other", "nobody"
	_, err = l.store().Create(context.Background(), unknown)
	expectKind(t, err, UnknownUser)
	if len(l.Applications()) != 2 {
		t.Error("a record was made for a user that is not there")
	}
}

func TestExistingRecordIsNotTakenOver(t *testing.T) {
	l := newLab(t)
	taken := wantedApplication()
	taken.ApplicationURI = erpnettest.SampleApplication().ApplicationUri
	_, err := l.store().Create(context.Background(), taken)
	expectKind(t, err, APIExists)
}

// writes is a fault that strikes at the requests of one method only.
func writes(method string, fault erpnettest.Fault) erpnettest.Fault {
	fault = fault.Once()
	fault.When = func(r erpnettest.Request) bool { return r.Method == method }
	return fault
}

// After a lost answer the record says whether the write was done.
func TestLostAnswersAreDecidedByTheRecord(t *testing.T) {
	for name, test := range map[string]struct {
		fault erpnettest.Fault
		done  bool
	}{
		"cut after the commit":  {erpnettest.AnswerLost(), true},
		"cut before the work":   {erpnettest.Disconnect(), false},
		"reset before the work": {erpnettest.Reset(), false},
		"502 after the commit":  {erpnettest.AnswerReplaced(502), true},
		"504 after the commit":  {erpnettest.AnswerReplaced(504), true},
		"502 before the work":   {erpnettest.Status(502), false},
		"503 of a gateway":      {erpnettest.HTML(503), false},
	} {
		t.Run(name, func(t *testing.T) {
			l, ctx := newLab(t), context.Background()
			store := l.store()

			l.Inject(erpnettest.DomainAPI, writes("POST", test.fault))
			created, err := store.Create(ctx, wantedApplication())
			if (err == nil) != test.done || len(l.Applications()) != map[bool]int{true: 2, false: 1}[test.done] {
				t.Fatalf("create: %v, %d records", err, len(l.Applications()))
			}
			if created == nil {
				if created, err = store.Create(ctx, wantedApplication()); err != nil {
					t.Fatal(err)
				}
			}
			changed := wantedApplication()
			changed.ApplicationSecretHash = SecretHash("new")
			l.Inject(erpnettest.DomainAPI, writes("PATCH", test.fault))
			updated, err := store.Update(ctx, *created, changed)
			if (err == nil) != test.done {
				t.Errorf("update: %v", err)
			}
			if err == nil && updated.ApplicationSecretHash != changed.ApplicationSecretHash {
				t.Error("update says that it is done, but it is not")
			}
			l.Inject(erpnettest.DomainAPI, writes("DELETE", test.fault))
			if err := store.Delete(ctx, created.ID); (err == nil) != test.done {
				t.Errorf("delete: %v", err)
			}
		})
	}
}

// 429 and the shortage of licences say that nothing was written.
func TestWritesAreRepeatedWhenNothingWasWritten(t *testing.T) {
	for name, fault := range map[string]erpnettest.Fault{
		"429":        erpnettest.Status(429).With("Retry-After", "1"),
		"no licence": erpnettest.Status(503).With("Retry-After", "1"),
	} {
		t.Run(name, func(t *testing.T) {
			l := newLab(t)
			l.Checker.Client = NewClient(Options{Now: l.now, MaxRetries: 1})
			l.Inject(erpnettest.DomainAPI, writes("POST", fault))
			if _, err := l.store().Create(context.Background(), wantedApplication()); err != nil {
				t.Error(err)
			}
		})
	}
}

// A 503 of a gateway says nothing of the kind, nor does a broken connection.
func TestWritesAreNotRepeatedBlindly(t *testing.T) {
	for name, fault := range map[string]erpnettest.Fault{"gateway": erpnettest.HTML(503), "502": erpnettest.Status(502), "broken": erpnettest.Disconnect()} {
		t.Run(name, func(t *testing.T) {
			l := newLab(t)
			l.Checker.Client = NewClient(Options{Now: l.now, MaxRetries: 2})
			posts := 0
			fault.When = func(r erpnettest.Request) bool {
				if r.Method == "POST" {
					posts++
				}
				return r.Method == "POST"
			}
			l.Inject(erpnettest.DomainAPI, fault)
			if _, err := l.store().Create(context.Background(), wantedApplication()); err == nil || posts != 1 {
				t.Errorf("%v after %d writes", err, posts)
			}
		})
	}
}

func TestSomebodyElsesChangeIsAConflict(t *testing.T) {
	for _, status := range []int{500, 409, 412} {
		l, ctx := newLab(t), context.Background()
		l.Configure(func(s *erpnettest.Settings) { s.ConflictStatus = status })
		store := l.store()
		created, err := store.Create(ctx, wantedApplication())
		if err != nil {
			t.Fatal(err)
		}
		l.ChangeApplication(created.ApplicationURI, func(a *erpnettest.TrustedApplication) { a.Notes = "by somebody else" })
		changed := wantedApplication()
		changed.Name = "Changed"
		_, err = store.Update(ctx, *created, changed)
		expectKind(t, err, APIConflict)
		if now, _ := store.Get(ctx, created.ID); now.Name == "Changed" {
			t.Error("the change was written all the same")
		}
	}
}

func TestRefusedSecuritySetIsSaidSo(t *testing.T) {
	for status, want := range map[int]Kind{403: APIForbidden, 500: APIFailed} {
		l := newLab(t)
		l.Configure(func(s *erpnettest.Settings) {
			s.SecurityAccess, s.SecurityRefusalStatus = erpnettest.SecurityRefused, status
		})
		_, err := l.store().Find(context.Background(), "x")
		expectKind(t, err, want)
		_, err = l.store().Create(context.Background(), wantedApplication())
		expectKind(t, err, want)
	}
}

// The session's limit, one running and five queued, is never tripped.
func TestCallsAreMadeOneAtATime(t *testing.T) {
	l := newLab(t)
	var group sync.WaitGroup
	for range 50 {
		group.Go(func() {
			if _, err := l.api().Query(context.Background(), Query{EntitySet: "Crm_Sales_Customers", Top: 1}); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if sessions := l.Sessions(); sessions.Opened != 1 || sessions.LongestQueue != 0 {
		t.Errorf("%+v", sessions)
	}
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

func TestReferenceTokenIsABearer(t *testing.T) {
	l := newLab(t)
	l.ChangeApplication(erpnettest.SampleApplication().ApplicationUri, func(a *erpnettest.TrustedApplication) { a.ReferenceTokens = "AdministratorsOnly" })
	value, err := l.AddReferenceToken(erpnettest.ReferenceToken{Application: erpnettest.SampleApplication().ApplicationUri, Scopes: []string{"read"}})
	if err != nil {
		t.Fatal(err)
	}
	api := l.api()
	api.Bearer = Bearer{Reference: NewSecret(value)}
	if _, err := api.Query(context.Background(), Query{EntitySet: "Crm_Sales_Customers", Top: 1}); err != nil {
		t.Error(err)
	}
	l.RevokeReferenceToken(value)
	_, err = api.Query(context.Background(), Query{EntitySet: "Crm_Sales_Customers", Top: 1})
	expectKind(t, err, APITokenRefused)
	if err != nil && strings.Contains(err.Error(), value) {
		t.Error("the error holds the token")
	}
}

// Whatever a value holds, the filter finds it and nothing else.
func FuzzQuoteString(f *testing.F) {
	for _, seed := range []string{"usual", "it's", "''", "a' or 'b", "%27", "+ &=?#", "Ж", ""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		quoted := QuoteString(text)
		inner := quoted[1 : len(quoted)-1]
		if quoted[0] != '\'' || quoted[len(quoted)-1] != '\'' || strings.Contains(strings.ReplaceAll(inner, "''", ""), "'") {
			t.Errorf("%q is no literal", quoted)
		}
		if strings.ReplaceAll(inner, "''", "'") != text {
			t.Errorf("%q does not say %q", quoted, text)
		}
		if encoded := (Query{Filter: "Name eq " + quoted}).encode(); strings.ContainsAny(encoded, " +#'\"\n") || strings.Count(encoded, "&") != 0 {
			t.Errorf("%q does not stand in a URL", encoded)
		}
	})
}
