// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package acceptance

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/erpnet/terraform-provider-erpnet/internal/acceptance/leak"
	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

// leaked counts what the scripts have searched so far.
var leaked searches

type searches struct{ secrets, places, searches, leaks atomic.Int64 }

// print prints the counts. It also writes them to the file that LEAK_COUNTS names, because go test shows no output of
// packages that pass.
func (s *searches) print() {
	counts := fmt.Sprintf("leak test: %d secrets, %d places, %d searches, %d leaks\n",
		s.secrets.Load(), s.places.Load(), s.searches.Load(), s.leaks.Load())
	fmt.Print(counts)
	if file := os.Getenv("LEAK_COUNTS"); file != "" {
		if err := os.WriteFile(file, []byte(counts), 0o600); err != nil {
			fmt.Println("the counts of the leak test were not written")
		}
	}
}

// keep records what a run of the CLI printed, and the states, plans and secrets that exist after it.
func (w *world) keep(ts *testscript.TestScript, args []string) {
	w.runs++
	run := fmt.Sprintf("%d: %s", w.runs, strings.Join(args, " "))
	w.places["output "+run] = ts.ReadFile("stdout") + ts.ReadFile("stderr")
	for _, file := range []string{"terraform.tfstate", "terraform.tfstate.backup", "plan.bin"} {
		text, err := os.ReadFile(ts.MkAbs(file))
		if err != nil || w.kept[ts.MkAbs(file)] == string(text) {
			continue
		}
		w.kept[ts.MkAbs(file)] = string(text)
		w.places["file "+file+" after "+run] = string(text)
		if file == "plan.bin" {
			w.keepPlan(ts, text, run)
		}
	}
	for _, secret := range storedSecrets(ts) {
		if !slices.Contains(w.secrets, secret) {
			w.secrets = append(w.secrets, secret)
		}
	}
}

// keepPlan keeps the files in a saved plan, which are compressed.
func (w *world) keepPlan(ts *testscript.TestScript, plan []byte, run string) {
	archive, err := zip.NewReader(bytes.NewReader(plan), int64(len(plan)))
	ts.Check(err)
	for _, entry := range archive.File {
		file, err := entry.Open()
		ts.Check(err)
		text, err := io.ReadAll(file)
		ts.Check(err)
		w.places["file "+entry.Name+" of the plan after "+run] = string(text)
	}
}

// leaks [-stored] [SECRET...] searches everything that the script has left behind for each secret and token, in every
// form: the output of the CLI, states, plans, the trace log, and the URLs and headers of requests. Use -stored if an
// object is documented to store tokens and the given secrets. The state must then contain them, and they may occur in
// the files, in the output of show, and in the CLI's own lines of the log.
func leaks(ts *testscript.TestScript, neg bool, args []string) {
	noNegation(ts, neg)
	w := worldOf(ts)
	if crashes, _ := filepath.Glob(ts.MkAbs("crash*")); crashes != nil {
		ts.Fatalf("%q", crashes)
	}
	places := map[string]string{"URLs and headers": w.headers()}
	if ts.Getenv("TF_LOG") != "" {
		places["trace log"] = ts.ReadFile(ts.Getenv("TF_LOG_PATH"))
		if !strings.Contains(places["trace log"], "ERP.net request") && len(w.server.Requests()) > 0 {
			ts.Fatalf("the log has no requests")
		}
	}
	for place, text := range w.places {
		places[place] = text
	}
	stored := len(args) > 0 && args[0] == "-stored"
	if stored {
		search(ts, places, append(w.secrets, erpnettest.SampleSecret))
		args = args[1:]
		inState := func(secret string) bool { return strings.Contains(ts.ReadFile("terraform.tfstate"), secret) }
		if !slices.ContainsFunc(w.server.IssuedTokens(), inState) || slices.ContainsFunc(args, not(inState)) {
			ts.Fatalf("the state does not hold what is documented to be in it")
		}
		for place := range places {
			if strings.HasPrefix(place, "file ") || strings.Contains(place, ": show ") {
				delete(places, place)
			}
		}
		places["trace log"] = providerLines(places["trace log"])
	}
	secrets := slices.Concat(args, w.secrets, w.server.IssuedTokens(), w.server.ReferenceTokenValues())
	search(ts, places, append(secrets, erpnettest.SampleSecret))
}

func not(f func(string) bool) func(string) bool { return func(s string) bool { return !f(s) } }

// headers returns the URLs and headers of all requests, except for the header that contains tokens.
func (w *world) headers() string {
	var all strings.Builder
	for _, request := range w.server.Requests() {
		request.Header.Del("Authorization")
		fmt.Fprintf(&all, "%s?%s %q\n", request.Path, request.RawQuery, request.Header)
	}
	return all.String()
}

// providerLines returns the lines that the provider itself logged. It leaves out the CLI's own lines, which may contain
// the value of a variable.
func providerLines(log string) string {
	var lines strings.Builder
	for line := range strings.Lines(log) {
		if strings.Contains(line, "provider.terraform-provider-erpnet") {
			lines.WriteString(line)
		}
	}
	return lines.String()
}

func search(ts *testscript.TestScript, places map[string]string, secrets []string) {
	secrets = slices.Compact(slices.Sorted(slices.Values(secrets)))
	found, made := leak.Find(places, secrets)
	leaked.secrets.Add(int64(len(secrets)))
	leaked.places.Add(int64(len(places)))
	leaked.searches.Add(int64(made))
	leaked.leaks.Add(int64(len(found)))
	if found != nil {
		ts.Fatalf("%s", strings.Join(found, "\n"))
	}
}

// storedSecrets returns the versions of the secret in the stand-in's store, oldest first.
func storedSecrets(ts *testscript.TestScript) (secrets []string) {
	files, err := filepath.Glob(ts.MkAbs("secrets/*/*"))
	ts.Check(err)
	slices.Sort(files)
	for _, file := range files {
		text := ts.ReadFile(file)
		document := struct {
			Secret string `json:"client_secret"` // Vault stores documents
		}{text}
		_ = json.Unmarshal([]byte(text), &document)
		secrets = append(secrets, document.Secret)
	}
	return secrets
}
