// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

// writeFault is a fault that strikes before or after a write is carried out, and may also strike every later call.
type writeFault struct {
	name   string
	fault  erpnettest.Fault
	done   bool
	blind  bool // all later reads fail too
	madeUp bool // it says that the write was done, which only a visible hash contradicts
}

func writeFaults() []writeFault {
	return []writeFault{
		{name: "connection reset before", fault: erpnettest.Reset()},
		{name: "page with 502 before", fault: erpnettest.HTML(502)},
		{name: "page with 500 before", fault: erpnettest.HTML(500)},
		{name: "refusal before", fault: erpnettest.DomainError(403, 14, "System.Exception", "No.")},
		{name: "made-up success before", fault: erpnettest.Status(204), madeUp: true},
		{name: "connection reset after", fault: erpnettest.ResponseLost(), done: true},
		{name: "body cut after", fault: erpnettest.Truncated(), done: true},
		{name: "page with 500 after", fault: erpnettest.ResponseReplaced(500), done: true},
		{name: "page with 403 after", fault: erpnettest.ResponseReplaced(403), done: true},
		{name: "page with 520 after", fault: erpnettest.ResponseReplaced(520), done: true},
		{name: "page with 520 before, then blind", fault: erpnettest.HTML(520), blind: true},
		{name: "page with 520 after, then blind", fault: erpnettest.ResponseReplaced(520), done: true, blind: true},
	}
}

// writeOperation is what an apply does with a record.
type writeOperation struct {
	name, method string
	prepare      func(*managed, arguments) result
	act          func(*managed, arguments) result
}

func writeOperations() []writeOperation {
	nothing := func(*managed, arguments) result { return result{} }
	create := func(m *managed, c arguments) result { return m.apply(c) }
	rename := func(m *managed, c arguments) result { return m.apply(c.with(arguments{"name": "Renamed"})) }
	rotate := func(m *managed, c arguments) result {
		return m.apply(
			c.with(arguments{"client_secret_wo": "the-next-secret-of-24-characters", "client_secret_wo_version": "2"}),
		)
	}
	destroy := func(m *managed, _ arguments) result { return m.destroy() }
	return []writeOperation{
		{name: "create", method: http.MethodPost, prepare: nothing, act: create},
		{name: "change", method: http.MethodPatch, prepare: create, act: rename},
		{name: "rotate", method: http.MethodPatch, prepare: create, act: rotate},
		{name: "delete", method: http.MethodDelete, prepare: create, act: destroy},
	}
}

// After each apply, even a failed one, the state and the server agree, or the error says exactly how they differ.
func TestStateAndServerAgreeAfterEveryWrite(t *testing.T) {
	hashForms := []erpnettest.SecretHashes{erpnettest.SecretHashesReadable, erpnettest.SecretHashesNull}
	var cells atomic.Int64
	t.Run("cells", func(t *testing.T) {
		for _, operation := range writeOperations() {
			for _, fault := range writeFaults() {
				for _, hashes := range hashForms {
					for _, records := range []int{1, 10} {
						t.Run(
							fmt.Sprint(operation.name, ", ", fault.name, ", hash form ", hashes, ", records ", records),
							func(t *testing.T) {
								t.Parallel()
								cells.Add(1)
								expectAgreement(t, operation, fault, hashes, records)
							},
						)
					}
				}
			}
		}
	})
	fmt.Printf("write matrix: %d cells\n", cells.Load())
}

