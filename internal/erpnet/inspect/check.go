// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package inspect

import (
	"context"
	"strings"
	"sync"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet/domainapi"
	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet/identity"
)

// CheckRequest says whose credentials to check and how thoroughly. The scopes of the token request must be granted.
type CheckRequest struct {
	API            domainapi.API
	Probe          bool   // call the Domain API once, which opens a session and takes a licence
	ProbeEntitySet string // the entity set that the probe reads
}

// Report holds what was found about a trusted application's credentials.
type Report struct {
	// Findings holds the results of the checks token, discovery, keys, type, issuer, audience, not_before, expiry,
	// client_id, algorithm, key, signature, scopes, and domain_api, in this order.
	Findings []identity.Finding
	Token    *identity.Token  // the token that was checked; nil if none was issued
	Claims   *identity.Claims // its claims, redacted; nil for an opaque token
	Version  string           // version of the instance; empty if not published
}

// Failures returns the findings of the failed checks.
func (r Report) Failures() []identity.Finding {
	var failures []identity.Finding
	for _, finding := range r.Findings {
		if finding.Status == identity.Failed {
			failures = append(failures, finding)
		}
	}
	return failures
}

// checker makes one check.
type checker struct {
	CheckRequest
	service *identity.Service
	request identity.TokenRequest
}

// Check requests a token with the required scopes and verifies it: each claim, the signature, and, if requested, that
// the Domain API accepts it. It fetches the discovery document, the keys, the version, and the token concurrently. The
// check does not change the instance, except for the probe's session (protocol section 5.2).
func Check(ctx context.Context, r CheckRequest) Report {
	ctx, cancel := context.WithTimeout(ctx, erpnet.OperationLimit)
	defer cancel()
	c := checker{CheckRequest: r, service: r.API.Tokens.Service, request: r.API.Tokens.Request}
	begin := c.service.Client.Now()
	var report Report
	var published identity.Published
	var issue issued
	var wait sync.WaitGroup
	wait.Go(func() { published = c.service.Published(ctx, c.request.Instance) })
	wait.Go(func() { report.Version = version(ctx, c.service.Client, c.request.Instance) })
	wait.Go(func() { issue = c.issue(ctx) })
	wait.Wait()

	claims, signature, stale := c.verify(ctx, published, issue.token)
	if stale && issue.token.Obtained().Before(begin) {
		issue = c.reissue(ctx, issue)
		claims, signature, _ = c.verify(ctx, published, issue.token)
	}
	report.Findings = append(report.Findings, issue.finding, published.Document, published.Keys)
	report.Findings = append(report.Findings, claims...)
	report.Findings = append(report.Findings, signature...)
	report.Findings = append(report.Findings, issue.scopes, issue.probe)
	if report.Token = issue.token; issue.token != nil && issue.token.Claims != nil {
		report.Claims = issue.token.Claims.Redacted(c.service.Client)
	}
	return report
}

// issued is the outcome of the request for a token.
type issued struct {
	token                  *identity.Token
	finding, scopes, probe identity.Finding
}

func (c checker) issue(ctx context.Context) issued {
	if c.API.Tokens.ReferenceToken.Reveal() != "" {
		i := c.issued(ctx, &identity.Token{AccessToken: c.API.Tokens.ReferenceToken}, nil)
		i.finding = identity.Skip("token", "A reference token was given, so none was requested.")
		i.scopes = identity.Skip("scopes", whyUnverifiable(i.token))
		return i
	}
	token, err := c.service.TokenAnew(ctx, c.request)
	return c.issued(ctx, token, err)
}

// reissue requests a new token to replace one that is older than the keys and does not fit them. It repeats the probe
// only if the probe failed because of the old token.
func (c checker) reissue(ctx context.Context, old issued) issued {
	token, err := c.service.Renew(ctx, c.request, old.token)
	if old.probe.Failure == nil || old.probe.Failure.Kind != domainapi.TokenRejected {
		c.Probe = false
		fresh := c.issued(ctx, token, err)
		fresh.probe = old.probe
		return fresh
	}
	return c.issued(ctx, token, err)
}

// issued evaluates the response to a token request, and probes the API with the token if there is one. It also
// evaluates a token that was refused because of its content, because each fault has a separate check.
func (c checker) issued(ctx context.Context, token *identity.Token, err error) issued {
	i := issued{token: token, finding: identity.Pass("token", "An access token was issued.")}
	var scopesFailure *erpnet.Error
	if failed := erpnet.AsError(err); failed != nil {
		if failed.Kind == identity.InvalidScope && c.request.Scope != "" {
			own := *failed // all callers of the same request share the original
			scopesFailure = &own
			i.token = c.allScopes(ctx, scopesFailure)
		}
		switch {
		case i.token != nil:
		case scopesFailure == nil:
			i.finding = identity.Fail("token", failed)
		default:
			i.finding = identity.Skip("token", "No token was issued with the required scopes.")
		}
	}
	i.scopes = c.scopes(i.token, scopesFailure)
	i.probe = c.probe(ctx, i.token)
	return i
}

const noToken = "No access token was issued."

// allScopes requests another token without a scope, to say which scopes are granted and to verify the rest with that
// token.
func (c checker) allScopes(ctx context.Context, failed *erpnet.Error) *identity.Token {
	all := c.request
	all.Scope = ""
	token, _ := c.service.TokenAnew(ctx, all)
	if token != nil {
		granted := strings.TrimPrefix(identity.Granted(c.service.Client, token), "Granted")
		failed.Evidence += "\nGranted when no scope is asked for" + granted
	}
	return token
}

func (c checker) scopes(token *identity.Token, failure *erpnet.Error) identity.Finding {
	switch {
	case failure != nil:
		return identity.Fail("scopes", failure)
	case token == nil:
		return identity.Skip("scopes", noToken)
	}
	if failure := identity.ScopesNotGranted(c.service.Client, c.request, token); failure != nil {
		return identity.Fail("scopes", failure)
	}
	return identity.Pass("scopes", identity.Granted(c.service.Client, token))
}

func (c checker) probe(ctx context.Context, token *identity.Token) identity.Finding {
	switch {
	case !c.Probe:
		return identity.Skip("domain_api", "The Domain API was not to be called.")
	case token == nil:
		return identity.Skip("domain_api", noToken)
	}
	if failed := c.API.Probe(ctx, c.ProbeEntitySet, token); failed != nil {
		return identity.Fail("domain_api", failed)
	}
	return identity.Pass("domain_api", "The Domain API took the token.")
}

// verify checks the claims and the signature of a token, unless it is opaque.
func (c checker) verify(
	ctx context.Context,
	published identity.Published,
	token *identity.Token,
) (claims, signature []identity.Finding, stale bool) {
	if token != nil && token.Claims != nil {
		v := identity.Verification{Service: c.service, Request: c.request, Token: token, Published: published}
		signature, stale = v.Signature(ctx)
		return v.Claims(), signature, stale
	}
	reason := whyUnverifiable(token)
	for _, name := range identity.ClaimChecks {
		claims = append(claims, identity.Skip(name, reason))
	}
	for _, name := range []string{"algorithm", "key", "signature"} {
		signature = append(signature, identity.Skip(name, reason))
	}
	return claims, signature, false
}

func whyUnverifiable(token *identity.Token) string {
	if token == nil {
		return noToken
	}
	return "The token is opaque: only the instance itself can say what it grants."
}
