// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package trustedapp

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet/domainapi"
	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet/identity"
	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// lab is an instance, a session with it, and the clock that both share.
type lab struct {
	*erpnettest.Server
	service  *identity.Service
	instance erpnet.Instance
	limiter  domainapi.Limiter

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

func (l *lab) api() domainapi.API {
	return domainapi.API{
		Root: l.instance.DomainAPIURL, Limiter: &l.limiter,
		Tokens: domainapi.TokenSource{Service: l.service, Request: identity.TokenRequest{
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

// store is the lab's instance as the sample application manages it.
func (l *lab) store() Store {
	return Store{API: l.api()}
}

func wantedApplication() Record {
	return Record{
		Name: "It's a test", ApplicationURI: "com.example/it's", IsEnabled: true, ClientType: Confidential,
		ApplicationSecretHash: erpnet.SecretHash("DEMO"), Scope: []string{"read", "update"},
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
			changed.Name, changed.Scope, changed.ApplicationSecretHash, changed.Notes = "Changed", nil, erpnet.SecretHash("new"), ""
			changed.SystemUserAllowed, changed.SystemUser = false, ""
			updated, err := store.Update(ctx, *created, changed, false)
			if err != nil {
				t.Fatal(err)
			}
			expectStored(t, updated, changed)
			if again, err := store.Update(ctx, *updated, changed, false); err != nil || again.ID != created.ID {
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
			if _, err := store.Update(ctx, *updated, wantedApplication(), false); err == nil {
				t.Error("a deleted record was changed")
			}
		})
	}
}

func expectStored(t *testing.T, got *Record, want Record) {
	t.Helper()
	if got == nil {
		t.Fatal("there is no record")
	}
	want.ID = got.ID
	unversioned := *got
	unversioned.ObjectVersion = nil
	if rest := changes(want, unversioned, false); len(rest) > 0 || !domainapi.IsGUID(got.ID) {
		t.Errorf("differs by %s", encodeMembers(rest))
	}
}

func TestExistingRecordIsNotTakenOver(t *testing.T) {
	l := newLab(t)
	taken := wantedApplication()
	taken.ApplicationURI = erpnettest.SampleApplication().ApplicationUri
	_, err := l.store().Create(context.Background(), taken)
	expectKind(t, err, Exists)
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
			changed.ApplicationSecretHash = erpnet.SecretHash("new")
			l.Inject(erpnettest.DomainAPI, writes("PATCH", test.fault))
			updated, err := store.Update(ctx, *created, changed, false)
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
			l.service = identity.NewService(erpnet.NewClient(erpnet.Options{Now: l.now, MaxRetries: 1}))
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
			l.service = identity.NewService(erpnet.NewClient(erpnet.Options{Now: l.now, MaxRetries: 2}))
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
		_, err = store.Update(ctx, *created, changed, false)
		expectKind(t, err, Conflict)
		if now, _ := store.Get(ctx, created.ID); now.Name == "Changed" {
			t.Error("the change was written all the same")
		}
	}
}

func TestRefusedSecuritySetIsSaidSo(t *testing.T) {
	for status, want := range map[int]erpnet.Kind{403: domainapi.Forbidden, 500: domainapi.Failed} {
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
	if err != nil || !domainapi.IsGUID(created.ID) || len(l.Applications()) != 2 {
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
			} else if erpnet.AsError(err).Kind == Exists {
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
	expectKind(t, err, Exists)
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
		_, err = l.store().Update(ctx, *created, changed, false)
		expectKind(t, err, Conflict)
	}
}
