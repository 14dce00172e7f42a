// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-log/tflogtest"
	"go.uber.org/goleak"

	"github.com/erpnet/terraform-provider-erpnet/internal/acceptance/leak"
	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet/domainapi"
	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

// The secrets of the fault matrix look different in every encoded form.
const (
	matrixSecret = `m4trix "secret" <of> 100% & more+/=\`
	recordSecret = `r3cord's "secret" <of> 50% & more+/=\`
)

// faultRow is a fault and its outcome in each column of the matrix. A fault with Times meets a provider with one retry,
// all others meet one without retries.
type faultRow struct {
	name  string
	fault erpnettest.Fault
	outcomes
}

// outcomes are the outcomes of the objects in each column: the kind of failure that their only diagnostic reports,
// passes, or empty if the fault doesn't apply.
type outcomes struct {
	token     erpnet.Kind // the token endpoint, for an object that returns the token
	check     erpnet.Kind // the token endpoint, for the check
	api       erpnet.Kind // the token endpoint, for objects of the Domain API
	discovery erpnet.Kind // the discovery document, for an object that reports it
	checked   erpnet.Kind // the discovery document, for the check
	keys      erpnet.Kind // the JWKS
	read      erpnet.Kind // reads of the Domain API
	rows      erpnet.Kind // the rows of a query
	probe     erpnet.Kind // the check's only call of the Domain API, which is never repeated
	write     erpnet.Kind // the POST that creates a resource
	sites     erpnet.Kind // auto-discovery and version, which are optional for an instance: never an error of their own
}

const passes erpnet.Kind = "passes"

// but returns these outcomes with some columns replaced.
func (o outcomes) but(other outcomes) outcomes {
	return outcomes{
		cmp.Or(other.token, o.token), cmp.Or(other.check, o.check), cmp.Or(other.api, o.api),
		cmp.Or(other.discovery, o.discovery), cmp.Or(other.checked, o.checked), cmp.Or(other.keys, o.keys),
		cmp.Or(other.read, o.read), cmp.Or(other.rows, o.rows), cmp.Or(other.probe, o.probe),
		cmp.Or(other.write, o.write), cmp.Or(other.sites, o.sites),
	}
}

// faultColumn is one use of an endpoint, and the objects that use it that way.
type faultColumn struct {
	name     string
	endpoint erpnettest.Endpoint
	method   string // of the requests that the fault strikes; empty for all
	objects  []string
	want     func(outcomes) erpnet.Kind
	prepare  func(*erpnettest.Server)
}

func faultColumns() []faultColumn {
	const (
		tokenData, tokenEphemeral = "data access_token", "ephemeral access_token"
		facts, query              = "data instance", "data domain_query"
		check, probe              = "data credentials_check", "data credentials_check that probes"
		found, created            = "data trusted_application", "resource trusted_application"
		listed                    = "list trusted_application"
	)
	return []faultColumn{
		{
			name:     "token",
			endpoint: erpnettest.Token,
			objects:  []string{tokenData, tokenEphemeral},
			want:     func(o outcomes) erpnet.Kind { return o.token },
		},
		{
			name:     "token of a check",
			endpoint: erpnettest.Token,
			objects:  []string{check},
			want:     func(o outcomes) erpnet.Kind { return o.check },
		},
		{
			name:     "token of the API",
			endpoint: erpnettest.Token,
			objects:  []string{query, found, listed, created},
			want:     func(o outcomes) erpnet.Kind { return o.api },
		},
		{
			name:     "discovery",
			endpoint: erpnettest.Discovery,
			objects:  []string{facts},
			want:     func(o outcomes) erpnet.Kind { return o.discovery },
		},
		{
			name:     "discovery of a check",
			endpoint: erpnettest.Discovery,
			objects:  []string{check},
			want:     func(o outcomes) erpnet.Kind { return o.checked },
		},
		{
			name:     "JWKS",
			endpoint: erpnettest.JWKS,
			objects:  []string{check},
			want:     func(o outcomes) erpnet.Kind { return o.keys },
		},
		{
			name:     "API",
			endpoint: erpnettest.DomainAPI,
			method:   http.MethodGet,
			objects:  []string{query, found, listed, created},
			want:     func(o outcomes) erpnet.Kind { return o.read },
		},
		{
			name:     "API of a check",
			endpoint: erpnettest.DomainAPI,
			objects:  []string{probe},
			want:     func(o outcomes) erpnet.Kind { return o.probe },
		},
		{
			name: "API, writing", endpoint: erpnettest.DomainAPI, method: http.MethodPost, objects: []string{created},
			want: func(o outcomes) erpnet.Kind { return o.write },
		},
		{
			name:     "API rows",
			endpoint: erpnettest.DomainAPI,
			objects:  []string{query},
			want:     func(o outcomes) erpnet.Kind { return o.rows },
		},
		{
			name:     "auto-discovery",
			endpoint: erpnettest.AutoDiscovery,
			objects:  []string{facts},
			want:     func(o outcomes) erpnet.Kind { return o.sites },
		},
		{
			name:     "version",
			endpoint: erpnettest.Version,
			objects:  []string{facts, check},
			want:     func(o outcomes) erpnet.Kind { return o.sites },
		},
		{
			name:     "auto-discovery for a remedy",
			endpoint: erpnettest.AutoDiscovery,
			objects:  []string{tokenData, tokenEphemeral, query},
			want: func(o outcomes) erpnet.Kind {
				if o.sites == "" {
					return ""
				}
				return erpnet.NotFound // the failure that the remedy is for
			},
			prepare: func(s *erpnettest.Server) { s.Inject(erpnettest.Token, erpnettest.Status(404)) },
		},
	}
}

