// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package trustedapp

import (
	"context"
	"maps"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet/domainapi"
	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

// The store accepts every response that the documents leave open.
func TestRecordLivesWhateverTheServerResponds(t *testing.T) {
	for name, settings := range map[string]string{
		"as documented":        `{}`,
		"200 for all":          `{"CreateStatus":200,"UpdateStatus":200,"DeleteStatus":200}`,
		"204 for all":          `{"CreateStatus":204}`,
		"404 for missing keys": `{"MissingKeyStatus":404}`,
		"duplicates allowed":   `{"AllowDuplicateURIs":true}`,
		"no change tracking":   `{"ChangeTrackingOff":true}`,
		"bare errors":          `{"BareErrors":true}`,
		"an older version":     `{"UnknownAttributes":["ReferenceTokens"]}`,
	} {
		t.Run(name, func(t *testing.T) {
			l, ctx := newLab(t, settings), context.Background()
			wanted := with(t, reports(), `{"ApplicationURI":"com.example/it's","Scope":["read","update"],
				"ImpersonateLoginURL":["https://a.example/x","https://b.example/y"],"Notes":"Quotes ' and \" and \\"}`)
			created, err := l.Create(ctx, wanted)
			wantStored(t, created, wanted, err)

			wanted = with(t, wanted, `{"Name":"Changed","Scope":[],"Notes":"","SystemUserAllowed":false,
				"SystemUser":""}`)
			wanted.ApplicationSecretHash = erpnet.SecretHash("new")
			updated, err := l.Update(ctx, *created, wanted, false)
			wantStored(t, updated, wanted, err)
			again, err := l.Update(ctx, *updated, wanted, false)
			wantStored(t, again, wanted, err)
			for range 2 { // a record that no longer exists is not an error
				equal(t, "delete", l.Delete(ctx, created.ID), nil)
			}
			gone, err := l.Get(ctx, created.ID)
			equal(t, "the deleted record", gone, nil)
			equal(t, "reading it", err, nil)
			_, err = l.Update(ctx, *updated, reports(), false)
			equal(t, "changing it", kindOf(err), Conflict)
		})
	}
}

func wantStored(t *testing.T, got *Record, want Record, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	want.ID = got.ID
	unversioned := *got
	unversioned.ObjectVersion = nil
	equal(t, "what differs of the record", encodeMembers(changes(want, unversioned, false)), "{}")
	equal(t, "that its ID is a GUID", domainapi.IsGUID(got.ID), true)
}

// After a lost response, the record shows whether the write was carried out.
func TestLostAnswersAreDecidedByTheRecord(t *testing.T) {
	for name, test := range map[string]struct {
		fault erpnettest.Fault
		done  bool
	}{
		"cut after the commit":  {fault: erpnettest.ResponseLost(), done: true},
		"cut before the work":   {fault: erpnettest.Disconnect()},
		"reset before the work": {fault: erpnettest.Reset()},
		"502 after the commit":  {fault: erpnettest.ResponseReplaced(502), done: true},
		"504 after the commit":  {fault: erpnettest.ResponseReplaced(504), done: true},
		"502 before the work":   {fault: erpnettest.Status(502)},
		"503 of a gateway":      {fault: erpnettest.HTML(503)},
	} {
		t.Run(name, func(t *testing.T) {
			l, ctx := newLab(t, ""), context.Background()
			for _, method := range []string{"POST", "PATCH", "DELETE"} {
				l.Inject(erpnettest.DomainAPI, at(method, test.fault.Once()))
			}
			wanted := reports()
			created, err := l.Create(ctx, wanted)
			equal(t, "that create is said to be done", err == nil, test.done)
			equal(t, "that it is", len(l.Applications()) == 2, test.done)
			if !test.done {
				created, err = l.Create(ctx, wanted)
			}
			wantStored(t, created, wanted, err)

			wanted.ApplicationSecretHash = erpnet.SecretHash("new")
			updated, err := l.Update(ctx, *created, wanted, false)
			equal(t, "that update is said to be done", err == nil, test.done)
			if test.done {
				wantStored(t, updated, wanted, err)
			}
			err = l.Delete(ctx, created.ID)
			equal(t, "that delete is said to be done", err == nil, test.done)
			equal(t, "that it is", len(l.Applications()) == 1, test.done)
		})
	}
}

// A write is retried only if the response says that nothing was written.
func TestWritesAreNotRepeatedBlindly(t *testing.T) {
	for name, test := range map[string]struct {
		fault erpnettest.Fault
		posts int
	}{
		"limit":            {fault: erpnettest.Status(429), posts: 2},
		"gateway":          {fault: erpnettest.HTML(503), posts: 1},
		"broken":           {fault: erpnettest.Disconnect(), posts: 1},
		"rejected token":   {fault: erpnettest.Status(401), posts: 2},
		"401 of a gateway": {fault: erpnettest.HTML(401), posts: 1},
		"login page":       {fault: erpnettest.Redirect(302, "/id/Account/Login"), posts: 1},
	} {
		t.Run(name, func(t *testing.T) {
			l, posts := newLab(t, ""), 0
			l.Inject(erpnettest.DomainAPI, at("POST", test.fault.Once()))
			_, err := l.Create(context.Background(), reports())
			for _, request := range l.Requests() {
				if request.Method == "POST" && request.Endpoint == erpnettest.DomainAPI {
					posts++
				}
			}
			equal(t, "how often it was sent", posts, test.posts)
			equal(t, "that it was done", err == nil, test.posts == 2)
		})
	}
}

func TestSomebodyElsesChangeIsAConflict(t *testing.T) {
	rename := func(l lab, uri string) {
		l.ChangeApplication(uri, func(a *erpnettest.TrustedApplication) { a.Name = "Theirs" })
	}
	for settings, interfere := range map[string]func(l lab, uri string){
		`{"ConflictStatus":500}`:   rename,
		`{"ConflictStatus":409}`:   rename,
		`{"ConflictStatus":412}`:   rename,
		`{"MissingKeyStatus":500}`: lab.RemoveApplication,
		`{"MissingKeyStatus":404}`: lab.RemoveApplication,
	} {
		l, ctx := newLab(t, settings), context.Background()
		created, err := l.Create(ctx, reports())
		wantStored(t, created, reports(), err)
		interfere(l, created.ApplicationURI)
		_, err = l.Update(ctx, *created, with(t, reports(), `{"Name":"Ours"}`), false)
		equal(t, settings, kindOf(err), Conflict)
		for _, record := range l.Applications() {
			equal(t, settings+": that the change was written", record.Name == "Ours", false)
		}
	}
}

func TestRefusalByTheInstanceIsSaidSo(t *testing.T) {
	for status, want := range map[int]erpnet.Kind{403: domainapi.Forbidden, 500: domainapi.Failed} {
		l := newLab(t, "")
		l.Configure(func(s *erpnettest.Settings) {
			s.SecurityAccess, s.SecurityRefusalStatus = erpnettest.SecurityRefused, status
		})
		_, err := l.Find(context.Background(), "x")
		equal(t, "find", kindOf(err), want)
		_, err = l.Create(context.Background(), reports())
		equal(t, "create", kindOf(err), want)
	}
}

// A server may ignore the filter, and may or may not distinguish ApplicationUris that differ only in letter case.
func TestRecordsThatWereNotAskedForAreNotTaken(t *testing.T) {
	l, ctx := newLab(t, ""), context.Background()
	l.Inject(erpnettest.DomainAPI, erpnettest.RawField("value", `[
		{"Id":"11111111-1111-1111-1111-111111111111","ApplicationUri":"OTHER","Login":"admin"},
		{"Id":"22222222-2222-2222-2222-222222222222","ApplicationUri":"other","Login":"admin2"}]`))
	for uri, want := range map[string]string{"other": "other", "OTHER": "OTHER", "Other": "other"} {
		found, err := l.Find(ctx, uri)
		equal(t, "find", err, nil)
		equal(t, "the record of "+uri, found.ApplicationURI, want)
	}
	found, err := l.Find(ctx, "wanted")
	equal(t, "the record of another URI", found, nil)
	equal(t, "find", err, nil)
	found, err = l.Get(ctx, "33333333-3333-3333-3333-333333333333")
	equal(t, "the record of another ID", found, nil)
	equal(t, "get", err, nil)
	_, failed := l.userReference(ctx, "svc.orders")
	equal(t, "the user of another login", kindOf(failed), UnknownUser)
}

// If a created record cannot be read again, the response identifies it.
func TestCreatedRecordIsNotLostWhenItCannotBeRead(t *testing.T) {
	l := newLab(t, "")
	var posted atomic.Bool
	fault := erpnettest.Status(500)
	fault.When = func(r erpnettest.Request) bool { return posted.Swap(posted.Load() || r.Method == "POST") }
	l.Inject(erpnettest.DomainAPI, fault)
	created, err := l.Create(context.Background(), reports())
	wantStored(t, created, reports(), err)
	equal(t, "that the hash is withheld", created.SecretHashWithheld, true)
}

// An interrupt stops a write that was not sent. A write that was sent is completed.
func TestInterruptEndsOnlyWhatWasNotSent(t *testing.T) {
	l := newLab(t, "")
	ctx, cancel := context.WithCancel(context.Background())
	fault := erpnettest.Fault{When: func(r erpnettest.Request) bool {
		if r.Method == "POST" {
			cancel()
		}
		return false
	}}
	l.Inject(erpnettest.DomainAPI, fault)
	created, err := l.Create(ctx, reports())
	wantStored(t, created, reports(), err)

	err = l.Delete(ctx, created.ID)
	equal(t, "deleting it afterwards", kindOf(err), erpnet.Canceled)
	equal(t, "how many records there are", len(l.Applications()), 2)
}

// Even without a unique index, several resources with the same ApplicationUri create a single record.
func TestOneRecordOfAnApplicationUri(t *testing.T) {
	l := newLab(t, `{"AllowDuplicateURIs":true}`)
	var made, refused atomic.Int32
	var creators sync.WaitGroup
	for range 5 {
		creators.Go(func() {
			switch _, err := l.Create(context.Background(), reports()); kindOf(err) {
			case "":
				made.Add(1)
			case Exists:
				refused.Add(1)
			}
		})
	}
	creators.Wait()
	equal(t, "how many were made", made.Load(), 1)
	equal(t, "how many were refused", refused.Load(), 4)
	equal(t, "how many records there are", len(l.Applications()), 2)
}

// A record that someone else created is not mistaken for ours after a lost response.
func TestStrangersRecordIsNotAdopted(t *testing.T) {
	l := newLab(t, "")
	fault := erpnettest.Disconnect()
	fault.When = func(r erpnettest.Request) bool {
		if r.Method == "POST" {
			stranger := erpnettest.NewApplication(reports().ApplicationURI)
			stranger.Name = "A stranger's"
			l.AddApplication(stranger)
		}
		return r.Method == "POST"
	}
	l.Inject(erpnettest.DomainAPI, fault)
	_, err := l.Create(context.Background(), reports())
	equal(t, "a record made meanwhile", kindOf(err), Exists)
}

// The texts of a record are stored in a state.
func TestTextsOfARecordAreRedacted(t *testing.T) {
	l := newLab(t, "")
	l.API.Client().Protect(erpnet.NewSecret(testSecret))
	l.AddApplication(erpnettest.TrustedApplication{ApplicationUri: "x", Name: testSecret, Notes: "a " + testSecret})
	found, err := l.Find(context.Background(), "x")
	equal(t, "find", err, nil)
	equal(t, "the name", found.Name, erpnet.Redacted)
	equal(t, "the notes", found.Notes, "a "+erpnet.Redacted)
}

// A success is not believed if the record shows that nothing, or something else, was written.
func TestSuccessIsCheckedAgainstTheRecord(t *testing.T) {
	madeUp := map[string]erpnettest.Fault{
		"204": erpnettest.Status(204), "200": erpnettest.Response(200, "application/json", "{}"),
	}
	for name, fault := range madeUp {
		l, ctx := newLab(t, ""), context.Background()
		created, err := l.Create(ctx, reports())
		wantStored(t, created, reports(), err)
		for _, method := range []string{"POST", "PATCH", "DELETE"} {
			l.Inject(erpnettest.DomainAPI, at(method, fault))
		}
		rotated := with(t, reports(), `{"ApplicationSecretHash":"`+erpnet.SecretHash("new")+`"}`)
		_, err = l.Update(ctx, *created, rotated, true)
		equal(t, name+": a hash that was not taken", kindOf(err), domainapi.Failed)
		_, err = l.Update(ctx, *created, with(t, reports(), `{"Name":"Changed"}`), false)
		equal(t, name+": a name that was not taken", kindOf(err), domainapi.Failed)
		equal(t, name+": a record that was not deleted", kindOf(l.Delete(ctx, created.ID)), domainapi.Failed)
		_, err = l.Create(ctx, with(t, reports(), `{"ApplicationURI":"com.example/other"}`))
		equal(t, name+": a record that was not made", kindOf(err), domainapi.Failed)
	}
}

// A refusal is reported even if the record is not visible afterwards.
func TestRefusalIsNotHiddenByAnInvisibleRecord(t *testing.T) {
	l, ctx := newLab(t, ""), context.Background()
	created, err := l.Create(ctx, reports())
	wantStored(t, created, reports(), err)
	for _, method := range []string{"PATCH", "DELETE"} {
		l.Inject(erpnettest.DomainAPI, at(method, erpnettest.DomainError(403, 0, "System.Exception", "No right.")))
	}
	l.Inject(erpnettest.DomainAPI, at("GET", erpnettest.HiddenRecords(404)))
	_, err = l.Update(ctx, *created, with(t, reports(), `{"Name":"Changed"}`), false)
	equal(t, "update", kindOf(err), domainapi.Forbidden)
	equal(t, "delete", kindOf(l.Delete(ctx, created.ID)), domainapi.Forbidden)
}

// A record that is not listed is found by the Id of the response.
func TestCreatedRecordThatIsNotListedIsKept(t *testing.T) {
	for status, keyStatus := range map[int]int{201: 200, 204: 404} {
		l := newLab(t, "")
		l.Configure(func(s *erpnettest.Settings) { s.CreateStatus = status })
		hidden := erpnettest.HiddenRecords(keyStatus)
		hidden.When = func(r erpnettest.Request) bool { return strings.Contains(r.Path, applicationSet) }
		l.Inject(erpnettest.DomainAPI, hidden)
		created, err := l.Create(context.Background(), reports())
		wantStored(t, created, reports(), err)
	}
}

// What looks like the API's refusal may come from a gateway after the write was carried out.
func TestRefusalAfterTheWriteIsDecidedByTheRecord(t *testing.T) {
	for name, test := range map[string]struct {
		status int
		body   map[string]any
	}{
		"API management": {status: 500, body: map[string]any{"statusCode": 500, "message": "Internal server error"}},
		"problem":        {status: 500, body: map[string]any{"title": "An error occurred", "status": 500}},
		"forbidden":      {status: 403, body: map[string]any{"message": "Forbidden"}},
	} {
		l, ctx := newLab(t, ""), context.Background()
		l.Configure(func(s *erpnettest.Settings) { s.CreateStatus, s.UpdateStatus = test.status, test.status })
		for _, method := range []string{"POST", "PATCH"} {
			l.Inject(erpnettest.DomainAPI, at(method, erpnettest.Document(func(document map[string]any) {
				clear(document)
				maps.Copy(document, test.body)
			})))
		}
		created, err := l.Create(ctx, reports())
		wantStored(t, created, reports(), err)
		wanted := with(t, reports(), `{"Name":"Changed","ApplicationSecretHash":"`+erpnet.SecretHash("new")+`"}`)
		updated, err := l.Update(ctx, *created, wanted, true)
		wantStored(t, updated, wanted, err)
		equal(t, name+": records", len(l.Applications()), 2)
	}
}

// No flag is ever true without what it needs.
func TestFlagsFollowWhatTheyNeed(t *testing.T) {
	without := Record{ID: "x", Name: "Reports"}
	all := with(t, without, `{"SystemUser":"svc","SystemUserAllowed":true,"ImpersonateLoginURL":["https://a.example"],
		"ImpersonateAsInternalUserAllowed":true}`)
	names := func(wanted, old Record) string {
		var names []string
		for _, member := range changes(wanted, old, false) {
			names = append(names, member.name)
		}
		return strings.Join(names, " ")
	}
	equal(t, "set", names(all, without),
		"SystemUser SystemUserAllowed ImpersonateLoginUrl ImpersonateAsInternalUserAllowed")
	equal(t, "cleared", names(without, all),
		"SystemUserAllowed SystemUser ImpersonateAsInternalUserAllowed ImpersonateLoginUrl")
}

// A failed precondition is a conflict, whoever answers.
func TestConflictWithoutContentIsAConflict(t *testing.T) {
	for _, status := range []int{409, 412, 428} {
		l, ctx := newLab(t, ""), context.Background()
		created, err := l.Create(ctx, reports())
		wantStored(t, created, reports(), err)
		l.ChangeApplication(created.ApplicationURI, func(a *erpnettest.TrustedApplication) { a.Name = "Theirs" })
		l.Inject(erpnettest.DomainAPI, at("PATCH", erpnettest.Status(status)))
		_, err = l.Update(ctx, *created, with(t, reports(), `{"Name":"Ours"}`), false)
		equal(t, "the kind", kindOf(err), Conflict)
	}
}

// A hash comes in any usual form. Anything else, such as asterisks, is not a hash.
func TestHashIsReadInAnyForm(t *testing.T) {
	const want = "Q0nBWBjYe4CvGX8n10MjHcd9wa3WdMzZuOYsTSUpFwo="
	for text, hash := range map[string]string{
		want: want, want + "\r\n": want, want[:43]: want,
		"4349c15818d87b80af197f27d743231dc77dc1add674ccd9b8e62c4d25291 70a": "",
		"4349c15818d87b80af197f27d743231dc77dc1add674ccd9b8e62c4d2529170a":  want,
		"********": "", "": "", "hunter2": "",
	} {
		record := recordOf(map[string]any{"ApplicationSecretHash": text})
		equal(t, text, record.ApplicationSecretHash, hash)
		equal(t, text+": that it is withheld", record.SecretHashWithheld, text != "" && hash == "")
	}
}
