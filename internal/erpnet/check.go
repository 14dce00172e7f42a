// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnet

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
)

// CheckStatus is the outcome of one check.
type CheckStatus string

// The outcomes of a check.
const (
	CheckPassed  CheckStatus = "passed"
	CheckSkipped CheckStatus = "skipped" // its input is missing, or it was not asked for
	CheckFailed  CheckStatus = "failed"
)

// CheckResult is one check and its outcome. It holds no secret and no token.
type CheckResult struct {
	Name    string // token, discovery, keys, type, issuer, audience, not_before, expiry, client_id, algorithm, key, signature, scopes, domain_api
	Status  CheckStatus
	Detail  string // a sentence: what was seen, or why it was skipped
	Failure *Error // of a failed check
}

func passed(name, detail string) CheckResult {
	return CheckResult{Name: name, Status: CheckPassed, Detail: detail}
}

func skipped(name, reason string) CheckResult {
	return CheckResult{Name: name, Status: CheckSkipped, Detail: reason}
}

func failedCheck(name string, failure *Error) CheckResult {
	return CheckResult{Name: name, Status: CheckFailed, Detail: failure.Error(), Failure: failure}
}

// CheckRequest says whose credentials to check, and how far.
type CheckRequest struct {
	Token        TokenRequest // its Scope holds the scopes that must be granted
	Reference    Secret       // a reference token to check in place of the credentials, if it holds one
	ProbeAPI     bool         // call the Domain API once, which opens a session and takes a licence
	ProbedEntity string       // the entity set to read then
}

// CheckReport is what was found about a trusted application's credentials.
type CheckReport struct {
	Results []CheckResult
	Token   *Token // the token that was looked at; nil when none was issued
	Version string // of the instance; empty when it publishes none
}

// Failures returns the failed checks.
func (r CheckReport) Failures() []CheckResult {
	var failures []CheckResult
	for _, result := range r.Results {
		if result.Status == CheckFailed {
			failures = append(failures, result)
		}
	}
	return failures
}

// Checker proves trusted applications' credentials. Its caches are those of the
// process, so that a check shares its token with all other callers.
type Checker struct {
	Client *Client
	Tokens *TokenCache
	Keys   *KeyCache
	Gates  *Gates
}

// Check requests a token with the required scopes and verifies it: each claim,
// the signature and, if asked, that the Domain API takes it. Discovery document,
// keys, version and token are fetched side by side. It makes no difference to the
// instance but for the probe's session (protocol section 5.2).
func (c Checker) Check(ctx context.Context, r CheckRequest) CheckReport {
	ctx, cancel := context.WithTimeout(ctx, OperationLimit)
	defer cancel()
	begin := c.Client.now()
	var report CheckReport
	var service identityService
	var issue issued
	var wait sync.WaitGroup
	wait.Go(func() { service = c.identityService(ctx, r.Token.Instance) })
	wait.Go(func() { report.Version = c.Client.Version(ctx, r.Token.Instance) })
	wait.Go(func() { issue = c.issue(ctx, r) })
	wait.Wait()

	signature, stale := c.signature(ctx, r, service, issue.token)
	if stale && issue.token.obtained.Before(begin) {
		issue = c.reissue(ctx, r, issue)
		signature, _ = c.signature(ctx, r, service, issue.token)
	}
	report.Token = issue.token
	report.Results = append(report.Results, issue.result, service.document, service.published)
	report.Results = append(report.Results, c.claims(r, service, issue.token)...)
	report.Results = append(report.Results, signature...)
	report.Results = append(report.Results, issue.scopes, issue.probe)
	return report
}

// identityService is what an identity service publishes about itself.
type identityService struct {
	document, published CheckResult // the discovery document, and the keys
	discovery           *Discovery
	keys                *keySet
}

func (c Checker) identityService(ctx context.Context, i Instance) identityService {
	discovery, err := c.Client.Discover(ctx, i)
	if err != nil {
		return identityService{
			document:  failedCheck("discovery", asError(err)),
			published: skipped("keys", "There is no discovery document that says where they are."),
		}
	}
	s := identityService{discovery: discovery, document: passed("discovery", "The identity service publishes its own name.")}
	if !sameSite(discovery.Issuer, i.IdentityURL) {
		s.document = failedCheck("discovery", &Error{
			Kind: ForeignService, URL: i.DiscoveryURL(),
			Happened: fmt.Sprintf("was answered with the issuer %q instead of %q", cleanText(discovery.Issuer), i.IdentityURL),
		})
	}
	url := absolute(i.DiscoveryURL(), discovery.JWKSURL)
	failure := misplacedKeys(i, url)
	if failure == nil {
		s.keys = c.Keys.set(url)
		failure = s.keys.warm(ctx, c.Client)
	}
	if failure != nil {
		s.published, s.keys = failedCheck("keys", failure), nil
		return s
	}
	s.published = passed("keys", "The identity service publishes its keys.")
	return s
}

// misplacedKeys refuses a jwks_uri that is missing or on another host.
func misplacedKeys(i Instance, url string) *Error {
	switch {
	case url == "":
		return &Error{Kind: NoKeys, URL: i.DiscoveryURL(), Happened: "was answered with a discovery document that names no jwks_uri"}
	case !sameOrigin(url, i.IdentityURL):
		return &Error{Kind: NoKeys, URL: i.DiscoveryURL(), Happened: fmt.Sprintf("was answered with keys at %q, which is another host and not asked", cleanText(url))}
	}
	return nil
}