// useInMatrix uses an object named in the columns.
func useInMatrix(p *process, object string) result {
	scopes := arguments{"scopes": []string{"read"}}
	required := arguments{"required_scopes": []string{"read"}}
	switch object {
	case "data access_token":
		return p.read("access_token", scopes)
	case "ephemeral access_token":
		return p.open("access_token", scopes)
	case "data instance":
		return p.read("instance", nil)
	case "data credentials_check":
		return p.read("credentials_check", required)
	case "data credentials_check that probes":
		return p.read("credentials_check", required.with(arguments{"probe_domain_api": true}))
	case "data domain_query":
		return p.read("domain_query", arguments{"entity_set": "Crm_Sales_Customers", "top": 3, "all_pages": true})
	case "data trusted_application":
		return p.read("trusted_application", arguments{"application_uri": sampleURI})
	case "list trusted_application":
		return p.list("trusted_application", nil)
	}
	return p.resource("trusted_application").apply(arguments{
		"name":                     "Reports",
		"application_uri":          "com.example/reports",
		"system_user":              "svc.integration",
		"scopes":                   []string{"read"},
		"client_secret_wo":         recordSecret,
		"client_secret_wo_version": "1",
	})
}

// TestFaultMatrix lets every fault strike every endpoint for every object that calls it. Each case ends in time, with
// success or one diagnostic, and reveals no secret.
func TestFaultMatrix(t *testing.T) {
	ignored := goleak.IgnoreCurrent() // parallel tests that are waiting for their turn
	m := faultMatrix{turns: make(chan struct{}, 16)}
	m.meet(t, time.Second, lateRows()) // in these rows, every case waits for the time-out
	m.meet(
		t,
		10*time.Second,
		slices.Concat(connectionRows(), gatewayRows(), contentRows(), tokenRows(), documentRows(), echoRows()),
	)
	m.all.Wait()
	goleak.VerifyNone(t, ignored)
	survived, reported := m.survived.Load(), m.reported.Load()
	fmt.Printf(
		"fault matrix: %d cases, %d survived after retry or tolerated, %d reported by one diagnostic each\n",
		survived+reported,
		survived,
		reported,
	)
}

type faultMatrix struct {
	turns              chan struct{} // most cases wait for a retry or a time-out
	all                sync.WaitGroup
	survived, reported atomic.Int64
}

func (m *faultMatrix) meet(t *testing.T, timeout time.Duration, rows []faultRow) {
	for _, row := range rows {
		for _, column := range faultColumns() {
			want := column.want(row.outcomes)
			if want == "" {
				continue
			}
			for _, object := range column.objects {
				m.turns <- struct{}{}
				m.all.Go(func() {
					defer func() { <-m.turns }()
					t.Run(row.name+" at "+column.name+" for "+object, func(t *testing.T) {
						expectOutcome(t, timeout, row, column, object)
						if want == passes {
							m.survived.Add(1)
						} else {
							m.reported.Add(1)
						}
					})
				})
			}
		}
	}
}

