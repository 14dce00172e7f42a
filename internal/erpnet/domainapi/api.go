// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package domainapi

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet/identity"
)

// API is the Domain API of an instance. Its calls use the tokens of one source.
type API struct {
	Root    string // with a trailing slash: https://demodb.my.erp.net/api/domain/odata/
	Tokens  TokenSource
	Limiter *Limiter

	budget *budget // for what a user sees as one operation; nil for a single call
}

// Client returns the client that calls the API.
func (a API) Client() *erpnet.Client { return a.Tokens.Service.Client }

// budget is the time and the number of bytes that are left for the calls of one operation.
type budget struct {
	time  time.Duration
	bytes int
}

// OneOperation returns the API with a single limit of time and size for all calls together. Waiting for a slot does not
// count.
func (a API) OneOperation() API {
	a.budget = &budget{time: erpnet.OperationLimit, bytes: erpnet.MaxOperationSize}
	return a
}

// call is one call of the API.
type call struct {
	method, url, body string
	retry             erpnet.Retry
}

// Write makes one call that changes something. It waits for its slot until ctx ends. Once sent, the call continues even
// if ctx is canceled, so the caller learns what was written.
func (a API) Write(ctx context.Context, method, url, body string) (*erpnet.Response, *erpnet.Error) {
	return a.call(ctx, call{method, url, body, erpnet.RetryWrite})
}

// call makes one call. It retries as the policy of the call allows, and once with a new token if the API rejects the
// first token. The response is a success with HTTP status 200, 201, or 204.
func (a API) call(ctx context.Context, c call) (*erpnet.Response, *erpnet.Error) {
	writes := c.retry == erpnet.RetryWrite
	release, err := a.Limiter.Acquire(ctx, a.Tokens.session(), writes)
	if err != nil {
		return nil, a.canceled(c.url, err)
	}
	var result Result
	defer func() { release(result) }()
	if failed := a.Limiter.full.Recall(a.Tokens.session(), a.Client().Now()); failed != nil {
		failed.URL = erpnet.WithoutQuery(c.url)
		return nil, failed
	}
	token, err := a.Tokens.token(ctx, nil)
	if err != nil {
		return nil, erpnet.AsError(err)
	}
	if writes {
		ctx = context.WithoutCancel(ctx)
	}
	response, failed := a.send(ctx, c, token, &result)
	if failed != nil && tokenWasRejected(failed, writes) && !a.Tokens.isReference() {
		if token, err = a.Tokens.token(ctx, token); err != nil {
			return nil, erpnet.AsError(err)
		}
		response, failed = a.send(ctx, c, token, &result)
	}
	if failed != nil && (failed.Kind == NoLicence || failed.Kind == RateLimited) {
		a.Limiter.full.Remember(a.Tokens.session(), failed, a.Client().Now())
	}
	if failed != nil && writes {
		failed.MayBeDone = !failed.NotSent() && !isRefusal(failed)
	}
	if writes && (failed == nil || failed.MayBeDone) {
		erpnet.Wrote()
	}
	return response, failed
}

// isRefusal reports whether the failure of a write is the API's own statement that nothing was written.
func isRefusal(failed *erpnet.Error) bool {
	switch failed.Kind {
	case TokenRejected:
		return failed.Status == http.StatusUnauthorized // not a redirect to a login page
	case Forbidden, NotFound, RateLimited, NoLicence, Failed, Renamed:
		return true
	}
	return false
}

// tokenWasRejected reports whether a new token may help, because the API or what looks like a gateway has rejected the
// token. For a write, only the API's own rejection counts: behind a gateway, the write may have been carried out.
func tokenWasRejected(failed *erpnet.Error, writes bool) bool {
	if writes {
		return failed.Kind == TokenRejected && failed.Status == http.StatusUnauthorized
	}
	return failed.Kind == TokenRejected || failed.Status == http.StatusUnauthorized
}

func (a API) canceled(url string, cause error) *erpnet.Error {
	if errors.Is(cause, context.DeadlineExceeded) {
		return a.Fail(erpnet.Timeout, url, "was not sent in time")
	}
	return erpnet.CanceledError(url, a.Tokens.Request.Credentials.ClientID, cause)
}

func (a API) send(
	ctx context.Context,
	c call,
	token *identity.Token,
	result *Result,
) (*erpnet.Response, *erpnet.Error) {
	a.Client().Protect(token.AccessToken)
	header := http.Header{
		"Authorization":   {"Bearer " + token.AccessToken.Reveal()},
		"Accept-Language": {"en"}, // language of error messages (protocol section 3.3)
	}
	if c.body != "" {
		header.Set("Content-Type", "application/json")
	}
	// A write fails needlessly if the server closes a kept connection at the same time, and it may not be retried.
	policy := erpnet.Policy{Retry: c.retry, NotWritten: saysNothingWritten, Fresh: c.retry != erpnet.RetryRead}
	if a.budget != nil {
		if policy.Whole = a.budget.time; policy.Whole <= 0 {
			return nil, a.Fail(erpnet.Timeout, c.url, "was not sent, since all requests of the operation together "+
				"took too long")
		}
	}
	begin := a.Client().Now()
	response, failed := a.Client().Send(
		ctx,
		erpnet.Request{Method: c.method, URL: c.url, Header: header, Body: c.body},
		policy,
	)
	took := a.Client().Now().Sub(begin)
	result.Slow = result.Slow || took > a.Client().RequestTimeout()/4 || response != nil && response.Limited
	switch {
	case failed == nil:
		failed = failure(a.Client(), response, c.url)
	case failed.Kind == erpnet.NotJSON: // an informational response does not come from a Domain API
		failed.Kind = NotDomainAPI
	}
	if failed == nil {
		result.Succeeded = true
		failed = a.spend(took, len(response.Body))
	}
	if failed != nil {
		failed.URL, failed.ClientID = erpnet.WithoutQuery(c.url), a.Tokens.Request.Credentials.ClientID
		return nil, failed
	}
	return response, nil
}

// spend subtracts a call from the budget.
func (a API) spend(took time.Duration, size int) *erpnet.Error {
	if a.budget == nil {
		return nil
	}
	a.budget.time -= took
	if a.budget.bytes -= size; a.budget.bytes < 0 {
		return &erpnet.Error{Kind: erpnet.OversizedResponse, Happened: "was answered with more than 16 MiB in all " +
			"pages together"}
	}
	return nil
}

// Probe reads one row with the given token to find out whether the API accepts the token. It is never retried, because
// each call may take a licence (protocol section 5.2).
func (a API) Probe(ctx context.Context, entitySet string, token *identity.Token) *erpnet.Error {
	c := call{http.MethodGet, a.url(Query{EntitySet: entitySet, Select: "Id", Top: 1}), "", erpnet.RetryNever}
	release, err := a.Limiter.Acquire(ctx, a.Tokens.session(), false)
	if err != nil {
		return a.canceled(c.url, err)
	}
	var result Result
	defer func() { release(result) }()
	response, failed := a.send(ctx, c, token, &result)
	if failed == nil {
		_, failed = a.page(response, c.url)
	}
	return failed
}

// Fail returns the error for a call whose response is refused.
func (a API) Fail(kind erpnet.Kind, url, happened string) *erpnet.Error {
	return &erpnet.Error{
		Kind: kind, URL: erpnet.WithoutQuery(url), ClientID: a.Tokens.Request.Credentials.ClientID, Happened: happened,
	}
}