// issued is what became of the request for a token.
type issued struct {
	token                 *Token
	result, scopes, probe CheckResult
}

func (c Checker) issue(ctx context.Context, r CheckRequest) issued {
	if r.Reference.Reveal() != "" {
		i := c.issued(ctx, r, &Token{AccessToken: r.Reference}, nil)
		i.result = skipped("token", "A reference token was given, so none was requested.")
		i.scopes = skipped("scopes", whyUnverifiable(i.token))
		return i
	}
	token, err := c.Tokens.Token(ctx, c.Client, r.Token)
	return c.issued(ctx, r, token, err)
}

// reissue asks for a new token in place of one that is older than the keys it
// does not fit. The probe is repeated only if the old token was why it failed.
func (c Checker) reissue(ctx context.Context, r CheckRequest, old issued) issued {
	token, err := c.Tokens.Renew(ctx, c.Client, r.Token, old.token)
	if old.probe.Failure == nil || old.probe.Failure.Kind != APITokenRefused {
		r.ProbeAPI = false
		fresh := c.issued(ctx, r, token, err)
		fresh.probe = old.probe
		return fresh
	}
	return c.issued(ctx, r, token, err)
}

// issued looks at the answer to a token request, and probes the API with the
// token if there is one. A token that was refused for what it says is looked at
// all the same; each of its faults has a check of its own.
func (c Checker) issued(ctx context.Context, r CheckRequest, token *Token, err error) issued {
	i := issued{token: token, result: passed("token", "An access token was issued.")}
	scopesFailure := (*Error)(nil)
	if failed := asError(err); failed != nil {
		i.token = failed.refused
		if failed.Kind == InvalidScope && r.Token.Scope != "" {
			own := *failed // the original belongs to all callers of the same request
			scopesFailure = &own
			i.token = c.allScopes(ctx, r.Token, scopesFailure)
		}
		if i.token == nil {
			if scopesFailure == nil {
				i.result = failedCheck("token", failed)
			} else {
				i.result = skipped("token", "No token was issued with the required scopes.")
			}
		}
	}
	i.scopes = checkedScopes(r.Token, i.token, scopesFailure)
	switch {
	case !r.ProbeAPI:
		i.probe = skipped("domain_api", "Not asked for: probe_domain_api is false.")
	case i.token == nil:
		i.probe = skipped("domain_api", noToken)
	default:
		i.probe = c.probe(ctx, r, i.token)
	}
	return i
}

const noToken = "No access token was issued."

// allScopes asks once more without scope, to say what is granted, and to verify
// the rest by that token.
func (c Checker) allScopes(ctx context.Context, r TokenRequest, failed *Error) *Token {
	r.Scope = ""
	token, err := c.Tokens.Token(ctx, c.Client, r)
	if refused := asError(err); refused != nil {
		token = refused.refused
	}
	if token != nil {
		failed.Hint += "\nGranted when no scope is asked for: " + quotedList(r.showAll(token.GrantedScopes)) + "."
	}
	return token
}

func checkedScopes(r TokenRequest, token *Token, failure *Error) CheckResult {
	switch {
	case failure != nil:
		return failedCheck("scopes", failure)
	case token == nil:
		return skipped("scopes", noToken)
	}
	if failure := checkScopes(r, token); failure != nil {
		return failedCheck("scopes", failure)
	}
	return passed("scopes", "Granted: "+quotedList(r.showAll(token.GrantedScopes))+".")
}

// unverifiable are the checks that need the claims of a token.
var unverifiable = [...]string{"type", "issuer", "audience", "not_before", "expiry", "client_id"}

func (c Checker) claims(r CheckRequest, service identityService, token *Token) []CheckResult {
	if token != nil && token.Claims != nil {
		return verification{r.Token, token, service.discovery, c.Client.now()}.claims()
	}
	var results []CheckResult
	for _, name := range unverifiable {
		results = append(results, skipped(name, whyUnverifiable(token)))
	}
	return results
}

func (c Checker) signature(ctx context.Context, r CheckRequest, service identityService, token *Token) (results []CheckResult, stale bool) {
	if token == nil || token.Claims == nil {
		reason := whyUnverifiable(token)
		return []CheckResult{skipped("algorithm", reason), skipped("key", reason), skipped("signature", reason)}, false
	}
	return verification{r.Token, token, service.discovery, c.Client.now()}.signature(ctx, c.Client, service.keys)
}

func whyUnverifiable(token *Token) string {
	if token == nil {
		return noToken
	}
	return "The token is opaque: only the instance itself can say what it grants. Set probe_domain_api to ask it."
}

// asError is the *Error of an error of this package; nil for nil.
func asError(err error) *Error {
	var failed *Error
	if err != nil && !errors.As(err, &failed) {
		failed = &Error{Kind: ConnectionLost, Happened: "failed", cause: err}
	}
	return failed
}

// Text is the failure in the words of a report: what was asked, what happened
// and the remedy.
func (r CheckResult) Text() string {
	return r.Name + ": " + r.Failure.Title() + ". " + r.Failure.Error() + "\n" + strings.TrimSpace(r.Failure.Remedy())
}
