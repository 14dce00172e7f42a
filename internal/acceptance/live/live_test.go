// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"flag"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/erpnet/terraform-provider-erpnet/internal/acceptance/leak"
	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

// The transcript of the simulated instance is written by
//
//	go test ./internal/acceptance/live -run LeavesNothingBehind -keep testdata/transcripts/erpnet-mock.json
var keep = flag.String("keep", "", "keep the transcript of a run with -write")

// A transcript in the folder is a test case: what the instance responded then gives the same outcomes now.
func TestTranscripts(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join("testdata", "transcripts", "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no transcripts: %v", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			recorded, err := load(file)
			if err != nil {
				t.Fatal(err)
			}
			wantReplayed(t, recorded)
		})
	}
}

func wantReplayed(t *testing.T, recorded transcript) {
	t.Helper()
	again, err := recorded.replay(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for i := range again {
		if again[i].err != nil {
			t.Logf("%s: %v", again[i].Step, again[i].err)
		}
		again[i].err = nil
	}
	if !slices.Equal(again, recorded.Outcomes) {
		t.Errorf("replayed:\n%+v\nrecorded:\n%+v", again, recorded.Outcomes)
	}
}

// startPrivate starts an instance full of names, and returns them.
func startPrivate(t *testing.T) (instance *erpnettest.Server, environment map[string]string, private []string) {
	t.Helper()
	instance = erpnettest.NewTLSServer()
	t.Cleanup(instance.Close)
	instance.Configure(func(s *erpnettest.Settings) { s.Database = "ACMECORP" })
	user := erpnettest.User{
		Id: "6f1c2b7e-94d3-4c5a-8e0b-2a7d91c34f58", Login: "jane.roe", Name: "Jane Roe", Active: true,
		UserType: "InternalUser",
	}
	instance.AddUser(user)
	app := erpnettest.SampleApplication()
	app.ApplicationUri, app.Name, app.SystemUser = "acme.internal/reports", "Acme Reports", user.Login
	app.Scope = "read update acme.special"
	instance.AddApplication(app)
	authorities := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(authorities, instance.CACertificatePEM(), 0o600); err != nil {
		t.Fatal(err)
	}
	host := strings.TrimPrefix(instance.URL, "https://")
	return instance, map[string]string{
		"ERPNET_INSTANCE": instance.URL, "ERPNET_CLIENT_ID": app.ApplicationUri,
		"ERPNET_CLIENT_SECRET": erpnettest.SampleSecret, "ERPNET_CA_CERTIFICATE_FILE": authorities,
	}, []string{
		"ACMECORP", user.Id, user.Login, user.Name, app.ApplicationUri, app.Name, "acme.special", host, "127.0.0.1",
		erpnettest.SampleSecret, erpnettest.SecretHash(erpnettest.SampleSecret),
	}
}

// record makes a run of the program.
func record(t *testing.T, environment map[string]string, args ...string) (transcript, map[string]string, error) {
	t.Helper()
	var report, explanations strings.Builder
	file := filepath.Join(t.TempDir(), "transcript.json")
	getenv := func(name string) string { return environment[name] }
	failure := live(context.Background(), append(args, "-transcript", file), getenv, &report, &explanations)
	recorded, err := load(file)
	if err != nil {
		t.Fatalf("%v\n%s", err, explanations.String())
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	places := map[string]string{"the report": report.String(), "the transcript": string(text)}
	if failure == nil {
		places["the explanations"] = strings.ReplaceAll(explanations.String(), file, "")
	}
	return recorded, places, failure
}

// wantPrivate holds that nothing private is in what a run has written. The tokens' claims are looked at as well.
func wantPrivate(
	t *testing.T, instance *erpnettest.Server, recorded transcript, places map[string]string, private []string,
) {
	t.Helper()
	between := func(r rune) bool { return strings.ContainsRune(`", {}`, r) }
	for _, one := range recorded.Exchanges {
		for _, word := range strings.FieldsFunc(one.ResponseBody, between) {
			if _, claims, is := decodeTokenOf(word); is {
				for name, value := range claims {
					if text, is := value.(string); is {
						places["claim "+name] += text + "\n"
					}
				}
			}
		}
	}
	for _, request := range instance.Requests() {
		if form := request.Form(); form.Get("client_secret") != "" {
			private = append(private, form.Get("client_secret"))
		}
		if _, name, made := strings.Cut(string(request.Body), "terraform-provider-erpnet/test-live/"); made {
			private = append(private, name[:32])
		}
	}
	found, searches := leak.Find(places, append(private, instance.IssuedTokens()...))
	if len(found) > 0 || searches < 100 {
		t.Errorf("%d searches: %q\n%s", searches, found, places["the transcript"])
	}
}

func decodeTokenOf(text string) (header, claims map[string]any, is bool) {
	if !jwt.MatchString(text) {
		return nil, nil, false
	}
	return decodeToken(text)
}

func TestRunPassesAndLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{}, {"-write"}} {
		instance, environment, private := startPrivate(t)
		before := instance.Applications()
		recorded, places, err := record(t, environment, args...)
		if err != nil {
			t.Fatalf("%v: %v\n%s", args, err, places["the report"])
		}
		if after := instance.Applications(); !slices.Equal(after, before) {
			t.Errorf("%v: the applications are not those of before", args)
		}
		writes := 0
		for _, request := range instance.Requests() {
			if request.Endpoint == erpnettest.DomainAPI && request.Method != http.MethodGet {
				writes++
			}
		}
		if (writes == 3) != (len(args) > 0) {
			t.Errorf("%v: %d writes", args, writes)
		}
		if opened := instance.Sessions().Opened; opened != 1 {
			t.Errorf("%v: %d sessions", args, opened)
		}
		wantPrivate(t, instance, recorded, places, private)
		wantReplayed(t, recorded)
		if *keep != "" && len(args) > 0 {
			if err := recorded.save(*keep); err != nil {
				t.Error(err)
			}
		}
	}
}

