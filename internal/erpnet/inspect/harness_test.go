// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package inspect

import (
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet/domainapi"
	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet/identity"
	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

// lab is a simulated instance, a service that calls it, and the clock that both share.
type lab struct {
	*erpnettest.Server
	instance erpnet.Instance
	service  *identity.Service

	mu    sync.Mutex
	clock time.Time
}

func newLab(t *testing.T) *lab {
	t.Helper()
	l := &lab{Server: erpnettest.NewServer(), clock: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)}
	t.Cleanup(l.Close)
	now := func() time.Time { return l.pass(0) }
	l.SetClock(now)
	l.service = identity.NewService(erpnet.NewClient(erpnet.Options{Now: now}))
	instance, err := erpnet.ParseInstance(l.URL)
	if err != nil {
		t.Fatal(err)
	}
	l.instance = instance
	return l
}

// pass advances the clock and returns the new time.
func (l *lab) pass(d time.Duration) time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.clock = l.clock.Add(d)
	return l.clock
}

// request returns a request to check the sample application, including one call of the API.
func (l *lab) request(scopes ...string) CheckRequest {
	sample := identity.Credentials{
		ClientID: erpnettest.SampleApplication().ApplicationUri,
		Secret:   erpnet.NewSecret(erpnettest.SampleSecret),
	}
	request := identity.TokenRequest{Instance: l.instance, Credentials: sample, Scope: identity.JoinScopes(scopes)}
	return CheckRequest{
		API: domainapi.API{
			Root: l.instance.DomainAPIURL, Limiter: &domainapi.Limiter{},
			Tokens: domainapi.TokenSource{Service: l.service, Request: request},
		},
		Probe: true, ProbeEntitySet: "Crm_Sales_Customers",
	}
}

// wantFindings fails the test unless exactly the given findings have failed or were skipped, and all others have
// passed.
func wantFindings(t *testing.T, report Report, failed, skipped []string) {
	t.Helper()
	got := map[identity.Status][]string{}
	for _, finding := range report.Findings {
		got[finding.Status] = append(got[finding.Status], finding.Name)
	}
	if !slices.Equal(got[identity.Failed], failed) || !slices.Equal(got[identity.Skipped], skipped) {
		t.Errorf("failed %q, skipped %q; want %q, %q", got[identity.Failed], got[identity.Skipped], failed, skipped)
	}
	if len(report.Findings) != 14 || len(report.Failures()) != len(failed) {
		t.Errorf("%d findings, %d failures", len(report.Findings), len(report.Failures()))
	}
}
