// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package domainapi

import (
	"context"
	"net/http"
	"strings"

	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet"
	"github.com/erpnet/terraform-provider-erpnet/internal/erpnet/identity"
)

// API is the Domain API of an instance, called with the tokens of one source.
type API struct {
	Root    string // with trailing slash: https://demodb.my.erp.net/api/domain/odata/
	Tokens  TokenSource
	Limiter *Limiter
}

// Client is the client that the API is called by.
func (a API) Client() *erpnet.Client { return a.Tokens.Service.Client }

// Call makes one call of the API: again with a new token if the API rejects the first, and again as the policy says. The
// response is a success, of HTTP status 200, 201 or 204.
func (a API) Call(ctx context.Context, method, url, body string, retry erpnet.Retry) (*erpnet.Response, *erpnet.Error) {
	release, err := a.Limiter.Acquire(ctx, a.Tokens.session())
	if err != nil {
		return nil, erpnet.CanceledError(url, "", err)
	}
	defer release()
	token, err := a.Tokens.token(ctx, nil)
	if err != nil {
		return nil, erpnet.AsError(err)
	}
	response, failed := a.send(ctx, method, url, body, retry, token)
	if failed == nil || failed.Kind != TokenRejected || a.Tokens.isReference() {
		return response, failed
	}
	if token, err = a.Tokens.token(ctx, token); err != nil {
		return nil, erpnet.AsError(err)
	}
	return a.send(ctx, method, url, body, retry, token)
}

func (a API) send(ctx context.Context, method, url, body string, retry erpnet.Retry, token *identity.Token) (*erpnet.Response, *erpnet.Error) {
	a.Client().Protect(token.AccessToken) // a reference token too, which no request of the client has issued
	header := http.Header{
		"Authorization":   {"Bearer " + token.AccessToken.Reveal()},
		"Accept-Language": {"en"}, // the language of error messages (protocol section 3.3)
	}
	if body != "" {
		header.Set("Content-Type", "application/json")
	}
	request := erpnet.Request{Method: method, URL: url, Header: header, Body: body}
	response, failed := a.Client().Send(ctx, request, erpnet.Policy{Retry: retry})
	if failed == nil {
		failed = failure(a.Client(), response)
	}
	if failed != nil {
		failed.URL, failed.ClientID = withoutQuery(url), a.Tokens.Request.Credentials.ClientID
		return nil, failed
	}
	return response, nil
}

// Probe reads one row with the given token, to see whether the API takes it. It is never sent again: each call may take
// a licence (protocol section 5.2).
func (a API) Probe(ctx context.Context, entitySet string, token *identity.Token) *erpnet.Error {
	url := a.Root + entitySet + "?" + Query{Select: "Id", Top: 1}.encode()
	release, err := a.Limiter.Acquire(ctx, a.Tokens.session())
	if err != nil {
		return erpnet.CanceledError(url, a.Tokens.Request.Credentials.ClientID, err)
	}
	defer release()
	response, failed := a.send(ctx, http.MethodGet, url, "", erpnet.RetryNever, token)
	if failed == nil {
		_, failed = a.page(response, url)
	}
	return failed
}

// Fail is the error of a call whose response was refused.
func (a API) Fail(kind erpnet.Kind, url, happened string) *erpnet.Error {
	return &erpnet.Error{
		Kind: kind, URL: withoutQuery(url), ClientID: a.Tokens.Request.Credentials.ClientID, Happened: happened,
	}
}

// withoutQuery is a URL as errors show it: a filter may hold personal data.
func withoutQuery(url string) string {
	url, _, _ = strings.Cut(url, "?")
	return url
}