const noLicence = "The maximum number of simultaneously connected users to this database is exceeded."

// Whatever goes wrong, the transcript tells it again, and nothing else.
func TestTranscriptsOfFailuresAreReplayed(t *testing.T) {
	t.Parallel()
	configure := func(change func(*erpnettest.Settings)) func(*erpnettest.Server) {
		return func(s *erpnettest.Server) { s.Configure(change) }
	}
	inject := func(at erpnettest.Endpoint, fault erpnettest.Fault) func(*erpnettest.Server) {
		return func(s *erpnettest.Server) { s.Inject(at, fault) }
	}
	change := func(change func(*erpnettest.TrustedApplication)) func(*erpnettest.Server) {
		return func(s *erpnettest.Server) { s.ChangeApplication("acme.internal/reports", change) }
	}
	for name, prepare := range map[string]func(*erpnettest.Server){
		"hashes are hidden":  configure(func(s *erpnettest.Settings) { s.SecretHashes = erpnettest.SecretHashesNull }),
		"no right to write":  configure(func(s *erpnettest.Settings) { s.SecurityAccess = erpnettest.SecurityReadOnly }),
		"no right to read":   configure(func(s *erpnettest.Settings) { s.SecurityAccess = erpnettest.SecurityRefused }),
		"no licence":         inject(erpnettest.DomainAPI, erpnettest.DomainError(503, 8, "Aloe.Server.Error", noLicence)),
		"other statuses":     configure(func(s *erpnettest.Settings) { s.CreateStatus, s.UpdateStatus = 204, 200 }),
		"an older version":   configure(func(s *erpnettest.Settings) { s.UnknownAttributes = []string{"ReferenceTokens"} }),
		"tokens of old":      configure(func(s *erpnettest.Settings) { s.ClaimShape = erpnettest.Legacy }),
		"a page of login":    inject(erpnettest.DomainAPI, erpnettest.HTML(http.StatusForbidden)),
		"a failure":          inject(erpnettest.DomainAPI, erpnettest.DomainError(500, 2029, "System.Exception", "For Jane Roe")),
		"no response":        inject(erpnettest.DomainAPI, erpnettest.Disconnect()),
		"no discovery":       inject(erpnettest.Discovery, erpnettest.Status(http.StatusNotFound)),
		"an opaque token":    inject(erpnettest.Token, erpnettest.Opaque()),
		"the wrong secret":   change(func(a *erpnettest.TrustedApplication) { a.ApplicationSecretHash = "" }),
		"no service allowed": change(func(a *erpnettest.TrustedApplication) { a.SystemUserAllowed = false }),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			instance, environment, private := startPrivate(t)
			before := len(instance.Applications())
			prepare(instance)
			recorded, places, _ := record(t, environment, "-write")
			if after := len(instance.Applications()); after != before {
				t.Errorf("%d applications, not %d", after, before)
			}
			wantPrivate(t, instance, recorded, places, private)
			wantReplayed(t, recorded)
		})
	}
}

// A message keeps the words that name nobody.
func TestMessagesKeepPlainWords(t *testing.T) {
	t.Parallel()
	a, err := newAnonymizer(subject{Instance: "acme.my.erp.net", ClientID: "acme/app"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		noLicence: noLicence,
		"Client acme/app of Jane Roe: invalid_client": "Client application-of-the-run of ... ...: invalid_client",
		"Потребителят Иван няма права":                "... ... ... ...",
	} {
		if got := a.words(text); got != want {
			t.Errorf("%q", got)
		}
	}
}

func TestRunNeedsAnInstance(t *testing.T) {
	t.Parallel()
	var report, explanations strings.Builder
	err := live(context.Background(), nil, func(string) string { return "" }, &report, &explanations)
	if err == nil || !strings.Contains(err.Error(), "ERPNET_INSTANCE") || report.String() != "" {
		t.Errorf("%v, %s", err, report.String())
	}
}
