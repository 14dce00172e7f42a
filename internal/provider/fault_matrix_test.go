// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"go.uber.org/goleak"

	"github.com/erpnet/terraform-provider-erpnet/internal/acceptance/leak"
	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

// The secrets of the fault matrix look different in each of their forms.
const (
	matrixSecret = `m4trix "secret" <of> 100% & more+/=\`
	recordSecret = `r3cord's "secret" <of> 50% & more+/=\`
)

// faultRow is a fault and, for each column of the matrix, its outcome: ok, na
// where it does not apply, or the title of the one diagnostic. A fault with
// Times is met with one retry, the others with none.
type faultRow struct {
	name  string
	fault erpnettest.Fault
	cells cells
	patience
}

// patience is how long one try of a row's requests may take.
type patience string

const (
	patient   patience = "10s"
	impatient patience = "1s" // where the fault is that no answer comes in time
)

// cells are the columns whose outcome depends on the fault.
type cells struct {
	token     string // the token endpoint, for an object that gives the token
	check     string // the same for the check
	api       string // the same for objects of the Domain API
	discovery string // the discovery document, for who wants to read it
	checked   string // the same for the check
	keys      string // the JWKS
	read      string // reads of the Domain API
	rows      string // the rows of a query
	probe     string // the check's one call of it, which is never repeated
	write     string // the POST of a resource that is created
	sites     string // auto-discovery and version, which an instance may do without: never an error of their own
}

const (
	ok = ""
	na = "-"
)

// faultColumn is an endpoint in one of its uses, and the objects that use it so.
type faultColumn struct {
	name     string
	endpoint erpnettest.Endpoint
	method   string // of the requests that meet the fault; empty for all
	objects  []object
	want     func(cells) string
	prepare  func(*erpnettest.Server)
}

var (
	tokenData      = readsData("erpnet_access_token", map[string]any{"scopes": []string{"read"}})
	tokenEphemeral = opensEphemeral("erpnet_access_token", map[string]any{"scopes": []string{"read"}})
	instanceFacts  = readsData("erpnet_instance", map[string]any{})
	credentials    = readsData("erpnet_credentials_check", map[string]any{"required_scopes": []string{"read"}})
	probed         = readsData("erpnet_credentials_check", map[string]any{"required_scopes": []string{"read"}, "probe_domain_api": true})
	customers      = readsData("erpnet_domain_query", map[string]any{"entity_set": "Crm_Sales_Customers", "top": 3, "all_pages": true})
	ownRecord      = readsData("erpnet_trusted_application", map[string]any{"application_uri": erpnettest.SampleApplication().ApplicationUri})
	newRecord      = createsResource("erpnet_trusted_application",
		map[string]any{"name": "Reports", "application_uri": "com.example/reports", "system_user": "svc.integration", "scopes": []string{"read"}, "client_secret_wo_version": "1"},
		map[string]any{"client_secret_wo": recordSecret})
)

var faultColumns = []faultColumn{
	{name: "token", endpoint: erpnettest.Token, objects: []object{tokenData, tokenEphemeral}, want: func(c cells) string { return c.token }},
	{name: "token of a check", endpoint: erpnettest.Token, objects: []object{credentials}, want: func(c cells) string { return c.check }},
	{name: "token of the API", endpoint: erpnettest.Token, objects: []object{customers, ownRecord, newRecord}, want: func(c cells) string { return c.api }},
	{name: "discovery", endpoint: erpnettest.Discovery, objects: []object{instanceFacts}, want: func(c cells) string { return c.discovery }},
	{name: "discovery of a check", endpoint: erpnettest.Discovery, objects: []object{credentials}, want: func(c cells) string { return c.checked }},
	{name: "JWKS", endpoint: erpnettest.JWKS, objects: []object{credentials}, want: func(c cells) string { return c.keys }},
	{name: "API", endpoint: erpnettest.DomainAPI, method: http.MethodGet, objects: []object{customers, ownRecord, newRecord}, want: func(c cells) string { return c.read }},
	{name: "API of a check", endpoint: erpnettest.DomainAPI, objects: []object{probed}, want: func(c cells) string { return c.probe }},
	{name: "API, writing", endpoint: erpnettest.DomainAPI, method: http.MethodPost, objects: []object{newRecord}, want: func(c cells) string { return c.write }},

	{name: "API rows", endpoint: erpnettest.DomainAPI, objects: []object{customers}, want: func(c cells) string { return c.rows }},
	{name: "auto-discovery", endpoint: erpnettest.AutoDiscovery, objects: []object{instanceFacts}, want: func(c cells) string { return c.sites }},
	{name: "version", endpoint: erpnettest.Version, objects: []object{instanceFacts, credentials}, want: func(c cells) string { return c.sites }},
	{
		name: "auto-discovery for a remedy", endpoint: erpnettest.AutoDiscovery, objects: []object{tokenData, tokenEphemeral, customers},
		want: func(c cells) string {
			if c.sites == na {
				return na
			}
			return noService // the failure that the remedy is for
		},
		prepare: func(s *erpnettest.Server) { s.Inject(erpnettest.Token, erpnettest.Status(404)) },
	},
}

