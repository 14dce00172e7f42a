// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package inspect

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
	"github.com/erpnet/terraform-provider-erpnet/internal/erpnettest"
)

// Checks that cannot be made are skipped and do not hide the others.
func TestCheckSkipsOnlyWhatItCannotSee(t *testing.T) {
	type faults map[erpnettest.Endpoint]erpnettest.Fault
	claims := []string{
		"type", "issuer", "audience", "not_before", "expiry", "client_id", "algorithm", "key", "signature",
	}
	noToken := slices.Concat(claims, []string{"scopes", "domain_api"})
	for name, test := range map[string]struct {
		scopes          []string
		unprobed        bool
		reference       bool // use a reference token
		faults          faults
		failed, skipped []string
	}{
		"all is well":     {scopes: []string{"read"}},
		"without a probe": {unprobed: true, skipped: []string{"domain_api"}},
		"reference token": {reference: true, skipped: slices.Concat([]string{"token"}, claims, []string{"scopes"})},
		"no token": {
			faults: faults{erpnettest.Token: erpnettest.OAuthError(400, "invalid_client", "")},
			failed: []string{"token"}, skipped: noToken,
		},
		"opaque token": {
			faults: faults{
				erpnettest.Token: erpnettest.Opaque(), erpnettest.DomainAPI: erpnettest.RawField("value", "[]"),
			},
			failed: []string{"domain_api"}, skipped: claims,
		},
		"token of another issuer": {
			faults: faults{erpnettest.Token: erpnettest.WrongIssuer()},
			failed: []string{"issuer", "domain_api"},
		},
		"nothing published": {
			faults: faults{erpnettest.Discovery: erpnettest.Status(404)},
			failed: []string{"discovery"}, skipped: []string{"keys", "key", "signature"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLab(t)
			for endpoint, fault := range test.faults {
				l.Inject(endpoint, fault)
			}
			request := l.request(test.scopes...)
			request.Probe = !test.unprobed
			if test.reference {
				allow := func(a *erpnettest.TrustedApplication) { a.ReferenceTokens = "AdministratorsOnly" }
				l.ChangeApplication(request.API.Tokens.Request.Credentials.ClientID, allow)
				token, err := l.AddReferenceToken(erpnettest.ReferenceToken{
					Application: request.API.Tokens.Request.Credentials.ClientID, Scopes: []string{"read"},
				})
				if err != nil {
					t.Fatal(err)
				}
				request.API.Tokens.ReferenceToken = erpnet.NewSecret(token)
			}
			report := Check(context.Background(), request)
			wantFindings(t, report, test.failed, test.skipped)
			if hasClaims := !slices.Contains(test.skipped, "issuer"); (report.Claims != nil) != hasClaims {
				t.Errorf("that there are claims is %t", !hasClaims)
			}
			if report.Version != "26.2.0.76" {
				t.Errorf("the version is %q", report.Version)
			}
		})
	}
}

// If a scope is not allowed, the error lists the allowed ones, and the rest is verified with a token for these.
func TestRefusedScopeNamesTheGrantedOnes(t *testing.T) {
	l := newLab(t)
	report := Check(context.Background(), l.request("own"))
	wantFindings(t, report, []string{"scopes"}, nil)
	const want = "Asked for: \"own\".\nGranted when no scope is asked for: \"read\", \"update\"."
	if got := report.Failures()[0].Failure.Evidence; got != want {
		t.Errorf("the evidence is %q", got)
	}
}

// A cached token may be older than the current keys and not fit them.
func TestCachedTokenOfAWithdrawnKeyIsRenewedOnce(t *testing.T) {
	l := newLab(t)
	old := l.SigningKeyID()
	wantFindings(t, Check(context.Background(), l.request("read")), nil, nil)
	l.RotateKey()
	l.WithdrawKey(old)
	l.pass(time.Second)
	wantFindings(t, Check(context.Background(), l.request("update")), nil, nil) // refetches the keys
	l.pass(time.Second)
	report := Check(context.Background(), l.request("read")) // its cached token was signed by the old key
	wantFindings(t, report, nil, nil)
	if report.Token.Claims.KeyID != l.SigningKeyID() {
		t.Error("the report is about the old token")
	}
	if tokens, keys := l.Count(erpnettest.Token), l.Count(erpnettest.JWKS); tokens != 3 || keys != 2 {
		t.Errorf("%d token requests, want one more than the two scopes; %d requests for keys, want 2", tokens, keys)
	}
}

func TestClaimsOfAReportAreRedacted(t *testing.T) {
	l := newLab(t)
	l.Inject(erpnettest.Token, erpnettest.Claim("client_db", "x "+erpnettest.SampleSecret))
	report := Check(context.Background(), l.request())
	if report.Claims == nil || report.Claims.Database != "x (redacted)" {
		t.Errorf("the claims hold the secret, or are missing: %t", report.Claims == nil)
	}
}

func TestCanceledCheckFails(t *testing.T) {
	l := newLab(t)
	l.Inject(erpnettest.Any, erpnettest.Hang())
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for _, finding := range Check(ctx, l.request()).Failures() {
		if finding.Failure.Kind == erpnet.Canceled && strings.Contains(finding.Detail, "was canceled") {
			return
		}
	}
	t.Error("a canceled check passes, or fails for another reason")
}