func expectAgreement(
	t *testing.T,
	operation writeOperation,
	f writeFault,
	hashes erpnettest.SecretHashes,
	records int,
) {
	t.Helper()
	if f.madeUp && operation.name == "rotate" && hashes != erpnettest.SecretHashesReadable {
		t.Skip("nobody can tell")
	}
	instance, env := startInstance(t)
	instance.Configure(func(s *erpnettest.Settings) { s.SecretHashes = hashes })
	p := start(t, env, nil)
	inParallel := func(use func(config arguments, i int)) {
		var all sync.WaitGroup
		for i := range records {
			all.Go(func() { use(service(arguments{"application_uri": fmt.Sprint(reportsURI, i)}), i) })
		}
		all.Wait()
	}
	resources, before := make([]*managed, records), make([]erpnettest.TrustedApplication, records)
	inParallel(func(config arguments, i int) {
		resources[i] = p.resource("trusted_application")
		operation.prepare(resources[i], config).succeeds(t)
		before[i] = recordOf(instance, fmt.Sprint(reportsURI, i))
	})
	var struck atomic.Bool
	f.fault.When = func(r erpnettest.Request) bool {
		if r.Method == operation.method {
			struck.Store(true)
			return true
		}
		return false
	}
	instance.Inject(erpnettest.DomainAPI, f.fault)
	if f.blind {
		blind := erpnettest.HTML(520)
		blind.When = func(erpnettest.Request) bool { return struck.Load() }
		instance.Inject(erpnettest.DomainAPI, blind)
	}
	results := make([]result, records)
	inParallel(func(config arguments, i int) { results[i] = operation.act(resources[i], config) })
	instance.ClearFaults()
	for i, r := range results {
		now := recordOf(instance, fmt.Sprint(reportsURI, i))
		expectConsistent(t, resources[i], r, before[i], now)
		if f.done && !f.blind && hashes == erpnettest.SecretHashesReadable && r.failed() {
			t.Errorf("a write that was done fails: %s", r.text())
		}
		if !f.done && !r.failed() {
			t.Error("a write that was not done succeeds")
		}
	}
}

// expectConsistent expects the state to match the server, or the error to say that nobody knows.
func expectConsistent(t *testing.T, m *managed, r result, before, now erpnettest.TrustedApplication) {
	t.Helper()
	asBefore := now.ObjectVersion == before.ObjectVersion && now.Id == before.Id
	told := slices.ContainsFunc(
		[]string{"Write Not Confirmed", "whether the new one was written is not known"},
		func(words string) bool {
			return strings.Contains(r.text(), words)
		},
	)
	switch {
	case told && r.failed():
		return
	case m.values == nil && now.Id != "", m.values != nil && now.Id == "":
		t.Errorf("the state has %v and the server %q: %s", m.values, now.Id, r.text())
	case r.failed() && !asBefore:
		t.Errorf("the write was done, and the error does not say so: %s", r.text())
	case m.values != nil && (m.values["name"] != now.Name || m.values["secret_hash"] != now.ApplicationSecretHash):
		t.Errorf(
			"the state has %v and %v, the server another name or hash: %s",
			m.values["name"],
			m.values["secret_hash"],
			r.text(),
		)
	}
}

// If an update was written but can't be read back, the state keeps what was written.
func TestAnUpdateThatCannotBeReadBackIsKept(t *testing.T) {
	instance, m := startService(t, nil)
	var written atomic.Bool
	blind := erpnettest.HTML(520)
	blind.When = func(r erpnettest.Request) bool { return r.Method == http.MethodGet && written.Load() }
	watch := erpnettest.None()
	watch.When = func(r erpnettest.Request) bool {
		if r.Method == http.MethodPatch {
			written.Store(true)
		}
		return false
	}
	instance.Inject(erpnettest.DomainAPI, watch)
	instance.Inject(erpnettest.DomainAPI, blind)
	m.apply(service(arguments{"notes": "kept"})).succeeds(t).has(t, arguments{"notes": "kept"})
	instance.ClearFaults()
	m.settles(t, service(arguments{"notes": "kept"}))
}

// If nothing is known about a new record, the state contains nothing of it, and the error shows how to import it.
func TestAnUndecidedCreateShowsItsImport(t *testing.T) {
	instance, env := startInstance(t)
	lost, blind := erpnettest.ResponseReplaced(520), erpnettest.HTML(520)
	lost.When = func(r erpnettest.Request) bool { return r.Method == http.MethodPost }
	blind.When = func(erpnettest.Request) bool { return recordOf(instance, reportsURI).Id != "" }
	instance.Inject(erpnettest.DomainAPI, lost)
	instance.Inject(erpnettest.DomainAPI, blind)
	m := start(t, env, nil).resource("trusted_application")
	m.apply(service(nil)).
		fails(t, "Write Not Confirmed", "import {", "to = erpnet_trusted_application.NAME", `id = "`+reportsURI+`"`)
	if m.state != nil {
		t.Error("something is in the state")
	}
	instance.ClearFaults()
	m.importID(reportsURI).succeeds(t)
}