func expectOutcome(t *testing.T, timeout time.Duration, row faultRow, column faultColumn, object string) {
	t.Helper()
	instance := erpnettest.NewServer()
	defer instance.Close()
	instance.ChangeApplication(sampleURI, func(a *erpnettest.TrustedApplication) {
		a.ApplicationSecretHash = erpnettest.SecretHash(matrixSecret)
	})
	env := environmentOf(instance).with("ERPNET_CLIENT_SECRET", matrixSecret).
		with("ERPNET_REQUEST_TIMEOUT", timeout.String())
	fault := row.fault
	if fault.Times > 0 {
		env["ERPNET_MAX_RETRIES"] = "1"
	}
	p := start(t, env, nil)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	var log lockedBuffer
	p.ctx = tflogtest.RootLogger(ctx, &log)
	if strings.HasPrefix(row.name, "kept connection") {
		p.read("instance", nil)
	}
	if column.prepare != nil {
		column.prepare(instance)
	}
	var struck atomic.Bool
	fault.When = func(r erpnettest.Request) bool {
		if column.method != "" && r.Method != column.method {
			return false
		}
		struck.Store(true)
		return true
	}
	instance.Inject(column.endpoint, fault)
	ended := make(chan result, 1)
	go func() { ended <- useInMatrix(p, object) }()
	select {
	case r := <-ended:
		expectDiagnostic(t, r, object, column.want(row.outcomes))
		expectClean(t, instance, r, object, log.String())
	case <-ctx.Done():
		t.Fatal("it hangs")
	}
	if !struck.Load() {
		t.Error("the fault never struck")
	}
}

func expectDiagnostic(t *testing.T, r result, object string, want erpnet.Kind) {
	t.Helper()
	if want == passes {
		if r.failed() {
			t.Error(r.text())
		}
		return
	}
	if len(r.diagnostics) != 1 || !r.failed() {
		t.Fatalf("%d diagnostics instead of the error %q: %s", len(r.diagnostics), want, r.text())
	}
	title := remedyOf(&erpnet.Error{Kind: want}).Title
	got := r.diagnostics[0]
	if strings.HasPrefix(object, "data credentials_check") {
		if got.Summary != "ERP.net Credentials Check Failed" || !strings.Contains(got.Detail, ": "+title+".\n") {
			t.Errorf("not %q but %s", title, r.text())
		}
	} else if got.Summary != title && (object != "data domain_query" || want != domainapi.Failed) {
		t.Errorf("not %q but %s", title, r.text())
	}
	if len(got.Detail) < 80 || len(got.Detail) > 8000 {
		t.Errorf("no clear diagnostic: %s", got.Detail)
	}
}

// expectClean searches all output for secrets. Only the objects that return a token may contain it, as documented.
func expectClean(t *testing.T, instance *erpnettest.Server, r result, object, log string) {
	t.Helper()
	places := map[string]string{"state": r.kept, "log": log, "diagnostic": r.text()}
	for _, request := range instance.Requests() {
		request.Header.Del("Authorization")
		places["URLs and other headers"] += fmt.Sprintf("%s?%s %q\n", request.Path, request.RawQuery, request.Header)
	}
	if !strings.Contains(log, "ERP.net request") {
		t.Error("nothing was logged")
	}
	found, _ := leak.Find(places, []string{matrixSecret, recordSecret})
	for form, text := range echoForms(matrixSecret) {
		for place, content := range places {
			if strings.Contains(content, text) {
				found = append(found, place+" holds the secret ("+form+")")
			}
		}
	}
	if strings.HasSuffix(object, "access_token") {
		delete(places, "state")
	}
	more, _ := leak.Find(places, instance.IssuedTokens())
	for _, leak := range append(found, more...) {
		t.Error(leak)
	}
}

// lockedBuffer is a buffer that goroutines can write to while it is read.
type lockedBuffer struct {
	mu     sync.Mutex
	buffer bytes.Buffer
}

func (b *lockedBuffer) Write(text []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.Write(text)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.String()
}