// TestFaultMatrix meets every fault at every endpoint with every object that
// asks there. Each case ends in time, in success or in one diagnostic, and
// shows no secret.
func TestFaultMatrix(t *testing.T) {
	ignored := goleak.IgnoreCurrent() // parallel tests that wait for their turn
	var all sync.WaitGroup
	var survived, reported atomic.Int64
	turns := make(chan struct{}, 16) // most cases wait for a retry or a time-out
	rows := slices.Concat(faultRows(), tokenRows(), documentRows(), echoRows())
	for _, row := range rows {
		for _, column := range faultColumns {
			want := column.want(row.cells)
			if want == na {
				continue
			}
			for _, object := range column.objects {
				turns <- struct{}{}
				all.Go(func() {
					defer func() { <-turns }()
					t.Run(row.name+" at "+column.name+" for "+object.name, func(t *testing.T) {
						expectOutcome(t, row, column, object, want)
						if want == ok {
							survived.Add(1)
						} else {
							reported.Add(1)
						}
					})
				})
			}
		}
	}
	all.Wait()
	goleak.VerifyNone(t, ignored)
	fmt.Printf("fault matrix: %d cases, %d survived after retry or tolerated, %d reported by one diagnostic each\n", survived.Load()+reported.Load(), survived.Load(), reported.Load())
}

func expectOutcome(t *testing.T, row faultRow, column faultColumn, object object, want string) {
	t.Helper()
	server, env := newMatrixInstance()
	defer server.Close()
	env["ERPNET_REQUEST_TIMEOUT"] = string(row.patience)
	fault := row.fault
	if fault.Times > 0 {
		env["ERPNET_MAX_RETRIES"] = "1"
	}
	p := newProcess(t, env)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	ctx = p.traced(ctx)
	if strings.HasPrefix(row.name, "kept connection") {
		instanceFacts.use(ctx, p)
	}
	before := server.Count(column.endpoint)
	if column.prepare != nil {
		column.prepare(server)
	}
	var struck atomic.Bool
	fault.When = func(r erpnettest.Request) bool {
		if column.method != "" && r.Method != column.method {
			return false
		}
		struck.Store(true)
		return true
	}
	server.Inject(column.endpoint, fault)
	ended := make(chan outcome, 1)
	go func() { ended <- object.use(ctx, p) }()
	select {
	case got := <-ended:
		expectDiagnostic(t, got.diagnostics, object, want)
		expectClean(t, server, p, got, object)
	case <-ctx.Done():
		t.Fatal("it hangs")
	}
	if !struck.Load() || server.Count(column.endpoint) == before {
		t.Error("the fault never struck")
	}
}

// newMatrixInstance starts an instance whose sample application has the secret
// of the matrix.
func newMatrixInstance() (*erpnettest.Server, map[string]string) {
	server := erpnettest.NewServer()
	server.ChangeApplication(erpnettest.SampleApplication().ApplicationUri, func(a *erpnettest.TrustedApplication) {
		a.ApplicationSecretHash = erpnettest.SecretHash(matrixSecret)
	})
	env := environment(server)
	env["ERPNET_CLIENT_SECRET"] = matrixSecret
	return server, env
}

func expectDiagnostic(t *testing.T, diagnostics []*tfprotov6.Diagnostic, object object, want string) {
	t.Helper()
	if want == ok {
		for _, diagnostic := range diagnostics {
			if diagnostic.Severity == tfprotov6.DiagnosticSeverityError {
				t.Errorf("%s: %s", diagnostic.Summary, diagnostic.Detail)
			}
		}
		return
	}
	if len(diagnostics) != 1 || diagnostics[0].Severity != tfprotov6.DiagnosticSeverityError {
		t.Fatalf("%d diagnostics instead of the error %q", len(diagnostics), want)
	}
	got := diagnostics[0]
	if object.checks {
		if got.Summary != "ERP.net Credentials Check Failed" || !strings.Contains(got.Detail, ": "+want+". ") {
			t.Errorf("not %q but %s: %s", want, got.Summary, got.Detail)
		}
	} else if got.Summary != want {
		t.Errorf("not %q but %s: %s", want, got.Summary, got.Detail)
	}
	if len(got.Detail) < 80 || len(got.Detail) > 8000 || got.Attribute != nil {
		t.Errorf("no clear diagnostic: %s", got.Detail)
	}
}

// expectClean searches all that came out for secrets. The objects that give a
// token are documented to hold it, and nothing else.
func expectClean(t *testing.T, server *erpnettest.Server, p *process, got outcome, object object) {
	t.Helper()
	places := map[string]string{"state": got.stored, "log": p.log.String()}
	for _, diagnostic := range got.diagnostics {
		places["diagnostic"] += diagnostic.Summary + "\n" + diagnostic.Detail + "\n"
	}
	for _, request := range server.Requests() {
		request.Header.Del("Authorization")
		places["URLs and other headers"] += fmt.Sprintf("%s?%s %q\n", request.Path, request.RawQuery, request.Header)
	}
	if !strings.Contains(places["log"], "ERP.net request") {
		t.Error("nothing was logged")
	}
	secrets := []string{matrixSecret, recordSecret}
	found, _ := leak.Find(places, secrets)
	if object.givesToken {
		delete(places, "state")
	}
	more, _ := leak.Find(places, server.IssuedTokens())
	for _, leak := range append(found, more...) {
		t.Error(leak)
	}
}
