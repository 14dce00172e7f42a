// Copyright (c) ERP.net
// SPDX-License-Identifier: MPL-2.0

package erpnet

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
)

// CheckEntitySet reports why a text cannot be the name of an entity set of the
// Domain API: letters, digits and underscores. The error never repeats it.
func CheckEntitySet(name string) error {
	const allowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_"
	switch {
	case name == "":
		return errors.New("it is empty")
	case strings.EqualFold(name, "Systems_Security_AccessTokens"):
		return errors.New("it holds access tokens, which are never read into a state")
	case strings.Trim(name, allowed) != "" || len(name) > 200:
		return errors.New("it is not the name of an entity set, which has letters, digits and underscores only, such as Crm_Sales_Customers")
	}
	return nil
}

// Bearer says in whose name the Domain API is called.
type Bearer struct {
	Tokens    *TokenCache
	Request   TokenRequest // client credentials
	Reference Secret       // a reference token in their place, if it holds one
}

// DomainAPI calls the Domain API of an instance (protocol section 5). Calls with
// the same token are made one at a time, since a session may have one running
// and five waiting (protocol section 5.1).
type DomainAPI struct {
	Client *Client
	Root   string // with trailing slash: https://demodb.my.erp.net/api/domain/odata/
	Bearer Bearer
	Gates  *Gates
}

// Gates let one call at a time pass for each bearer of a process. The zero value
// is ready.
type Gates struct {
	mu    sync.Mutex
	gates map[tokenKey]chan struct{}
}

func (g *Gates) enter(ctx context.Context, key tokenKey) (leave func(), err error) {
	g.mu.Lock()
	if g.gates == nil {
		g.gates = map[tokenKey]chan struct{}{}
	}
	if g.gates[key] == nil {
		g.gates[key] = make(chan struct{}, 1)
	}
	gate := g.gates[key]
	g.mu.Unlock()
	select {
	case gate <- struct{}{}:
		return func() { <-gate }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (b Bearer) key() tokenKey {
	if b.Reference.Reveal() != "" {
		return tokenKey{secret: Credentials{Secret: b.Reference}.digest()}
	}
	return b.Request.key()
}

// token gets the bearer's token, a new one in place of a useless one. A
// reference token cannot be renewed.
func (b Bearer) token(ctx context.Context, client *Client, useless *Token) (*Token, error) {
	switch {
	case b.Reference.Reveal() != "":
		return &Token{AccessToken: b.Reference}, nil
	case useless != nil:
		return b.Tokens.Renew(ctx, client, b.Request, useless)
	}
	return b.Tokens.Token(ctx, client, b.Request)
}

func (b Bearer) renewable() bool { return b.Reference.Reveal() == "" }

// call makes one call of the API: with a new token once more if the API does
// not take the first, and again as the repetition says. The answer is a success,
// of HTTP status 200, 201 or 204.
func (d DomainAPI) call(ctx context.Context, repeat repetition, method, url, body string) (*answer, *Error) {
	leave, err := d.Gates.enter(ctx, d.Bearer.key())
	if err != nil {
		return nil, &Error{Kind: Canceled, URL: withoutQuery(url), Happened: "was canceled", cause: err}
	}
	defer leave()
	token, err := d.Bearer.token(ctx, d.Client, nil)
	if err != nil {
		return nil, asError(err)
	}
	a, failed := d.send(ctx, repeat, method, url, body, token)
	if failed == nil || failed.Kind != APITokenRefused || repeat == repeatNever || !d.Bearer.renewable() {
		return a, failed
	}
	if token, err = d.Bearer.token(ctx, d.Client, token); err != nil {
		return nil, asError(err)
	}
	return d.send(ctx, repeat, method, url, body, token)
}

func (d DomainAPI) send(ctx context.Context, repeat repetition, method, url, body string, token *Token) (*answer, *Error) {
	header := http.Header{
		"Authorization":   {bearer + " " + token.AccessToken.Reveal()},
		"Accept-Language": {"en"}, // the language of error messages (protocol section 3.3)
	}
	if body != "" {
		header.Set("Content-Type", "application/json")
	}
	a, failed := d.Client.send(withRepetition(ctx, repeat), method, url, header, body)
	secrets := []string{d.Bearer.Request.Credentials.Secret.Reveal(), token.AccessToken.Reveal()}
	if failed == nil {
		failed = apiFailure(a, secrets...)
	}
	if failed != nil {
		failed.Hint = cleanText(failed.Hint, secrets...)
		failed.URL, failed.ClientID = withoutQuery(url), d.Bearer.Request.Credentials.ClientID
		return nil, failed
	}
	// Rows are kept in states: a debugging API may answer with what it was sent.
	if text := token.AccessToken.Reveal(); len(text) >= minConcealed {
		a.body = bytes.ReplaceAll(a.body, []byte(text), []byte(Redacted))
	}
	return a, nil
}

// withoutQuery is a URL as errors show it: a filter may hold personal data.
func withoutQuery(url string) string {
	url, _, _ = strings.Cut(url, "?")
	return url
}

// probe makes one call of the Domain API, never repeated: each may take a
// licence (protocol section 5.2).
func (c Checker) probe(ctx context.Context, r CheckRequest, token *Token) CheckResult {
	api := DomainAPI{Client: c.Client, Bearer: Bearer{Request: r.Token, Reference: r.Reference}}
	url := r.Token.Instance.DomainAPIURL + r.ProbedEntity
	leave, err := c.Gates.enter(ctx, api.Bearer.key())
	if err != nil {
		return failedCheck("domain_api", api.fail(Canceled, url, "was canceled"))
	}
	defer leave()
	a, failed := api.send(ctx, repeatNever, http.MethodGet, url+"?$top=1&$select=Id", "", token)
	if failed == nil {
		_, failed = api.page(a, url)
	}
	if failed != nil {
		return failedCheck("domain_api", failed)
	}
	return passed("domain_api", "The Domain API took the token.")
}
